//! Lists of accounts that go on from any place, at the same cost at any depth.

use yaopai_model::limits::{SLICE_LOOKED_AT, SLICE_SIZE};
use yaopai_model::{Account, AccountId, AppId};
use yaopai_store::account_lists::{self, Direction, Listed, Place};
use yaopai_store::{Db, SqlError};

use super::cursor::{AccountCursor, Way};
use super::filter::{AccountFilter, ListOrder};
use super::keyword::{can_occur, exact, pattern};
use super::list::check_rank;
use super::{Actor, Administrator};
use crate::rank::Action;
use crate::{Accounts, Outcome};

/// Accounts that are looked at together, where the filter does not let all of them through.
const CHUNK: u32 = 500;

/// A part of a list of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSlice {
    /// Those in it, in the list's order. It has as many as were asked for while there are more, with two exceptions. Where a
    /// text is looked for, the list's first slice begins with those that the text names as a whole (by number, username,
    /// e-mail address or phone number; four at most), which come in addition and only there. And a filter that lets few
    /// accounts through ends the slice after `limits::SLICE_LOOKED_AT`; it may be empty then, and `next` goes on.
    pub accounts: Vec<Account>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<AccountCursor>,
    /// Where the slice before this one is; `None` at the list's beginning.
    pub previous: Option<AccountCursor>,
}

impl Accounts {
    /// Those accounts of an app that a filter lets through, from a place on: `size` of them, at least 1 and at most
    /// `limits::SLICE_SIZE`.
    ///
    /// A slice costs the same wherever it is and however many accounts there are: without a filter or with one of a role
    /// above a user's, of disabled, unverified or of accounts made in some time it reads what it shows; another, or a
    /// further, condition is tried on `limits::SLICE_LOOKED_AT` accounts at most.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn list_accounts_by(
        &self,
        app: AppId,
        actor: Actor<'_>,
        filter: AccountFilter,
        from: Option<AccountCursor>,
        size: u32,
    ) -> Outcome<AccountSlice> {
        let size = size.clamp(1, SLICE_SIZE);
        self.slice(actor.on(app), Action::Inspect, filter, from, size).await
    }

    pub(super) async fn slice(
        &self,
        administrator: Administrator,
        action: Action,
        filter: AccountFilter,
        from: Option<AccountCursor>,
        size: u32,
    ) -> Outcome<AccountSlice> {
        let listed = self.store().scan(move |db| {
            check_rank(db, &administrator, action)?;
            let list = List {
                db,
                app: administrator.app,
                filter: &filter,
            };
            Ok(list.slice(from, size)?)
        });
        listed.await
    }
}

/// A list, open for reading.
struct List<'a> {
    db: &'a Db,
    app: AppId,
    filter: &'a AccountFilter,
}

/// What was found on the way from a place on.
struct Found {
    /// Those that are shown, in the order in which they were met.
    ids: Vec<Listed>,
    /// The last that was looked at or, where there are more than are shown, the last that is shown: from there it goes on.
    /// `None` when there is nothing more.
    more: Option<Listed>,
}

impl List<'_> {
    fn slice(&self, from: Option<AccountCursor>, size: u32) -> Result<AccountSlice, SqlError> {
        if !can_occur(&self.filter.text) {
            return Ok(AccountSlice {
                accounts: Vec::new(),
                next: None,
                previous: None,
            });
        }
        let way = from.map_or(Way::After, |from| from.way);
        let direction = match (self.filter.order, way) {
            (ListOrder::Oldest, Way::After) | (ListOrder::Newest, Way::Before) => Direction::Up,
            (ListOrder::Newest, Way::After) | (ListOrder::Oldest, Way::Before) => Direction::Down,
        };
        let named = if self.filter.text.is_empty() {
            Vec::new()
        } else {
            exact(self.db, self.app, &self.filter.text)?
        };
        let mut found = self.walk(from, direction, size, &named)?;
        let more = found.more;
        let (next, previous) = match way {
            Way::After => {
                let first = found.ids.first().map(AccountCursor::before);
                let back = first.or(from.map(|from| AccountCursor {
                    way: Way::Before,
                    ..from
                }));
                (more.as_ref().map(AccountCursor::after), back.filter(|_| from.is_some()))
            }
            Way::Before => {
                found.ids.reverse();
                let last = found.ids.last().map(AccountCursor::after);
                let on = last.or(from.map(|from| AccountCursor {
                    way: Way::After,
                    ..from
                }));
                (on, more.as_ref().map(AccountCursor::before))
            }
        };
        let ids: Vec<AccountId> = found.ids.iter().map(|listed| listed.place.id).collect();
        let mut accounts = Vec::new();
        if previous.is_none() {
            accounts = account_lists::by_ids(self.db, &named)?;
            accounts.retain(|account| self.filter.admits(&Listed::of(account)));
        }
        accounts.extend(account_lists::by_ids(self.db, &ids)?);
        Ok(AccountSlice {
            accounts,
            next,
            previous,
        })
    }

    /// Goes on from a place until there are `size` accounts, none of `named` among them, or enough was looked at.
    fn walk(
        &self,
        from: Option<AccountCursor>,
        direction: Direction,
        size: u32,
        named: &[AccountId],
    ) -> Result<Found, SqlError> {
        let mut place = self.start(from, direction);
        let mut ids: Vec<Listed> = Vec::new();
        let (mut looked_at, mut chunk) = (0, size.saturating_add(1));
        loop {
            let candidates = self.candidates(place, direction, chunk)?;
            let is_last = candidates.len() < chunk as usize;
            for candidate in candidates {
                if self.filter.admits(&candidate) && !named.contains(&candidate.place.id) {
                    if ids.len() == size as usize {
                        let more = ids.last().copied();
                        return Ok(Found { ids, more });
                    }
                    ids.push(candidate);
                }
                looked_at += 1;
                place = candidate.place;
                if looked_at == SLICE_LOOKED_AT {
                    return Ok(Found {
                        ids,
                        more: Some(candidate),
                    });
                }
            }
            if is_last {
                return Ok(Found { ids, more: None });
            }
            chunk = CHUNK;
        }
    }

    /// The place from which to go on. Texts are looked for by number, whatever the age.
    fn start(&self, from: Option<AccountCursor>, direction: Direction) -> Place {
        if self.filter.text.is_empty() {
            let start = self.filter.start(direction);
            from.map_or(start, |from| match direction {
                Direction::Up => from.place.max(start),
                Direction::Down => from.place.min(start),
            })
        } else {
            from.map_or(AccountFilter::default().start(direction), |from| from.place)
        }
    }

    /// The next accounts that may pass the filter.
    fn candidates(&self, after: Place, direction: Direction, most: u32) -> Result<Vec<Listed>, SqlError> {
        let filter = self.filter;
        if filter.text.is_empty() {
            let end = filter.end(direction);
            return account_lists::by_age(self.db, self.app, filter.among(), direction, after, end, most);
        }
        let ids = account_lists::with_text(self.db, self.app, &pattern(&filter.text), after.id, direction, most)?;
        Ok(account_lists::by_ids(self.db, &ids)?.iter().map(Listed::of).collect())
    }
}

//! Lists of accounts that go on from any place, at the same cost at any depth.

use std::sync::Arc;

use yaopai_model::limits::{SLICE_LOOKED_AT, SLICE_SIZE, TOTAL_COUNTED};
use yaopai_model::{Account, AccountId, AppId};
use yaopai_store::account_lists::{self, Direction, Listed, Place};
use yaopai_store::{Db, SqlError};

use super::cursor::{AccountCursor, Way};
use super::filter::{AccountFilter, ListOrder};
use super::keyword::{can_occur, exact, is_in_masked, pattern};
use super::list::capped;
use super::{Actor, Administrator};
use crate::rank::{Action, reaches};
use crate::search::{Arena, Entry, Fields, Unfinished};
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
    /// How many accounts there are in the whole list, counted up to `limits::TOTAL_COUNTED`; told with the first slice only,
    /// and where that costs no more than the slice: without a filter, and for a text alone that is searched in memory.
    pub total: Option<u32>,
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
    /// Who sees addresses masked only, by rank or by what their key opens, finds them by the parts that the mask leaves, and as
    /// a whole: else they would be guessed a character at a time, which no audit log shows.
    ///
    /// # Errors
    /// `RankTooLow`; `Overloaded` when the database takes too long while the texts that are searched are read into memory.
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
        let (verbs, now) = (self.clone(), self.now());
        let listed = self.store().scan(move |db| -> Result<_, Unfinished> {
            let app = administrator.app;
            let memory = verbs.parts.search.current(db, app, now)?;
            let rank = administrator.rank(db)?;
            reaches(rank, action)?;
            let list = List {
                db,
                memory,
                app,
                filter: &filter,
                is_masked: reaches(rank, Action::Look).is_err() || !administrator.key_reveals,
            };
            Ok(list.slice(from, size)?)
        });
        listed.await.map_err(|unfinished| self.parts.search.error(unfinished))
    }
}

/// A list, open for reading.
struct List<'a> {
    db: &'a Db,
    memory: Option<Arc<Arena>>,
    app: AppId,
    filter: &'a AccountFilter,
    /// Whether whoever looks sees addresses masked only.
    is_masked: bool,
}

/// What was found on the way from a place on.
struct Found {
    /// Those that are shown, in the order in which they were met.
    ids: Vec<Listed>,
    /// The last that was looked at or, where there are more than are shown, the last that is shown: from there it goes on.
    /// `None` when there is nothing more.
    more: Option<Place>,
}

/// Accounts that may pass the filter.
struct Candidates {
    accounts: Vec<Listed>,
    /// How many were looked at and left out.
    left_out: usize,
    /// After which place there may be others.
    goes_on: Option<Place>,
}

/// Accounts that have the text, in the list's order, without those that it names as a whole. The memory is searched once:
/// as far as somebody asks for them, and from there on to count the rest.
struct Hits<'a> {
    ids: Box<dyn Iterator<Item = AccountId> + 'a>,
    taken: usize,
}

impl Hits<'_> {
    /// The next; less than `most` at the end only.
    fn take(&mut self, most: usize) -> Vec<AccountId> {
        let ids: Vec<AccountId> = self.ids.by_ref().take(most).collect();
        self.taken += ids.len();
        ids
    }

    /// How many there are, counted up to `bound`; those that were taken are among them.
    fn count(self, bound: usize) -> usize {
        self.taken + self.ids.take(bound.saturating_sub(self.taken)).count()
    }
}

impl List<'_> {
    fn slice(&self, from: Option<AccountCursor>, size: u32) -> Result<AccountSlice, SqlError> {
        let has_text = !self.filter.text.is_empty();
        if has_text && !can_occur(&self.filter.text) {
            return Ok(AccountSlice {
                accounts: Vec::new(),
                total: Some(0),
                next: None,
                previous: None,
            });
        }
        let way = from.map_or(Way::After, |from| from.way);
        let direction = match (self.filter.order, way) {
            (ListOrder::Oldest, Way::After) | (ListOrder::Newest, Way::Before) => Direction::Up,
            (ListOrder::Newest, Way::After) | (ListOrder::Oldest, Way::Before) => Direction::Down,
        };
        let named = if has_text {
            exact(self.db, self.app, &self.filter.text)?
        } else {
            Vec::new()
        };
        let mut hits = self.hits(from, direction, &named);
        let mut found = self.walk(from, direction, size, &named, hits.as_mut())?;
        let more = found.more;
        let (next, previous) = match way {
            Way::After => {
                let first = found.ids.first().map(|listed| AccountCursor::before(listed.place));
                let back = first.or(from.map(|from| AccountCursor {
                    way: Way::Before,
                    ..from
                }));
                (more.map(AccountCursor::after), back.filter(|_| from.is_some()))
            }
            Way::Before => {
                found.ids.reverse();
                let last = found.ids.last().map(|listed| AccountCursor::after(listed.place));
                let on = last.or(from.map(|from| AccountCursor {
                    way: Way::After,
                    ..from
                }));
                (on, more.map(AccountCursor::before))
            }
        };
        let ids: Vec<AccountId> = found.ids.iter().map(|listed| listed.place.id).collect();
        let mut accounts = Vec::new();
        if previous.is_none() {
            accounts = account_lists::by_ids(self.db, &named)?;
            accounts.retain(|account| self.filter.admits(&Listed::of(account)));
        }
        accounts.extend(account_lists::by_ids(self.db, &ids)?);
        let total = match from {
            None => self.total(&named, hits)?,
            Some(_) => None,
        };
        Ok(AccountSlice {
            accounts,
            total,
            next,
            previous,
        })
    }

    /// See [`AccountSlice::total`].
    fn total(&self, named: &[AccountId], hits: Option<Hits<'_>>) -> Result<Option<u32>, SqlError> {
        let bare = AccountFilter {
            text: String::new(),
            order: ListOrder::default(),
            ..self.filter.clone()
        };
        if bare != AccountFilter::default() {
            return Ok(None);
        }
        Ok(match (&self.memory, hits) {
            (Some(arena), None) => Some(capped(arena.len())),
            // A count would tell as much as the accounts themselves.
            (_, Some(_)) if self.is_masked => None,
            (_, Some(hits)) => Some(capped(named.len() + hits.count(TOTAL_COUNTED as usize))),
            (None, None) if self.filter.text.is_empty() => {
                Some(account_lists::count(self.db, self.app, TOTAL_COUNTED)?)
            }
            (None, None) => None,
        })
    }

    /// Goes on from a place until there are `size` accounts, none of `named` among them, or enough was looked at.
    fn walk(
        &self,
        from: Option<AccountCursor>,
        direction: Direction,
        size: u32,
        named: &[AccountId],
        mut hits: Option<&mut Hits<'_>>,
    ) -> Result<Found, SqlError> {
        let mut place = self.start(from, direction);
        let mut ids: Vec<Listed> = Vec::new();
        let (mut looked_at, mut chunk) = (0, size.saturating_add(1));
        loop {
            let candidates = self.candidates(place, direction, chunk, hits.as_deref_mut())?;
            for candidate in candidates.accounts {
                if self.filter.admits(&candidate) && !named.contains(&candidate.place.id) {
                    if ids.len() == size as usize {
                        let more = ids.last().map(|listed| listed.place);
                        return Ok(Found { ids, more });
                    }
                    ids.push(candidate);
                }
                looked_at += 1;
                if looked_at >= SLICE_LOOKED_AT {
                    return Ok(Found {
                        ids,
                        more: Some(candidate.place),
                    });
                }
            }
            looked_at += candidates.left_out;
            match candidates.goes_on {
                Some(end) if looked_at < SLICE_LOOKED_AT => place = end,
                more => return Ok(Found { ids, more }),
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

    /// What the memory has of the text from a place on; `None` without a text, and while the database has to search.
    fn hits<'a>(
        &'a self,
        from: Option<AccountCursor>,
        direction: Direction,
        named: &'a [AccountId],
    ) -> Option<Hits<'a>> {
        let arena = self.memory.as_ref().filter(|_| !self.filter.text.is_empty())?;
        let found = arena.find(
            &self.filter.text,
            Fields::All,
            self.start(from, direction).id,
            direction,
        );
        Some(Hits {
            ids: Box::new(found.filter(|id| !named.contains(id))),
            taken: 0,
        })
    }

    /// The next accounts that may pass the filter.
    fn candidates(
        &self,
        after: Place,
        direction: Direction,
        most: u32,
        hits: Option<&mut Hits<'_>>,
    ) -> Result<Candidates, SqlError> {
        let filter = self.filter;
        if filter.text.is_empty() {
            let end = filter.end(direction);
            let accounts = account_lists::by_age(self.db, self.app, filter.among(), direction, after, end, most)?;
            let last = accounts.last().map(|listed| listed.place);
            return Ok(Candidates {
                goes_on: last.filter(|_| accounts.len() == most as usize),
                left_out: 0,
                accounts,
            });
        }
        let ids = match hits {
            Some(hits) => hits.take(most as usize),
            None => account_lists::with_text(self.db, self.app, &pattern(&filter.text), after.id, direction, most)?,
        };
        let mut accounts = account_lists::by_ids(self.db, &ids)?;
        if self.is_masked {
            accounts.retain(|account| is_in_masked(&filter.text, account));
        } else if self.memory.is_some() {
            // Somebody whose snapshot is younger may have changed the memory since.
            accounts.retain(|account| Entry::of(account).has(&filter.text, Fields::All));
        }
        let last = ids.last().map(|id| Place { id: *id, ..after });
        Ok(Candidates {
            goes_on: last.filter(|_| ids.len() == most as usize),
            left_out: ids.len() - accounts.len(),
            accounts: accounts.iter().map(Listed::of).collect(),
        })
    }
}

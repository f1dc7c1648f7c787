//! Lists of accounts.

use yaopai_model::limits::{PAGE_SIZE, TOTAL_COUNTED};
use yaopai_model::{Account, AccountId, AppId};
use yaopai_store::account_lists::Direction;
use yaopai_store::{Db, SqlError, account_lists};

use super::keyword::{can_occur, exact, pattern};
use super::{Actor, Administrator};
use crate::rank::{Action, reaches};
use crate::search::{Arena, Entry, Fields, Unfinished};
use crate::{Accounts, Outcome};

/// A page of a list, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Which page, from 1. One past the end is empty.
    pub number: u32,
    /// Rows of a page: 1 to `limits::PAGE_SIZE`, to which more are cut.
    pub size: u32,
}

impl PageRequest {
    fn size(self) -> u32 {
        self.size.min(PAGE_SIZE)
    }

    /// The rows before the page.
    fn skip(self) -> u32 {
        self.number.saturating_sub(1).saturating_mul(self.size())
    }
}

/// One page of accounts.
#[derive(Debug)]
pub struct AccountPage {
    /// How many there are over all pages, counted up to `limits::TOTAL_COUNTED`.
    pub total: u32,
    /// Those on this page.
    pub accounts: Vec<Account>,
}

impl Accounts {
    /// The accounts of an app, oldest first.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn list_accounts(&self, app: AppId, actor: Actor<'_>, page: PageRequest) -> Outcome<AccountPage> {
        let (verbs, administrator, now) = (self.clone(), actor.on(app), self.now());
        let listed = self.store().scan(move |db| {
            let memory = verbs.parts.search.current(db, app, now)?;
            check_rank(db, &administrator, Action::Look)?;
            let (ids, total) = match memory {
                Some(arena) => (
                    arena.page(page.skip() as usize, page.size() as usize),
                    capped(arena.len()),
                ),
                None => (
                    account_lists::page(db, app, page.skip(), page.size())?,
                    account_lists::count(db, app, TOTAL_COUNTED)?,
                ),
            };
            Ok(AccountPage {
                total,
                accounts: account_lists::by_ids(db, &ids)?,
            })
        });
        listed.await
    }

    /// How many accounts an app has. Where their texts are not in memory, they are counted up to `limits::TOTAL_COUNTED`.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn count_accounts(&self, app: AppId, actor: Actor<'_>) -> Outcome<u32> {
        let (verbs, administrator, now) = (self.clone(), actor.on(app), self.now());
        let counted = self.store().scan(move |db| {
            let memory = verbs.parts.search.current(db, app, now)?;
            check_rank(db, &administrator, Action::Inspect)?;
            Ok(match memory {
                Some(arena) => u32::try_from(arena.len()).unwrap_or(u32::MAX),
                None => account_lists::count(db, app, TOTAL_COUNTED)?,
            })
        });
        counted.await
    }

    /// The accounts of an app whose id, username, e-mail or phone number is `keyword` (these first) or whose username (their
    /// nickname, where they have none), e-mail or phone number has it, oldest first. ASCII letters match in either case. A
    /// keyword of more than `limits::KEYWORD_CHARACTERS` or with control characters is in none, nor is an empty one.
    ///
    /// # Errors
    /// `RankTooLow`; `Overloaded` when the database takes too long while the texts that are searched are read into memory.
    pub async fn search_accounts(
        &self,
        app: AppId,
        actor: Actor<'_>,
        keyword: &str,
        page: PageRequest,
    ) -> Outcome<AccountPage> {
        let (verbs, administrator, now) = (self.clone(), actor.on(app), self.now());
        let keyword = keyword.to_owned();
        let found = self.store().scan(move |db| -> Result<_, Unfinished> {
            let memory = verbs.parts.search.current(db, app, now)?;
            check_rank(db, &administrator, Action::Look)?;
            if !can_occur(&keyword) {
                return Ok(AccountPage {
                    total: 0,
                    accounts: Vec::new(),
                });
            }
            let named = exact(db, app, &keyword)?;
            let ids = search(db, app, memory.as_deref(), &keyword, &named)?;
            let shown = ids.iter().skip(page.skip() as usize).take(page.size() as usize);
            let shown: Vec<AccountId> = shown.copied().collect();
            let mut accounts = account_lists::by_ids(db, &shown)?;
            if memory.is_some() {
                // Somebody whose snapshot is younger may have changed the memory since.
                accounts
                    .retain(|account| named.contains(&account.id) || Entry::of(account).has(&keyword, Fields::Shown));
            }
            Ok(AccountPage {
                total: capped(ids.len()),
                accounts,
            })
        });
        found.await.map_err(|unfinished| self.parts.search.error(unfinished))
    }
}

pub(super) fn check_rank(db: &Db, administrator: &Administrator, action: Action) -> Outcome<()> {
    Ok(reaches(administrator.rank(db)?, action)?)
}

/// A count as lists tell it.
pub(super) fn capped(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(TOTAL_COUNTED).min(TOTAL_COUNTED)
}

/// Before the number of any account.
const BEFORE_ALL: AccountId = AccountId(i64::MIN);

/// The numbers of all accounts that are found, first those that are `named`; at most `limits::TOTAL_COUNTED`.
fn search(
    db: &Db,
    app: AppId,
    memory: Option<&Arena>,
    keyword: &str,
    named: &[AccountId],
) -> Result<Vec<AccountId>, SqlError> {
    let mut found = named.to_vec();
    let having = match memory {
        Some(arena) => arena
            .find(keyword, Fields::Shown, BEFORE_ALL, Direction::Up)
            .take(TOTAL_COUNTED as usize)
            .collect(),
        None => account_lists::with_shown(db, app, &pattern(keyword), TOTAL_COUNTED)?,
    };
    for id in having {
        if found.len() == TOTAL_COUNTED as usize {
            break;
        }
        if !named.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_far_away_does_not_overflow() {
        let page = PageRequest {
            number: u32::MAX,
            size: u32::MAX,
        };
        assert_eq!((page.skip(), page.size()), (u32::MAX, PAGE_SIZE));
        assert_eq!(PageRequest { number: 3, size: 10 }.skip(), 20);
    }
}

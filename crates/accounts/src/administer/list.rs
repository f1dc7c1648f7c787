//! Lists of accounts.

use yaopai_model::limits::{PAGE_SIZE, TOTAL_COUNTED};
use yaopai_model::{Account, AccountId, AppId};
use yaopai_store::{Db, SqlError, account_lists};

use super::keyword::{can_occur, exact, pattern};
use super::{Actor, Administrator};
use crate::rank::{Action, reaches};
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
        let administrator = actor.on(app);
        let listed = self.store().scan(move |db| {
            check_rank(db, &administrator, Action::Look)?;
            let ids = account_lists::page(db, app, page.skip(), page.size())?;
            Ok(AccountPage {
                total: account_lists::count(db, app, TOTAL_COUNTED)?,
                accounts: account_lists::by_ids(db, &ids)?,
            })
        });
        listed.await
    }

    /// How many accounts an app has, counted up to `limits::TOTAL_COUNTED`.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn count_accounts(&self, app: AppId, actor: Actor<'_>) -> Outcome<u32> {
        let administrator = actor.on(app);
        let counted = self.store().scan(move |db| {
            check_rank(db, &administrator, Action::Inspect)?;
            Ok(account_lists::count(db, app, TOTAL_COUNTED)?)
        });
        counted.await
    }

    /// The accounts of an app whose id, username, e-mail or phone number is `keyword` (these first) or whose username (their
    /// nickname, where they have none), e-mail or phone number has it, oldest first. ASCII letters match in either case. A keyword of more than
    /// `limits::KEYWORD_CHARACTERS` or with control characters is in none.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn search_accounts(
        &self,
        app: AppId,
        actor: Actor<'_>,
        keyword: &str,
        page: PageRequest,
    ) -> Outcome<AccountPage> {
        let (administrator, keyword) = (actor.on(app), keyword.to_owned());
        let found = self.store().scan(move |db| {
            check_rank(db, &administrator, Action::Look)?;
            let ids = if can_occur(&keyword) {
                search(db, app, &keyword)?
            } else {
                Vec::new()
            };
            let shown: Vec<AccountId> = ids
                .iter()
                .skip(page.skip() as usize)
                .take(page.size() as usize)
                .copied()
                .collect();
            Ok(AccountPage {
                total: u32::try_from(ids.len()).unwrap_or(TOTAL_COUNTED),
                accounts: account_lists::by_ids(db, &shown)?,
            })
        });
        found.await
    }
}

pub(super) fn check_rank(db: &Db, administrator: &Administrator, action: Action) -> Outcome<()> {
    Ok(reaches(administrator.rank(db)?, action)?)
}

/// The numbers of all accounts that are found, at most `limits::TOTAL_COUNTED`.
fn search(db: &Db, app: AppId, keyword: &str) -> Result<Vec<AccountId>, SqlError> {
    let mut found = exact(db, app, keyword)?;
    let first = found.len();
    for id in account_lists::with_shown(db, app, &pattern(keyword), TOTAL_COUNTED)? {
        if found.len() == TOTAL_COUNTED as usize {
            break;
        }
        // There are few exact ones to compare with, not ten thousand.
        if !found.iter().take(first).any(|exact| *exact == id) {
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

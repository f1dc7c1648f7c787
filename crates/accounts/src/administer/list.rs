//! Lists of accounts.

use yaopai_model::limits::{KEYWORD_CHARACTERS, PAGE_SIZE, TOTAL_COUNTED};
use yaopai_model::{Account, AccountId, AppId, Email, Identifier, Username};
use yaopai_store::{Db, SqlError, accounts, identifiers};

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
            check_rank(db, &administrator)?;
            let ids = accounts::page(db, app, page.skip(), page.size())?;
            Ok(AccountPage {
                total: accounts::count(db, app, TOTAL_COUNTED)?,
                accounts: load(db, &ids)?,
            })
        });
        listed.await
    }

    /// The accounts of an app whose id, username or e-mail is `keyword` (these first) or whose username (their
    /// nickname, where they have none) or e-mail has it, oldest first. ASCII letters match in either case. A keyword of more than
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
            check_rank(db, &administrator)?;
            let ids = search(db, app, &keyword)?;
            let shown: Vec<AccountId> = ids
                .iter()
                .skip(page.skip() as usize)
                .take(page.size() as usize)
                .copied()
                .collect();
            Ok(AccountPage {
                total: u32::try_from(ids.len()).unwrap_or(TOTAL_COUNTED),
                accounts: load(db, &shown)?,
            })
        });
        found.await
    }
}

fn check_rank(db: &Db, administrator: &Administrator) -> Outcome<()> {
    Ok(reaches(administrator.rank(db)?, Action::Look)?)
}

fn load(db: &Db, ids: &[AccountId]) -> Result<Vec<Account>, SqlError> {
    ids.iter()
        .filter_map(|id| accounts::by_id(db, *id).transpose())
        .collect()
}

/// The numbers of all accounts that are found, at most `limits::TOTAL_COUNTED`.
fn search(db: &Db, app: AppId, keyword: &str) -> Result<Vec<AccountId>, SqlError> {
    if keyword.chars().count() > KEYWORD_CHARACTERS || keyword.chars().any(char::is_control) {
        return Ok(Vec::new());
    }
    let mut found = exact(db, app, keyword)?;
    for id in accounts::search(db, app, &pattern(keyword), TOTAL_COUNTED)? {
        if found.len() == TOTAL_COUNTED as usize {
            break;
        }
        // There are few exact ones to compare with, not ten thousand.
        if !found.iter().take(EXACT).any(|exact| *exact == id) {
            found.push(id);
        }
    }
    Ok(found)
}

/// The most accounts that one keyword names exactly: by id, username and e-mail address.
const EXACT: usize = 3;

fn exact(db: &Db, app: AppId, keyword: &str) -> Result<Vec<AccountId>, SqlError> {
    let mut found = Vec::with_capacity(EXACT);
    if let Ok(id) = keyword.parse() {
        let account = accounts::by_id(db, AccountId(id))?;
        found.extend(account.filter(|account| account.app == app).map(|account| account.id));
    }
    let username = Username::parse(keyword).ok().map(Identifier::Username);
    let email = Email::parse(keyword).ok().map(Identifier::Email);
    for identifier in [username, email].into_iter().flatten() {
        if let Some(holder) = identifiers::holder(db, app, &identifier)?
            && !found.contains(&holder.account)
        {
            found.push(holder.account);
        }
    }
    Ok(found)
}

/// A `like` pattern for texts that have the keyword, in which the keyword's own characters mean themselves.
fn pattern(keyword: &str) -> String {
    let mut pattern = String::from("%");
    for character in keyword.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_means_itself() {
        assert_eq!(pattern("100%_A\\"), "%100\\%\\_a\\\\%");
    }

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

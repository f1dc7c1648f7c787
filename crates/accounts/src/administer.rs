//! Looking after other people's accounts.

use yaopai_model::{Account, AccountId, AppId, Bio, Email, Identifier, Password, Role, Username};

use crate::{Accounts, Outcome, Principal};

/// Who administers.
pub enum Actor<'a> {
    /// An account, held to its rank.
    Account(&'a Principal),
    /// Whoever has the machine, by the command line.
    Operator,
}

/// A page of a list, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Which page, from 1.
    pub number: u32,
    /// Rows of a page: 1 to `limits::PAGE_SIZE`.
    pub size: u32,
}

/// One page of accounts.
pub struct AccountPage {
    /// How many there are over all pages, counted up to `limits::TOTAL_COUNTED`.
    pub total: u32,
    /// Those on this page.
    pub accounts: Vec<Account>,
}

/// What an administrator changes of an account; `None` leaves a field as it is.
#[derive(Default)]
pub struct AccountChange {
    /// The username, which must be free.
    pub username: Option<Username>,
    /// The e-mail address, which must be free; a new one is unproven and ends codes and sessions.
    pub email: Option<Email>,
    /// The signature.
    pub bio: Option<Bio>,
}

/// An account that an operator makes. Its identifiers count as proven.
pub struct NewAccount {
    /// At least one.
    pub identifiers: Vec<Identifier>,
    /// The password.
    pub password: Password,
    /// The role.
    pub role: Role,
}

impl Accounts {
    /// The accounts of an app, oldest first.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn list_accounts(&self, app: AppId, actor: Actor<'_>, page: PageRequest) -> Outcome<AccountPage> {
        todo!()
    }

    /// The accounts of an app whose id, username or e-mail is `keyword` (these first) or whose username, nickname or e-mail has it.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn search_accounts(&self, app: AppId, actor: Actor<'_>, keyword: &str, page: PageRequest) -> Outcome<AccountPage> {
        todo!()
    }

    /// Changes an account of lower rank.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`, `Taken`.
    pub async fn change_account(&self, app: AppId, actor: Actor<'_>, id: AccountId, change: AccountChange) -> Outcome<()> {
        todo!()
    }

    /// Gives an account a role.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `LastRoot`, `NoSuchAccount`.
    pub async fn set_role(&self, app: AppId, actor: Actor<'_>, id: AccountId, role: Role) -> Outcome<()> {
        todo!()
    }

    /// Disables an account (`disabled`) and ends its sessions, or enables it again.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `LastRoot`, `NoSuchAccount`.
    pub async fn set_disabled(&self, app: AppId, actor: Actor<'_>, id: AccountId, disabled: bool) -> Outcome<()> {
        todo!()
    }

    /// Ends an account: its sessions are dead, its identifiers free.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `LastRoot`, `NoSuchAccount`.
    pub async fn delete_account(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<()> {
        todo!()
    }

    /// Makes an account on an operator's word.
    ///
    /// # Errors
    /// `Taken`, `RankTooLow`.
    pub async fn create_account(&self, app: AppId, new: NewAccount) -> Outcome<Account> {
        todo!()
    }
}

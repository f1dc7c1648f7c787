//! To whom a file goes that takes a while to send.

use yaopai_accounts::{Accounts, ApiCaller, Outcome, PageKey, PageUse};
use yaopai_model::SessionScope;

/// Whoever asked for a file. A session that is ended or a key that is revoked stops it, however slowly it is taken.
pub(crate) struct Receiver {
    accounts: Accounts,
    shown: Shown,
}

/// By what they showed who they are.
enum Shown {
    Session(PageKey),
    ApiKey(Box<ApiCaller>),
}

impl Receiver {
    /// An operator in the console.
    pub(crate) fn in_console(accounts: &Accounts, key: &PageKey) -> Self {
        Self {
            accounts: accounts.clone(),
            shown: Shown::Session(key.clone()),
        }
    }

    /// A script.
    pub(crate) fn by_key(accounts: &Accounts, caller: &ApiCaller) -> Self {
        Self {
            accounts: accounts.clone(),
            shown: Shown::ApiKey(Box::new(caller.clone())),
        }
    }

    /// Lets the next piece of the file go to them.
    ///
    /// # Errors
    /// `NotSignedIn` and the like where what they showed is over.
    pub(crate) async fn check(&self) -> Outcome<()> {
        match &self.shown {
            Shown::Session(key) => {
                let session = self
                    .accounts
                    .page_session(SessionScope::Console, key, PageUse::ByPerson);
                session.await.map(|_| ())
            }
            Shown::ApiKey(caller) => self.accounts.check_api_caller(caller).await,
        }
    }
}

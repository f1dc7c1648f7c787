//! Who is asking?

use yaopai_model::{Account, AppId, SessionToken};

use crate::{Accounts, Outcome};

/// An account and the session by which it is asking.
#[derive(Clone)]
pub struct Principal {
    /// The account, as its row is now.
    pub account: Account,
}

impl Accounts {
    /// The principal behind a token that serves for calls (`Session` or `Access`). The row decides, not the token: the
    /// session must live, be of `app`, and be younger than the last change of credentials.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccessTokenExpired`, `AccountGone`.
    pub async fn authenticate(&self, app: AppId, token: &SessionToken) -> Outcome<Principal> {
        todo!()
    }
}

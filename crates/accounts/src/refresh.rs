//! A new access token for a refresh token.

use yaopai_model::{AppId, SessionToken};

use crate::{Accounts, Outcome};

impl Accounts {
    /// A fresh access token of the same session.
    ///
    /// # Errors
    /// `NotSignedIn` for anything but a live refresh token; `AccountGone`.
    pub async fn refresh(&self, app: AppId, token: &SessionToken) -> Outcome<SessionToken> {
        todo!()
    }
}

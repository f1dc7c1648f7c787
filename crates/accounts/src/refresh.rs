//! A new access token for a refresh token.

use yaopai_model::limits::ACCESS_TOKEN_LIFE;
use yaopai_model::{AppId, SessionToken, TokenUse};

use crate::{Accounts, Outcome, Refusal};

impl Accounts {
    /// A fresh access token of the same session, which it does not outlive.
    ///
    /// # Errors
    /// `NotSignedIn` for anything but a live refresh token; `AccountGone`.
    pub async fn refresh(&self, app: AppId, token: &SessionToken) -> Outcome<SessionToken> {
        let now = self.now();
        if token.token_use != TokenUse::Refresh || token.expires_at <= now {
            return Err(Refusal::NotSignedIn.into());
        }
        let (_, ends_at) = self.live_session(app, token).await?;
        let expires_at = now.plus(ACCESS_TOKEN_LIFE).min(ends_at);
        Ok(SessionToken {
            token_use: TokenUse::Access,
            expires_at,
            ..token.clone()
        })
    }
}

//! A new access token for a refresh token.

use yaopai_model::limits::ACCESS_TOKEN_LIFE;
use yaopai_model::{AppId, SessionToken, TokenUse};

use crate::{Accounts, Outcome, Refusal, Token};

impl Accounts {
    /// A fresh access token of the same session, which it does not outlive.
    ///
    /// # Errors
    /// `NotSignedIn` for anything but a live refresh token; `AccountGone`.
    pub async fn refresh(&self, app: AppId, token: &Token) -> Outcome<Token> {
        let now = self.now();
        if token.token_use != TokenUse::Refresh || token.expires_at <= now {
            return Err(Refusal::NotSignedIn.into());
        }
        let session = self.live_session(app, token, now).await?;
        let expires_at = now.plus(ACCESS_TOKEN_LIFE).min(session.ends_at);
        Ok(Token::from(SessionToken {
            token_use: TokenUse::Access,
            expires_at,
            ..SessionToken::clone(token)
        }))
    }
}

//! Who is asking?

use yaopai_model::{Account, AppId, SessionToken, Timestamp, TokenUse};
use yaopai_store::sessions::{self, Session};
use yaopai_store::{SqlError, accounts};

use crate::keys::session_digest;
use crate::{Accounts, Outcome, Refusal};

/// An account that is asking by a live session.
#[derive(Clone)]
pub struct Principal {
    /// The account, as its row is now.
    pub account: Account,
}

impl Accounts {
    /// The principal behind a token that serves for calls (`Session` or `Access`). The rows decide, not the token: the
    /// session must live, be of `app`, and be younger than the last change of credentials.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccessTokenExpired`, `AccountGone`.
    pub async fn authenticate(&self, app: AppId, token: &SessionToken) -> Outcome<Principal> {
        let (principal, _) = self.live_session(app, token).await?;
        let is_over = token.expires_at <= self.now();
        match token.token_use {
            TokenUse::Session if !is_over => Ok(principal),
            TokenUse::Access if !is_over => Ok(principal),
            TokenUse::Access => Err(Refusal::AccessTokenExpired.into()),
            TokenUse::Session | TokenUse::Refresh => Err(Refusal::NotSignedIn.into()),
        }
    }

    /// The live session that a token stands for, whatever the token is good for.
    pub(crate) async fn live_session(&self, app: AppId, token: &SessionToken) -> Outcome<(Principal, Session)> {
        let (id, digest) = (token.account, session_digest(&token.secret));
        let found = self
            .store()
            .read(move |db| Ok::<_, SqlError>((sessions::find(db, id, &digest)?, accounts::by_id(db, id)?)));
        let (session, account) = found.await?;
        let now = self.now();
        let Some(account) = account else {
            return Err(refusal_without_account(token, now).into());
        };
        let is_meant = account.app == app && account.public_id == token.public_id && account.disabled_at.is_none();
        match session {
            Some(session) if is_meant && session.expires_at > now && session.epoch == account.epoch => {
                Ok((Principal { account }, session))
            }
            Some(_) | None => Err(Refusal::NotSignedIn.into()),
        }
    }
}

fn refusal_without_account(token: &SessionToken, now: Timestamp) -> Refusal {
    if token.expires_at > now {
        Refusal::AccountGone
    } else {
        Refusal::NotSignedIn
    }
}

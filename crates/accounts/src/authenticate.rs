//! Who is asking?

use yaopai_model::{Account, AppId, SessionToken, Timestamp, TokenUse};
use yaopai_store::sessions;

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

    /// Whose live session a token stands for, whatever the token is good for, and when it ends.
    pub(crate) async fn live_session(&self, app: AppId, token: &SessionToken) -> Outcome<(Principal, Timestamp)> {
        let (id, digest) = (token.account, session_digest(&token.secret));
        // Rows decide, and are asked each time: what ends a session, on whichever node, counts on the next call. A cache that
        // may be trusted for a while would stand here.
        let found = self.store().read(move |db| sessions::find(db, id, &digest)).await?;
        let now = self.now();
        let Some((account, ends_at)) = found else {
            return Err(refusal_without_account(token, now).into());
        };
        let is_meant = account.app == app && account.public_id == token.public_id && account.disabled_at.is_none();
        match ends_at {
            Some(ends_at) if is_meant && ends_at > now => Ok((Principal { account }, ends_at)),
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

//! Who is asking?

use yaopai_model::{AppId, SessionToken, Timestamp, TokenUse};
use yaopai_store::sessions;

use crate::keys::session_digest;
use crate::{Accounts, Outcome, Refusal, Snapshot};

/// An account that is asking by a live session.
#[derive(Clone)]
pub struct Principal {
    /// The account, as its row is now.
    pub account: Snapshot,
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
        let found = self.rows_of(token).await?;
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

    /// The account of a token, and when its session ends unless that was ended: from the rows, or from memory where they
    /// have not changed since they were looked up. So what ends a session counts on the next call.
    async fn rows_of(&self, token: &SessionToken) -> Outcome<Option<(Snapshot, Option<Timestamp>)>> {
        let version = self.store().account_version(token.account);
        let remembered = version.and_then(|version| self.parts.sessions.get(token, version));
        if let Some((account, ends_at)) = remembered {
            return Ok(Some((account, Some(ends_at))));
        }
        let (id, digest) = (token.account, session_digest(&token.secret));
        let found = self.store().read(move |db| sessions::find(db, id, &digest)).await?;
        let Some((account, ends_at)) = found else {
            return Ok(None);
        };
        let account = Snapshot::from(account);
        if let (Some(version), Some(ends_at)) = (version, ends_at) {
            self.parts.sessions.put(token, version, account.clone(), ends_at);
        }
        Ok(Some((account, ends_at)))
    }
}

fn refusal_without_account(token: &SessionToken, now: Timestamp) -> Refusal {
    if token.expires_at > now {
        Refusal::AccountGone
    } else {
        Refusal::NotSignedIn
    }
}

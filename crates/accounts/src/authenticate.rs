//! Who is asking?

use yaopai_model::{AppId, Timestamp, TokenUse};
use yaopai_store::sessions;

use crate::keys::session_digest;
use crate::token::LiveSession;
use crate::{Accounts, Outcome, Refusal, Snapshot, Token};

/// An account that is asking by a live session.
#[derive(Clone)]
pub struct Principal {
    /// The account, as its row is now.
    pub account: Snapshot,
}

/// What the rows say of a token.
enum Looked {
    /// Its session lives as far as they know.
    Live(LiveSession),
    /// Its session was ended, or is another's, or its account is disabled.
    Ended,
    /// There is no such account.
    NoAccount,
}

impl Accounts {
    /// The principal behind a token that serves for calls (`Session` or `Access`). The rows decide, not the token: the
    /// session must live, be of `app`, and be younger than the last change of credentials.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccessTokenExpired`, `AccountGone`.
    pub async fn authenticate(&self, app: AppId, token: &Token) -> Outcome<Principal> {
        let now = self.now();
        let session = self.live_session(app, token, now).await?;
        let is_over = token.expires_at <= now;
        match token.token_use {
            TokenUse::Session | TokenUse::Access if !is_over => Ok(Principal {
                account: session.account,
            }),
            TokenUse::Access => Err(Refusal::AccessTokenExpired.into()),
            TokenUse::Session | TokenUse::Refresh => Err(Refusal::NotSignedIn.into()),
        }
    }

    /// The live session that a token stands for, whatever the token is good for.
    pub(crate) async fn live_session(&self, app: AppId, token: &Token, now: Timestamp) -> Outcome<LiveSession> {
        match self.look_up(token).await? {
            Looked::Live(session) if session.app == app && session.ends_at > now => Ok(session),
            Looked::NoAccount if token.expires_at > now => Err(Refusal::AccountGone.into()),
            Looked::Live(_) | Looked::Ended | Looked::NoAccount => Err(Refusal::NotSignedIn.into()),
        }
    }

    /// What the rows say of a token's session: they are asked, unless they have not changed since they were asked last. So
    /// what ends a session counts on the next call.
    async fn look_up(&self, token: &Token) -> Outcome<Looked> {
        let version = self.store().account_version(token.account);
        if let Some(session) = version.and_then(|version| token.session(version)) {
            session.account.prefetch_own_info();
            return Ok(Looked::Live(session));
        }
        let sought = sessions::find(token.account, &session_digest(&token.secret));
        let found = self.store().look_up(sought).await?;
        let Some((account, ends_at)) = found else {
            return Ok(Looked::NoAccount);
        };
        let is_meant = account.public_id == token.public_id && account.disabled_at.is_none();
        let Some(ends_at) = ends_at.filter(|_| is_meant) else {
            return Ok(Looked::Ended);
        };
        let session = LiveSession {
            app: account.app,
            account: Snapshot::from(account),
            ends_at,
        };
        if let Some(version) = version {
            token.keep(version, session.clone());
        }
        Ok(Looked::Live(session))
    }
}

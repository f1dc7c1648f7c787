//! The sessions of one's own account.

use yaopai_model::EventKind;
use yaopai_model::limits::OWN_SESSIONS_SHOWN;
use yaopai_store::sessions::{self, Session};

use super::{end_all_but, in_session, seen_in_session};
use crate::journal::{Attempt, Whose};
use crate::{Accounts, Caller, Error, Outcome, PageSession};

impl Accounts {
    /// The live sessions of the account, newest first, at most `limits::OWN_SESSIONS_SHOWN`; which of them is this one,
    /// [`PageSession::is`] says.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccountGone`.
    pub async fn own_sessions(&self, session: &PageSession) -> Outcome<Vec<Session>> {
        let (session, now) = (session.clone(), self.now());
        let listed = self.store().read(move |db| {
            let account = seen_in_session(db, &session)?;
            Ok::<_, Error>(sessions::list(db, account.id, now, OWN_SESSIONS_SHOWN)?)
        });
        listed.await
    }

    /// Ends the session of the account that has this digest, if there is one.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccountGone`.
    pub async fn end_own_session(&self, session: &PageSession, digest: Vec<u8>, caller: &Caller) -> Outcome<()> {
        let (attempt, session) = (self.attempt_to_sign_out(session, caller), session.clone());
        let ended = self.store().write(move |tx| {
            let account = in_session(tx, &session)?;
            sessions::end(tx, account.id, &digest)?;
            Ok::<_, Error>(())
        });
        attempt.about("session").end(ended.await)
    }

    /// Ends every session of the account but this one.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccountGone`.
    pub async fn end_other_sessions(&self, session: &PageSession, caller: &Caller) -> Outcome<()> {
        let (attempt, session) = (self.attempt_to_sign_out(session, caller), session.clone());
        let ended = self.store().write(move |tx| {
            in_session(tx, &session)?;
            end_all_but(tx, &session)
        });
        attempt.about("other sessions").end(ended.await)
    }

    fn attempt_to_sign_out(&self, session: &PageSession, caller: &Caller) -> Attempt<'_> {
        let account = &session.principal.account;
        self.attempt(EventKind::SignOut, account.app, Whose::Account(account.id), caller)
    }
}

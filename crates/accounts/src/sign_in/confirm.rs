//! The password again, before what asks for it.

use yaopai_model::limits::CONFIRMATION_LIFE;
use yaopai_model::{EventKind, Password};
use yaopai_store::{passwords, sessions};

use super::{Candidate, FailureRule, RightPassword};
use crate::journal::Whose;
use crate::page_session::PageSession;
use crate::throttle::Subject;
use crate::{Accounts, Caller, Error, Outcome, Refusal};

impl Accounts {
    /// Shows the password again within a session of a page, which opens for a while what asks for that. It is counted and
    /// refused as at a sign-in, but by itself: nobody who fails to sign in, on purpose a hundred times, keeps an operator from what
    /// there is to do against it.
    ///
    /// # Errors
    /// `WrongCredentials`, `PasswordWait`, `PasswordPathClosed`, `SourceFailedTooOften`, `Overloaded`; `NotSignedIn` when
    /// the session has ended meanwhile.
    pub async fn confirm_password(
        &self,
        session: &PageSession,
        password: Password,
        caller: &Caller,
    ) -> Outcome<PageSession> {
        let account = &session.principal.account;
        let (app, whose) = (account.app, Whose::Account(account.id));
        let attempt = self.attempt(EventKind::PasswordConfirmation, app, whose, caller);
        attempt.end(self.confirm(session, password, caller).await)
    }

    async fn confirm(&self, session: &PageSession, password: Password, caller: &Caller) -> Outcome<PageSession> {
        let account = &session.principal.account;
        let (app, id, digest) = (account.app, account.id, session.digest);
        let sealed = self.store().read(move |db| passwords::sealed(db, id)).await?;
        let candidate = Candidate {
            account: id,
            epoch: account.epoch,
            sealed,
        };
        let subject = Subject::in_session(id);
        let right = self.check_password(
            app,
            &subject,
            Some(candidate),
            password,
            FailureRule::Wait,
            None,
            caller,
        );
        let RightPassword { counted, _turn, .. } = right.await?;
        let now = self.now();
        let reserved = counted.clone();
        let confirmed = self.store().write(move |tx| {
            counted.succeed(tx)?;
            Ok::<_, Error>(sessions::confirm(tx, id, &digest, now)?)
        });
        let confirmed = confirmed.await;
        if let Err(Error::Fault(_)) = confirmed {
            self.take_back(reserved);
        }
        if !confirmed? {
            return Err(Refusal::NotSignedIn.into());
        }
        Ok(PageSession {
            confirmed_until: Some(now.plus(CONFIRMATION_LIFE)),
            ..session.clone()
        })
    }
}

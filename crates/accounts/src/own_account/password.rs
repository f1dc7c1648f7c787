//! Another password.

use yaopai_courier::Notice;
use yaopai_model::{EventKind, Password};

use super::{ConfirmedSession, end_all_but, in_session, proven_mailbox, tell};
use crate::journal::Whose;
use crate::request_code::delivery_id;
use crate::{Accounts, Caller, Error, Outcome};

impl Accounts {
    /// Gives the account of a session another password, ends all its other sessions, and tells its mail address.
    ///
    /// # Errors
    /// `NotSignedIn`, `AccountGone`, `Overloaded`.
    pub async fn change_password(
        &self,
        confirmed: &ConfirmedSession,
        password: Password,
        caller: &Caller,
    ) -> Outcome<()> {
        let account = &confirmed.session().principal.account;
        let attempt = self.attempt(
            EventKind::PasswordChanged,
            account.app,
            Whose::Account(account.id),
            caller,
        );
        attempt.end(self.put_password(confirmed, password).await)
    }

    async fn put_password(&self, confirmed: &ConfirmedSession, password: Password) -> Outcome<()> {
        let place = self.parts.hasher.place()?;
        let hash = self.parts.hasher.hash(place, password, self.entropy()).await?;
        let (verbs, session, now) = (self.clone(), confirmed.session().clone(), self.now());
        let notice_id = self.parts.mail.is_configured().then(|| delivery_id(self));
        let changed = self.store().write(move |tx| {
            let account = in_session(tx, &session)?;
            verbs.set_password(tx, account.app, account.id, &hash, now)?;
            end_all_but(tx, &session)?;
            let mailbox = proven_mailbox(&account);
            let notice = Notice::PasswordChanged;
            tell(tx, &account, mailbox.as_ref(), notice_id.as_deref(), notice, now)?;
            Ok::<_, Error>(())
        });
        changed.await?;
        self.parts.outbox.notify_one();
        Ok(())
    }
}

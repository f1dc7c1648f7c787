//! Signing out.

use yaopai_model::EventKind;
use yaopai_store::{restored, sessions};

use crate::credentials::end_sessions;
use crate::journal::Whose;
use crate::{Accounts, Caller, Outcome, Principal};

impl Accounts {
    /// Ends every session of the principal's account: what `api_cloud_user` says of `logout`.
    ///
    /// # Errors
    /// Faults only.
    pub async fn sign_out(&self, principal: &Principal, caller: &Caller) -> Outcome<()> {
        let (app, id) = (principal.account.app, principal.account.id);
        let attempt = self.attempt(EventKind::SignOut, app, Whose::Account(id), caller);
        let ended = self.store().write(move |tx| end_sessions(tx, id)).await;
        attempt.end(ended.map_err(Into::into))
    }

    /// Ends every session of every account, and every key of the admin API: after a restore, or when an operator asks for it.
    ///
    /// # Errors
    /// Faults only.
    pub async fn end_all_sessions(&self) -> Outcome<()> {
        let now = self.now();
        let ended = self.store().write(move |tx| {
            sessions::end_everywhere(tx)?;
            restored::revoke_api_keys(tx, now)
        });
        Ok(ended.await?)
    }
}

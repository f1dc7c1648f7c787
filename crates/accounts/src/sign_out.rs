//! Signing out.

use yaopai_store::{SqlError, accounts, sessions};

use crate::{Accounts, Outcome, Principal};

impl Accounts {
    /// Ends every session of the principal's account: what `api_cloud_user` says of `logout`.
    ///
    /// # Errors
    /// Faults only.
    pub async fn sign_out(&self, principal: &Principal) -> Outcome<()> {
        let id = principal.account.id;
        let ended = self.store().write(move |tx| {
            sessions::end_all(tx, id)?;
            accounts::advance_epoch(tx, id)
        });
        Ok(ended.await.map_err(|error: SqlError| error)?)
    }

    /// Ends every session of every account: after a restore, or when an operator asks for it.
    ///
    /// # Errors
    /// Faults only.
    pub async fn end_all_sessions(&self) -> Outcome<()> {
        Ok(self.store().write(sessions::end_everywhere).await?)
    }
}

//! Signing out.

use yaopai_store::sessions;

use crate::credentials::end_sessions;
use crate::{Accounts, Outcome, Principal};

impl Accounts {
    /// Ends every session of the principal's account: what `api_cloud_user` says of `logout`.
    ///
    /// # Errors
    /// Faults only.
    pub async fn sign_out(&self, principal: &Principal) -> Outcome<()> {
        let id = principal.account.id;
        Ok(self.store().write(move |tx| end_sessions(tx, id)).await?)
    }

    /// Ends every session of every account: after a restore, or when an operator asks for it.
    ///
    /// # Errors
    /// Faults only.
    pub async fn end_all_sessions(&self) -> Outcome<()> {
        Ok(self.store().write(sessions::end_everywhere).await?)
    }
}

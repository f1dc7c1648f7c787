//! Signing out.

use crate::{Accounts, Outcome, Principal};

impl Accounts {
    /// Ends every session of the principal's account.
    ///
    /// # Errors
    /// Faults only.
    pub async fn sign_out(&self, principal: &Principal) -> Outcome<()> {
        todo!()
    }
}

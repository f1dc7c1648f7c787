//! What lets somebody into an account: how it is given, and how it ends.

use yaopai_model::{AccountId, AppId, Timestamp};
use yaopai_store::{SqlError, Tx, accounts, passwords, sessions};

use crate::{Accounts, Outcome};

impl Accounts {
    /// Seals a password's hash (PHC string) for one account, for whoever writes its row past the verbs.
    ///
    /// # Errors
    /// Faults only.
    pub fn seal_password_hash(&self, app: AppId, id: AccountId, hash: &str) -> Outcome<Vec<u8>> {
        Ok(self.parts.keys.seal_hash(app, id, hash, self.entropy())?)
    }

    /// Gives an account a password, or another one, by its `hash`.
    pub(crate) fn set_password(&self, tx: &Tx, app: AppId, id: AccountId, hash: &str, now: Timestamp) -> Outcome<()> {
        let sealed = self.seal_password_hash(app, id, hash)?;
        Ok(passwords::set(tx, id, &sealed, now)?)
    }
}

/// Ends every session of an account, and with its epoch those that are about to begin.
pub(crate) fn end_sessions(tx: &Tx, id: AccountId) -> Result<(), SqlError> {
    // The account first, as whoever begins a session has it: two who lock the same rows in another order each wait for the
    // other, until the database ends one of them.
    accounts::advance_epoch(tx, id)?;
    sessions::end_all(tx, id)
}

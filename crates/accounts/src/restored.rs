//! Going on from a backup.

use yaopai_store::{SqlError, restored, sessions};

use crate::{Accounts, Outcome};

impl Accounts {
    /// Voids what may have been ended, redeemed or sent since the backup that the base was restored from was made: every
    /// session, every key of the admin API, every code, every slider that was passed with the permits it opened, and every
    /// message that waits.
    ///
    /// # Errors
    /// Faults only.
    pub async fn void_after_restore(&self) -> Outcome<()> {
        let now = self.now();
        let voided = self.store().write(move |tx| -> Result<(), SqlError> {
            sessions::end_everywhere(tx)?;
            restored::revoke_api_keys(tx, now)?;
            restored::void_codes(tx)?;
            restored::void_challenges(tx)?;
            restored::give_up_deliveries(tx, "从备份恢复 / restored from a backup", now)
        });
        Ok(voided.await?)
    }
}

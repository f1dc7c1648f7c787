//! A new password for one that is lost.

use yaopai_model::{Address, AppId, Code, Email, Password, Purpose, SessionToken};

use crate::{Accounts, Caller, Outcome};

/// Whether `permit_reset` has to come first, which is the wire's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetPermit {
    /// No (`api_cloud_user`).
    NotAsked,
    /// Yes, within the last thirty minutes (`api_v1`).
    MustBeHeld,
}

impl Accounts {
    /// Opens the way to a new password for thirty minutes, consuming a passed slider. The same for unknown addresses.
    ///
    /// # Errors
    /// `ChallengeRequired`.
    pub async fn permit_reset(&self, app: AppId, email: &Email) -> Outcome<()> {
        todo!()
    }

    /// Sets a new password by a one-time code and ends every session of the account.
    ///
    /// # Errors
    /// `ResetNotPermitted`, `WrongCode`, `NotRegistered`, `Overloaded`.
    #[allow(clippy::too_many_arguments)]
    pub async fn reset_password(
        &self,
        app: AppId,
        address: &Address,
        code: Code,
        purpose: Purpose,
        password: Password,
        permit: ResetPermit,
        bearer: Option<&SessionToken>,
        caller: &Caller,
    ) -> Outcome<()> {
        todo!()
    }
}

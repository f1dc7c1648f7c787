//! Settings that people keep in their account.

use yaopai_model::{SettingKey, SettingValue};

use crate::{Accounts, Outcome, Principal};

impl Accounts {
    /// Sets a setting.
    ///
    /// # Errors
    /// `TooManySettings`.
    pub async fn set_setting(&self, principal: &Principal, key: SettingKey, value: SettingValue) -> Outcome<()> {
        todo!()
    }

    /// A setting's value, if it was ever set.
    ///
    /// # Errors
    /// Faults only.
    pub async fn setting(&self, principal: &Principal, key: SettingKey) -> Outcome<Option<SettingValue>> {
        todo!()
    }
}

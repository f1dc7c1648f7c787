//! Settings that people keep in their account.

use yaopai_model::limits::SETTINGS_PER_ACCOUNT;
use yaopai_model::{SettingKey, SettingValue};
use yaopai_store::settings;

use crate::standing::standing;
use crate::{Accounts, Outcome, Principal, Refusal};

impl Accounts {
    /// Sets a setting.
    ///
    /// # Errors
    /// `TooManySettings`.
    pub async fn set_setting(&self, principal: &Principal, key: SettingKey, value: SettingValue) -> Outcome<()> {
        let (principal, now) = (principal.clone(), self.now());
        let set = self.store().write(move |tx| {
            let account = standing(tx, &principal)?;
            let has_room = settings::set(tx, account.id, &key, &value, now, SETTINGS_PER_ACCOUNT)?;
            if has_room {
                Ok(())
            } else {
                Err(Refusal::TooManySettings.into())
            }
        });
        set.await
    }

    /// A setting's value, if it was ever set.
    ///
    /// # Errors
    /// Faults only.
    pub async fn setting(&self, principal: &Principal, key: SettingKey) -> Outcome<Option<SettingValue>> {
        let account = principal.account.id;
        Ok(self.store().read(move |db| settings::get(db, account, &key)).await?)
    }
}

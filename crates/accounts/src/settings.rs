//! Settings that people keep in their account.

use yaopai_model::limits::{SETTINGS_BYTES_PER_ACCOUNT, SETTINGS_PER_ACCOUNT};
use yaopai_model::{SettingKey, SettingValue};
use yaopai_store::settings::{self, Bounds};

use crate::standing::standing;
use crate::{Accounts, Outcome, Principal, Refusal};

const BOUNDS: Bounds = Bounds {
    settings: SETTINGS_PER_ACCOUNT,
    bytes: SETTINGS_BYTES_PER_ACCOUNT,
};

impl Accounts {
    /// Sets a setting.
    ///
    /// # Errors
    /// `TooManySettings`.
    pub async fn set_setting(&self, principal: &Principal, key: SettingKey, value: SettingValue) -> Outcome<()> {
        let (principal, now) = (principal.clone(), self.now());
        let set = self.store().write(move |tx| {
            let account = standing(tx, &principal)?;
            let has_room = settings::set(tx, account.id, &key, &value, now, BOUNDS)?;
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

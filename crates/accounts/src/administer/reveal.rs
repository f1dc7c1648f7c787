//! Giving out what pages hide.

use yaopai_model::{Account, AccountId, AppId, SettingKey, SettingValue};
use yaopai_store::settings;

use super::Actor;
use crate::rank::Action;
use crate::{Accounts, Outcome};

impl Accounts {
    /// An account whose addresses are going to be shown whole; the audit log keeps who asked.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`.
    pub async fn reveal_account(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<Account> {
        let (administrator, now) = (actor.on(app), self.now());
        let revealed = self.store().write(move |tx| {
            let account = administrator.target(tx, id, Action::Look)?;
            administrator.note(tx, "account.reveal", id, "", now)?;
            Ok(account)
        });
        revealed.await
    }

    /// The value of one of an account's settings, if it was ever set; the audit log keeps who asked.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`.
    pub async fn reveal_setting(
        &self,
        app: AppId,
        actor: Actor<'_>,
        id: AccountId,
        key: SettingKey,
    ) -> Outcome<Option<SettingValue>> {
        let (administrator, now) = (actor.on(app), self.now());
        let revealed = self.store().write(move |tx| {
            administrator.target(tx, id, Action::Look)?;
            administrator.note(tx, "account.reveal_setting", id, key.as_str(), now)?;
            Ok(settings::get(tx, id, &key)?)
        });
        revealed.await
    }
}

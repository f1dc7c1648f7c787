//! Disabling accounts and ending them.

use yaopai_model::{Account, AccountId, AppId, Timestamp};
use yaopai_store::{SqlError, Tx, account_events, accounts, api_keys, identifiers, passwords, sessions, settings};

use super::Actor;
use super::role::recount_roots;
use crate::credentials::end_sessions;
use crate::profile::orphan_pictures;
use crate::rank::Action;
use crate::{Accounts, Outcome};

impl Accounts {
    /// Disables an account (`disabled`) and ends its sessions and API keys, or enables it again.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `LastRoot`, `NoSuchAccount`.
    pub async fn set_disabled(&self, app: AppId, actor: Actor<'_>, id: AccountId, disabled: bool) -> Outcome<()> {
        let (administrator, now) = (actor.on(app), self.now());
        let done = self.store().write(move |tx| {
            let account = administrator.target(tx, id, Action::Disable)?;
            if account.disabled_at.is_some() == disabled {
                return Ok(());
            }
            let (is_changed, action) = if disabled {
                end_sessions(tx, id)?;
                api_keys::revoke_all(tx, id, now)?;
                (accounts::disable(tx, id, now)?, "account.disable")
            } else {
                (accounts::enable(tx, id)?, "account.enable")
            };
            if !is_changed {
                return Err(tx.collided().into());
            }
            let after = Account {
                disabled_at: disabled.then_some(now),
                ..account.clone()
            };
            recount_roots(tx, Some(&account), Some(&after))?;
            administrator.note(tx, action, id, "", now)
        });
        done.await
    }

    /// Ends an account: its sessions and API keys are dead, its identifiers free.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `LastRoot`, `NoSuchAccount`.
    pub async fn delete_account(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<()> {
        let (administrator, now) = (actor.on(app), self.now());
        let done = self.store().write(move |tx| {
            let account = administrator.target(tx, id, Action::Delete)?;
            recount_roots(tx, Some(&account), None)?;
            administrator.note(tx, "account.delete", id, account.role.as_str(), now)?;
            // After what was noted of it, which goes along.
            Ok(remove(tx, &account, now)?)
        });
        done.await
    }
}

/// Takes an account out of the base with all that it has; its identifiers are free then.
///
/// # Errors
/// Those of the database.
pub(crate) fn remove(tx: &Tx, account: &Account, now: Timestamp) -> Result<(), SqlError> {
    free_identifiers(tx, account)?;
    orphan_pictures(tx, account)?;
    passwords::delete(tx, account.id)?;
    sessions::end_all(tx, account.id)?;
    api_keys::revoke_all(tx, account.id, now)?;
    settings::delete_all(tx, account.id)?;
    account_events::delete_all(tx, account.id)?;
    accounts::delete(tx, account.id)
}

fn free_identifiers(tx: &Tx, account: &Account) -> Result<(), SqlError> {
    for (identifier, _) in account.identifiers() {
        identifiers::free(tx, account.app, &identifier, account.id)?;
    }
    identifiers::free_public_id(tx, account.app, &account.public_id, account.id)?;
    Ok(())
}

//! Giving roles.

use yaopai_model::{Account, AccountId, AppId, Role};
use yaopai_store::{Tx, accounts, api_keys, base};

use super::Actor;
use crate::api_keys::may_keep;
use crate::rank::Action;
use crate::{Accounts, Outcome, Refusal};

impl Accounts {
    /// Gives an account a role; one that may keep no API keys ends those that it has.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `LastRoot`, `NoSuchAccount`.
    pub async fn set_role(&self, app: AppId, actor: Actor<'_>, id: AccountId, role: Role) -> Outcome<()> {
        let (administrator, now) = (actor.on(app), self.now());
        let given = self.store().write(move |tx| {
            let account = administrator.target(tx, id, Action::GiveRole(role))?;
            if account.role == role {
                return Ok(());
            }
            if !accounts::set_role(tx, id, account.role, role)? {
                return Err(tx.collided().into());
            }
            if !may_keep(role) {
                api_keys::revoke_all(tx, id, now)?;
            }
            let after = Account {
                role,
                ..account.clone()
            };
            recount_roots(tx, Some(&account), Some(&after))?;
            let detail = format!("{} to {}", account.role.as_str(), role.as_str());
            administrator.note(tx, "account.set_role", id, &detail, now)
        });
        given.await
    }
}

/// Counts active roots when an account that was `before` is `after` now; `None` where it is not there.
///
/// # Errors
/// `LastRoot` when none would be left.
pub(crate) fn recount_roots(tx: &Tx, before: Option<&Account>, after: Option<&Account>) -> Outcome<()> {
    let is_active_root =
        |account: Option<&Account>| account.is_some_and(|account| account.role == Role::Root && account.is_active());
    let Some(app) = before.or(after).map(|account| account.app) else {
        return Ok(());
    };
    match (is_active_root(before), is_active_root(after)) {
        (false, true) => Ok(base::count_root_in(tx, app)?),
        (true, false) if !base::count_root_out(tx, app)? => Err(Refusal::LastRoot.into()),
        (true, false | true) | (false, false) => Ok(()),
    }
}

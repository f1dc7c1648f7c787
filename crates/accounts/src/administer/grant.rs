//! Granting permissions beyond a role.

use yaopai_model::limits::PERMISSIONS;
use yaopai_model::{AccountId, AppId, Permission};
use yaopai_store::accounts;

use super::Actor;
use crate::rank::Action;
use crate::{Accounts, Outcome};

impl Accounts {
    /// Gives an account these permissions and no others: the first `limits::PERMISSIONS`. Yaopai itself asks for none of them.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `NoSuchAccount`.
    pub async fn set_permissions(
        &self,
        app: AppId,
        actor: Actor<'_>,
        id: AccountId,
        mut permissions: Vec<Permission>,
    ) -> Outcome<()> {
        let (administrator, now) = (actor.on(app), self.now());
        permissions.truncate(PERMISSIONS);
        let granted = self.store().write(move |tx| {
            administrator.target(tx, id, Action::Grant)?;
            accounts::set_permissions(tx, id, &permissions)?;
            let names: Vec<&str> = permissions.iter().map(Permission::as_str).collect();
            administrator.note(tx, "account.set_permissions", id, &names.join(" "), now)
        });
        granted.await
    }
}

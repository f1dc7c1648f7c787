//! Whom an actor looks after.

use yaopai_model::{AccountId, App, AppId};
use yaopai_store::accounts;

use super::Actor;
use crate::{Accounts, Error, Outcome, Refusal};

impl Accounts {
    /// The apps whose accounts the actor looks after, oldest first.
    ///
    /// # Errors
    /// Faults only.
    pub async fn apps_in_reach(&self, actor: Actor<'_>) -> Outcome<Vec<App>> {
        let apps = self.list_apps().await?;
        let own = match &actor {
            Actor::Operator => return Ok(apps),
            Actor::Account(principal) | Actor::InConsole(principal) => principal.account.app,
        };
        let crosses_apps =
            matches!(actor, Actor::InConsole(_)) && apps.iter().any(|app| app.is_default && app.id == own);
        Ok(apps.into_iter().filter(|app| crosses_apps || app.id == own).collect())
    }

    /// The app of an account that the actor looks after. Numbers in apps out of reach are as if there were none.
    ///
    /// # Errors
    /// `NoSuchAccount`.
    pub async fn app_of_account(&self, actor: Actor<'_>, id: AccountId) -> Outcome<AppId> {
        let found = self.store().read(move |db| accounts::by_id(db, id)).await?;
        let app = found.ok_or(Refusal::NoSuchAccount)?.app;
        let administrator = actor.on(app);
        match self.store().read(move |db| administrator.rank(db)).await {
            Ok(_) => Ok(app),
            Err(Error::Refused(Refusal::RankTooLow)) => Err(Refusal::NoSuchAccount.into()),
            Err(error) => Err(error),
        }
    }
}

//! Whom an actor looks after.

use yaopai_model::{AccountId, AppId};
use yaopai_store::accounts;

use super::Actor;
use crate::{Accounts, Error, Outcome, Refusal};

impl Accounts {
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

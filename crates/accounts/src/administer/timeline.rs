//! What happened to an account.

use yaopai_model::{AccountId, AppId};
use yaopai_store::account_events::{self, AccountEvent};
use yaopai_store::accounts;

use super::Actor;
use crate::rank::{Action, reaches};
use crate::{Accounts, Outcome, Refusal};

impl Accounts {
    /// What happened to an account, newest first: at most `limits::EVENTS_PER_ACCOUNT`, each refusal with its rule. What
    /// people tried within the last second may not be written yet.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`.
    pub async fn account_timeline(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<Vec<AccountEvent>> {
        let administrator = actor.on(app);
        let listed = self.store().scan(move |db| {
            reaches(administrator.rank(db)?, Action::Inspect)?;
            let account = accounts::by_id(db, id)?.filter(|account| account.app == app);
            account.ok_or(Refusal::NoSuchAccount)?;
            Ok(account_events::list(db, id)?)
        });
        listed.await
    }
}

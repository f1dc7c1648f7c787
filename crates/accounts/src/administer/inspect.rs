//! Looking at one account.

use yaopai_model::limits::{SESSIONS_SHOWN, SETTING_KEYS_SHOWN};
use yaopai_model::{Account, AccountId, AppId, SettingKey};
use yaopai_store::sessions::{self, Session};
use yaopai_store::{accounts, passwords, settings};

use super::Actor;
use crate::rank::{Action, Rank, Target, may, reaches};
use crate::{Accounts, Outcome, Principal, Refusal};

/// What operators see of an account. Whoever shows it masks phone number and e-mail address: unmasked they are given out
/// by [`Accounts::reveal_account`] only.
pub struct InspectedAccount {
    /// The account.
    pub account: Account,
    /// Its sessions that are not over, newest first, at most `limits::SESSIONS_SHOWN`.
    pub sessions: Vec<Session>,
    /// The keys of its settings in order, at most `limits::SETTING_KEYS_SHOWN`.
    pub setting_keys: Vec<SettingKey>,
    /// Whether it has a password.
    pub has_password: bool,
    rank: Rank,
    target: Target,
}

impl InspectedAccount {
    /// Whether whoever inspects the account may do this to it; the verbs judge again.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`.
    pub fn permits(&self, action: Action) -> Result<(), Refusal> {
        may(self.rank, action, self.target)
    }
}

impl Principal {
    /// Whether the role reaches the action at all, whomever it is done to.
    pub fn reaches(&self, action: Action) -> bool {
        reaches(Rank::Account(self.account.role), action).is_ok()
    }
}

impl Accounts {
    /// An account with what belongs to it.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`.
    pub async fn inspect_account(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<InspectedAccount> {
        let (administrator, now) = (actor.on(app), self.now());
        let inspected = self.store().scan(move |db| {
            let rank = administrator.rank(db)?;
            reaches(rank, Action::Inspect)?;
            let found = accounts::by_id(db, id)?.filter(|account| account.app == app);
            let account = found.ok_or(Refusal::NoSuchAccount)?;
            Ok(InspectedAccount {
                sessions: sessions::list(db, id, now, SESSIONS_SHOWN)?,
                setting_keys: settings::keys(db, id, SETTING_KEYS_SHOWN)?,
                has_password: passwords::sealed(db, id)?.is_some(),
                rank,
                target: administrator.seen(&account),
                account,
            })
        });
        inspected.await
    }
}

//! Letting somebody go on at once whom a limit keeps waiting.

use std::collections::BTreeSet;
use std::net::IpAddr;

use yaopai_model::{Account, AccountId, Address, AppId};
use yaopai_store::account_events::AccountEvent;
use yaopai_store::{account_events, streaks};

use super::Actor;
use crate::code_guess::guesses_of_day;
use crate::rank::Action;
use crate::throttle::{Subject, Tally, challenge_streak};
use crate::{Accounts, Outcome};

impl Accounts {
    /// Forgets the failures in a row at an account: the slider, the closed password path, and the wait of each source that
    /// is on its timeline. What a source failed at over all accounts stays counted.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `NoSuchAccount`.
    pub async fn clear_failures(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<()> {
        let (verbs, administrator, now) = (self.clone(), actor.on(app), self.now());
        let cleared = self.store().write(move |tx| {
            administrator.target(tx, id, Action::ClearCounts)?;
            let (keys, subject) = (&verbs.parts.keys, Subject::of_account(id));
            streaks::end(tx, &challenge_streak(keys, subject.as_str()))?;
            streaks::end(tx, &Tally::closing(keys, &subject))?;
            for source in sources(&account_events::list(tx, id)?) {
                streaks::end(tx, &Tally::wait(keys, &subject, source))?;
            }
            administrator.note(tx, "account.clear_failures", id, "", now)
        });
        cleared.await
    }

    /// Forgets how many codes were sent to the addresses of an account and how many guesses were made at them, so that a new
    /// code can be asked for at once.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `NoSuchAccount`.
    pub async fn clear_code_budget(&self, app: AppId, actor: Actor<'_>, id: AccountId) -> Outcome<()> {
        let (verbs, administrator, now) = (self.clone(), actor.on(app), self.now());
        let cleared = self.store().write(move |tx| {
            let account = administrator.target(tx, id, Action::ClearCounts)?;
            for address in addresses(&account) {
                for budget in verbs.address_budgets(app, &address) {
                    budget.clear(tx)?;
                }
                guesses_of_day(&verbs.parts.keys, app, &address).clear(tx)?;
            }
            administrator.note(tx, "account.clear_code_budget", id, "", now)
        });
        cleared.await
    }
}

/// Where people called from of whom a timeline tells, each once.
pub(super) fn sources(events: &[AccountEvent]) -> BTreeSet<IpAddr> {
    events.iter().filter_map(|event| event.source.parse().ok()).collect()
}

/// Where codes for an account are sent.
pub(super) fn addresses(account: &Account) -> impl Iterator<Item = Address> {
    let phone = account.phone.as_ref().map(|held| Address::Phone(held.value.clone()));
    let email = account.email.as_ref().map(|held| Address::Email(held.value.clone()));
    phone.into_iter().chain(email)
}

//! Sending the holder of an account a code for a new password.

use yaopai_model::{Account, AccountId, Address, AppId, Purpose};

use super::Actor;
use crate::rank::Action;
use crate::{Accounts, Caller, ChallengeRule, Outcome, Refusal};

/// Which of an account's addresses a code goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeTarget {
    /// Its phone.
    Phone,
    /// Its mailbox.
    Email,
}

impl CodeTarget {
    /// The address, where the account has one.
    fn address(self, account: &Account) -> Option<Address> {
        match self {
            Self::Phone => account.phone.as_ref().map(|held| Address::Phone(held.value.clone())),
            Self::Email => account.email.as_ref().map(|held| Address::Email(held.value.clone())),
        }
    }
}

impl Accounts {
    /// Sends the holder of an account a code for a new password, within the same budgets as if they had asked. Who
    /// administers does not get to know it. It is written down before it is sent, so that none goes out unnoted.
    ///
    /// # Errors
    /// `RankTooLow`, `NoSuchAccount`, `NotRegistered` where the account has no such address, `CodeTooSoon`,
    /// `ChannelNotReady`.
    pub async fn send_reset_code(
        &self,
        app: AppId,
        actor: Actor<'_>,
        id: AccountId,
        target: CodeTarget,
        caller: &Caller,
    ) -> Outcome<()> {
        let (administrator, now) = (actor.on(app), self.now());
        let noted = self.store().write(move |tx| {
            let account = administrator.target(tx, id, Action::SendCode)?;
            let address = target.address(&account).ok_or(Refusal::NotRegistered)?;
            let masked = match &address {
                Address::Phone(phone) => phone.masked(),
                Address::Email(email) => email.masked(),
            };
            administrator.note(tx, "account.send_reset_code", id, &masked, now)?;
            Ok::<_, crate::Error>(address)
        });
        let address = noted.await?;
        self.request_code(app, &address, Purpose::ResetPassword, ChallengeRule::NotAsked, caller)
            .await
    }
}

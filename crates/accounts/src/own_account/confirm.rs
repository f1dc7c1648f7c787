//! Showing within a session, by a code, that it is still its holder.

use yaopai_model::limits::CONFIRMATION_LIFE;
use yaopai_model::{Address, Code, EventKind, Purpose};
use yaopai_store::codes::CodeKey;
use yaopai_store::sessions;

use super::{in_session, proven_addresses};
use crate::journal::Whose;
use crate::{Accounts, Caller, ChallengeRule, Error, Outcome, PageSession, Refusal};

impl Accounts {
    /// Sends a code to an address, for showing within a session that one receives there.
    ///
    /// # Errors
    /// `ChallengeRequired`, `CodeTooSoon`, `ChannelNotReady`.
    pub async fn request_confirmation(
        &self,
        session: &PageSession,
        address: &Address,
        challenge: ChallengeRule,
        caller: &Caller,
    ) -> Outcome<()> {
        let app = session.principal.account.app;
        self.request_code(app, address, Purpose::Confirm, challenge, caller)
            .await
    }

    /// Takes a code that was sent to an address which the account has proven before, which opens for a while what asks for
    /// that.
    ///
    /// # Errors
    /// `WrongCode` also where the address is not the account's; `SourceFailedTooOften`, `NotSignedIn`.
    pub async fn confirm_with_code(
        &self,
        session: &PageSession,
        address: &Address,
        code: &Code,
        caller: &Caller,
    ) -> Outcome<PageSession> {
        let account = &session.principal.account;
        let attempt = self.attempt(
            EventKind::CodeConfirmation,
            account.app,
            Whose::Account(account.id),
            caller,
        );
        attempt.end(self.take_confirmation(session, address, code, caller).await)
    }

    async fn take_confirmation(
        &self,
        session: &PageSession,
        address: &Address,
        code: &Code,
        caller: &Caller,
    ) -> Outcome<PageSession> {
        let key = CodeKey {
            app: session.principal.account.app,
            address: address.clone(),
            purpose: Purpose::Confirm,
        };
        let (guess, source_try) = self.try_code(key, code, caller).await?;
        let (held, address, now) = (session.clone(), address.clone(), self.now());
        let confirmed = self.store().write(move |tx| {
            source_try.succeed(tx)?;
            let account = in_session(tx, &held)?;
            if !proven_addresses(&account).contains(&address) {
                return Ok(Err(Refusal::WrongCode));
            }
            guess.consume(tx, now)?;
            if !sessions::confirm(tx, account.id, &held.digest, now)? {
                return Err(Refusal::NotSignedIn.into());
            }
            Ok::<_, Error>(Ok(()))
        });
        let confirmed: Result<(), Refusal> = confirmed.await?;
        confirmed?;
        Ok(PageSession {
            confirmed_until: Some(now.plus(CONFIRMATION_LIFE)),
            ..session.clone()
        })
    }
}

//! Another phone number or e-mail address, or a first one.

use yaopai_courier::Notice;
use yaopai_model::{Account, Address, Code, EventKind, Purpose, Timestamp};
use yaopai_store::codes::{self, CodeKey};
use yaopai_store::{Tx, accounts, identifiers};

use super::{ConfirmedSession, end_all_but, in_session, proven_addresses, proven_mailbox, tell};
use crate::claims::{NewAddress, settle_for_new_account};
use crate::journal::Whose;
use crate::request_code::delivery_id;
use crate::{Accounts, Caller, Error, Outcome, Refusal};

impl Accounts {
    /// Puts an address into the account of a session, in the place of any other of its kind, by a code that was sent there
    /// (see [`Accounts::request_confirmation`]). That ends what hung on an address that it replaces: its codes and the
    /// account's other sessions; and that address is told. A claim that nobody proved gives way.
    ///
    /// # Errors
    /// `WrongCode`, `SourceFailedTooOften`, `NotSignedIn`, `AccountGone`; `Taken`, which is said only to whoever has
    /// brought the right code back from the address.
    pub async fn change_address(
        &self,
        confirmed: &ConfirmedSession,
        address: &Address,
        code: &Code,
        caller: &Caller,
    ) -> Outcome<()> {
        let account = &confirmed.session().principal.account;
        let attempt = self.attempt(
            EventKind::IdentifierChanged,
            account.app,
            Whose::Account(account.id),
            caller,
        );
        let attempt = attempt.about(address.identifier().kind().as_str());
        attempt.end(self.put_address(confirmed, address, code, caller).await)
    }

    async fn put_address(
        &self,
        confirmed: &ConfirmedSession,
        address: &Address,
        code: &Code,
        caller: &Caller,
    ) -> Outcome<()> {
        let session = confirmed.session().clone();
        let app = session.principal.account.app;
        let key = CodeKey {
            app,
            address: address.clone(),
            purpose: Purpose::Confirm,
        };
        let (guess, source_try) = self.try_code(key, code, caller).await?;
        let (address, now) = (address.clone(), self.now());
        let notice_id = self.parts.mail.is_configured().then(|| delivery_id(self));
        let changed = self.store().write(move |tx| {
            source_try.succeed(tx)?;
            let account = in_session(tx, &session)?;
            if proven_addresses(&account).contains(&address) {
                return guess.consume(tx, now).map(Ok);
            }
            match settle_for_new_account(tx, app, &address, Some(&session.principal), now)? {
                NewAddress::Taken => return Ok(Err(Refusal::Taken(address.identifier().kind()))),
                NewAddress::BearersOwn => return guess.consume(tx, now).map(Ok),
                NewAddress::Free => {}
            }
            guess.consume(tx, now)?;
            let replaced = put(tx, &account, &address, now)?;
            if let Some(replaced) = replaced {
                end_all_but(tx, &session)?;
                let (told, notice) = match &replaced {
                    Address::Email(_) => (Some(replaced), Notice::EmailChanged),
                    Address::Phone(_) => (proven_mailbox(&account), Notice::PhoneChanged),
                };
                tell(tx, &account, told.as_ref(), notice_id.as_deref(), notice, now)?;
            }
            Ok::<_, Error>(Ok(()))
        });
        let changed: Result<(), Refusal> = changed.await?;
        changed?;
        self.parts.outbox.notify_one();
        Ok(())
    }
}

/// Puts a free address that is proven into the account; says which one it replaces.
fn put(tx: &Tx, account: &Account, address: &Address, now: Timestamp) -> Outcome<Option<Address>> {
    let (app, id) = (account.app, account.id);
    let replaced = match address {
        Address::Phone(_) => account.phone.as_ref().map(|held| Address::Phone(held.value.clone())),
        Address::Email(_) => account.email.as_ref().map(|held| Address::Email(held.value.clone())),
    };
    if let Some(replaced) = &replaced {
        identifiers::free(tx, app, &replaced.identifier(), id)?;
        codes::void(tx, app, replaced, now)?;
    }
    let identifier = address.identifier();
    if !identifiers::take(tx, app, &identifier, id, Some(now))? {
        return Err(tx.collided().into());
    }
    accounts::set_identifier(tx, id, &identifier, Some(now))?;
    accounts::verify(tx, id, now)?;
    codes::void(tx, app, address, now)?;
    Ok(replaced)
}

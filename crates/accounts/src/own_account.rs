//! What somebody does to their own account, in a session of a page.

mod address;
mod close;
mod confirm;
mod data;
mod password;
mod sessions;

use yaopai_courier::Notice;
use yaopai_model::{Account, Address, Timestamp};
use yaopai_store::{Db, Tx, accounts, sessions as rows};

use crate::request_code::insert_notice;
use crate::standing::{looking, standing};
use crate::{Outcome, PageSession, Refusal};

pub use close::Closing;
pub(crate) use close::{end_closed, take_closing_back};
pub use data::OwnData;

/// A session whose holder showed a short while ago, by password or by a code, that it is them. What could cost somebody
/// their account takes one.
#[derive(Clone)]
pub struct ConfirmedSession(PageSession);

impl ConfirmedSession {
    /// The session.
    pub fn session(&self) -> &PageSession {
        &self.0
    }
}

impl PageSession {
    /// This session, if it is confirmed.
    pub fn confirmed(&self) -> Option<ConfirmedSession> {
        self.confirmed_until.map(|_| ConfirmedSession(self.clone()))
    }

    /// The addresses that its holder has proven to receive at.
    pub fn proven_addresses(&self) -> Vec<Address> {
        proven_addresses(&self.principal.account)
    }
}

fn proven_addresses(account: &Account) -> Vec<Address> {
    let phone = account.phone.as_ref().filter(|held| held.proven_at.is_some());
    let email = account.email.as_ref().filter(|held| held.proven_at.is_some());
    let phone = phone.map(|held| Address::Phone(held.value.clone()));
    let email = email.map(|held| Address::Email(held.value.clone()));
    [phone, email].into_iter().flatten().collect()
}

/// The account of a session that still lives; it stays as it is until the transaction ends.
///
/// # Errors
/// `AccountGone`, `NotSignedIn`.
fn in_session(tx: &Tx, session: &PageSession) -> Outcome<Account> {
    let account = standing(tx, &session.principal)?;
    if rows::one(tx, account.id, &session.digest)?.is_none() {
        return Err(Refusal::NotSignedIn.into());
    }
    Ok(account)
}

/// The account of a session that still lives, for looking on.
///
/// # Errors
/// `AccountGone`, `NotSignedIn`.
fn seen_in_session(db: &Db, session: &PageSession) -> Outcome<Account> {
    let account = looking(db, &session.principal)?;
    if rows::one(db, account.id, &session.digest)?.is_none() {
        return Err(Refusal::NotSignedIn.into());
    }
    Ok(account)
}

/// Ends every session of the account but this one, and with its epoch those that are about to begin.
///
/// # Errors
/// `NotSignedIn`.
fn end_all_but(tx: &Tx, session: &PageSession) -> Outcome<()> {
    let id = session.principal.account.id;
    rows::end_others(tx, id, &session.digest)?;
    accounts::advance_epoch(tx, id)?;
    if rows::carry_over(tx, id, &session.digest)? {
        Ok(())
    } else {
        Err(Refusal::NotSignedIn.into())
    }
}

/// Tells a mail address of the account what was done. Without a channel for mail (`notice_id` is none) nobody is told.
fn tell(
    tx: &Tx,
    account: &Account,
    address: Option<&Address>,
    notice_id: Option<&str>,
    notice: Notice,
    now: Timestamp,
) -> Outcome<()> {
    if let (Some(address @ Address::Email(_)), Some(notice_id)) = (address, notice_id) {
        insert_notice(tx, account.app, notice_id, address, notice, now)?;
    }
    Ok(())
}

/// The mail address that the account's holder has proven to receive at.
fn proven_mailbox(account: &Account) -> Option<Address> {
    proven_addresses(account)
        .into_iter()
        .find(|address| matches!(address, Address::Email(_)))
}

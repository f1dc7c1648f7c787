//! Closing one's own account: it ends some days later, and until then a sign-in takes that back.

use std::time::Duration;

use yaopai_courier::Notice;
use yaopai_model::{Account, AccountId, EventKind, Timestamp};
use yaopai_store::audit::{self, NewEntry};
use yaopai_store::{Tx, accounts, api_keys};

use super::{ConfirmedSession, in_session, proven_mailbox, tell};
use crate::administer::{recount_roots, remove};
use crate::credentials::end_sessions;
use crate::request_code::delivery_id;
use crate::{Accounts, Error, Outcome, journal};

/// What came of closing an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// It is gone.
    Done,
    /// It ends then, unless somebody signs in to it before.
    At(Timestamp),
}

impl Accounts {
    /// How long after its holder closed it an account ends; zero for at once.
    pub fn closing_delay(&self) -> Duration {
        self.limits().closing_delay
    }

    /// Closes the account of a session: all its sessions and API keys end at once, the account itself after `Limits::closing_delay`. A
    /// root that is about to end does not count as an active one.
    ///
    /// # Errors
    /// `LastRoot`, `NotSignedIn`, `AccountGone`.
    pub async fn close_account(&self, confirmed: &ConfirmedSession) -> Outcome<Closing> {
        let (session, now, delay) = (confirmed.session().clone(), self.now(), self.limits().closing_delay);
        let notice_id = self.parts.mail.is_configured().then(|| delivery_id(self));
        let closing = self.store().write(move |tx| {
            let account = in_session(tx, &session)?;
            if delay.is_zero() {
                recount_roots(tx, Some(&account), None)?;
                end(tx, &account, now)?;
                return Ok(Closing::Done);
            }
            let at = now.plus(delay);
            if !accounts::begin_closing(tx, account.id, at)? {
                return Err(tx.collided().into());
            }
            let after = Account {
                closing_at: Some(at),
                ..account.clone()
            };
            recount_roots(tx, Some(&account), Some(&after))?;
            end_sessions(tx, account.id)?;
            api_keys::revoke_all(tx, account.id, now)?;
            journal::note(tx, account.id, EventKind::ClosingBegun, "", now)?;
            let mailbox = proven_mailbox(&account);
            tell(
                tx,
                &account,
                mailbox.as_ref(),
                notice_id.as_deref(),
                Notice::ClosingBegun,
                now,
            )?;
            Ok::<_, Error>(Closing::At(at))
        });
        let closing = closing.await?;
        self.parts.outbox.notify_one();
        Ok(closing)
    }
}

/// Lets an account that signs in go on if it was about to end; says whether it was.
///
/// # Errors
/// Those of the database.
pub(crate) fn take_closing_back(tx: &Tx, account: &Account, now: Timestamp) -> Outcome<bool> {
    if account.closing_at.is_none() {
        return Ok(false);
    }
    if !accounts::cancel_closing(tx, account.id)? {
        return Err(tx.collided().into());
    }
    let after = Account {
        closing_at: None,
        ..account.clone()
    };
    recount_roots(tx, Some(account), Some(&after))?;
    journal::note(tx, account.id, EventKind::ClosingTakenBack, "", now)?;
    Ok(true)
}

/// Ends an account that was to end no later than `now`, unless that was taken back meanwhile.
///
/// # Errors
/// Faults only.
pub(crate) fn end_closed(tx: &Tx, id: AccountId, now: Timestamp) -> Outcome<()> {
    let found = accounts::hold(tx, id)?;
    let due = found.filter(|account| account.closing_at.is_some_and(|at| at <= now));
    due.map_or(Ok(()), |account| end(tx, &account, now))
}

fn end(tx: &Tx, account: &Account, now: Timestamp) -> Outcome<()> {
    remove(tx, account, now)?;
    let who = format!("account {}", account.id.0);
    let entry = NewEntry {
        app: account.app,
        at: now,
        actor: &who,
        action: "account.close",
        target: &who,
        detail: account.role.as_str(),
    };
    Ok(audit::append(tx, &entry)?)
}

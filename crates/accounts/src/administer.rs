//! Looking after other people's accounts.

mod browse;
mod change;
mod create;
mod cursor;
mod end;
mod end_sessions;
mod export;
mod figures;
mod filter;
mod find;
mod grant;
mod health;
mod inspect;
mod keyword;
mod list;
mod obstacles;
mod reach;
mod remedies;
mod reveal;
mod role;
mod send_reset_code;
mod timeline;

use yaopai_model::{Account, AccountId, ApiScope, AppId, EventKind, Timestamp};
use yaopai_store::account_events::{self, AccountEvent};
use yaopai_store::audit::{self, NewEntry};
use yaopai_store::{Db, SqlError, Tx, accounts, apps};

use crate::journal::cut;
use crate::rank::{Action, Rank, Target, may, reaches};
use crate::standing::{looking, standing};
use crate::{ApiCaller, Outcome, Principal, Refusal};

pub use browse::AccountSlice;
pub use change::AccountChange;
pub(crate) use create::MadeAccount;
pub use create::NewAccount;
pub use cursor::{AccountCursor, CursorError};
pub(crate) use end::remove;
pub use export::AccountExport;
pub use figures::{FigureSpans, FigureSpansError, FiguresOfSpan};
pub use filter::{AccountFilter, ListOrder};
pub use find::{AccountSelector, SelectorError};
pub use health::Health;
pub use inspect::InspectedAccount;
pub use list::{AccountPage, PageRequest};
pub use obstacles::{Cause, Obstacle, Remedy};
pub(crate) use role::recount_roots;
pub use send_reset_code::CodeTarget;

/// Who administers.
pub enum Actor<'a> {
    /// An account on a wire, held to its rank and its app.
    Account(&'a Principal),
    /// An account in the console, held to its rank. One of the default app looks after all apps.
    InConsole(&'a Principal),
    /// An account behind the admin API, as in the console; which key it came by is written down.
    ByKey(&'a ApiCaller),
    /// Whoever has the machine, by the command line.
    Operator,
}

impl Actor<'_> {
    /// The account that acts; none for an operator.
    pub(crate) fn principal(&self) -> Option<&Principal> {
        match self {
            Self::Account(principal) | Self::InConsole(principal) => Some(principal),
            Self::ByKey(caller) => Some(&caller.principal),
            Self::Operator => None,
        }
    }

    /// How the audit log names the actor.
    fn name(&self) -> String {
        match self {
            Self::Account(principal) | Self::InConsole(principal) => format!("account {}", principal.account.id.0),
            Self::ByKey(caller) => format!("account {} key {}", caller.principal.account.id.0, caller.key.as_str()),
            Self::Operator => "operator".to_owned(),
        }
    }

    pub(crate) fn on(&self, app: AppId) -> Administrator {
        Administrator {
            app,
            principal: self.principal().cloned(),
            name: self.name(),
            crosses_apps: matches!(self, Self::InConsole(_) | Self::ByKey(_)),
            key_reveals: match self {
                Self::ByKey(caller) => caller.allows(ApiScope::Reveal).is_ok(),
                Self::Account(_) | Self::InConsole(_) | Self::Operator => true,
            },
        }
    }
}

fn is_of_default_app(db: &Db, account: &Account) -> Result<bool, SqlError> {
    Ok(db.look_up(apps::default())?.is_some_and(|app| app.id == account.app))
}

/// An actor at work in one app, to go into a transaction with.
#[derive(Clone)]
pub(crate) struct Administrator {
    pub(crate) app: AppId,
    /// None for an operator.
    principal: Option<Principal>,
    /// How the audit log names the actor.
    name: String,
    /// Whether an account of the default app may act in `app`, whichever it is.
    crosses_apps: bool,
    /// Whether the key that the actor came by, if by one, opens what otherwise is masked.
    key_reveals: bool,
}

impl Administrator {
    /// The rank for looking on, as the database has it now.
    pub(crate) fn rank(&self, db: &Db) -> Outcome<Rank> {
        self.rank_of(db, |principal| looking(db, principal))
    }

    /// The rank for looking on at what concerns all apps or the whole base, which only accounts of the default app have.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub(crate) fn rank_over_apps(&self, db: &Db) -> Outcome<Rank> {
        self.rank_over_apps_of(db, |principal| looking(db, principal))
    }

    /// The same for changing something; the actor's account stays as it is until the transaction ends.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub(crate) fn held_rank_over_apps(&self, tx: &Tx) -> Outcome<Rank> {
        self.rank_over_apps_of(tx, |principal| standing(tx, principal))
    }

    fn rank_over_apps_of(&self, db: &Db, read: impl FnOnce(&Principal) -> Outcome<Account>) -> Outcome<Rank> {
        let Some(principal) = &self.principal else {
            return Ok(Rank::Operator);
        };
        let account = read(principal)?;
        if self.crosses_apps && is_of_default_app(db, &account)? {
            Ok(Rank::Account(account.role))
        } else {
            Err(Refusal::RankTooLow.into())
        }
    }

    /// The rank for acting; the actor's account stays as it is until the transaction ends.
    pub(crate) fn standing_rank(&self, tx: &Tx) -> Outcome<Rank> {
        self.rank_of(tx, |principal| standing(tx, principal))
    }

    fn rank_of(&self, db: &Db, read: impl FnOnce(&Principal) -> Outcome<Account>) -> Outcome<Rank> {
        let Some(principal) = &self.principal else {
            return Ok(Rank::Operator);
        };
        let account = read(principal)?;
        if account.app != self.app {
            if !self.crosses_apps || !is_of_default_app(db, &account)? {
                return Err(Refusal::RankTooLow.into());
            }
            // Nothing is made, and nothing written down, in an app that there is not.
            db.look_up(apps::by_id(self.app))?.ok_or(Refusal::UnknownApp)?;
        }
        Ok(Rank::Account(account.role))
    }

    /// The account `id`, if the actor may do this to it; both stay as they are until the transaction ends.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `NoSuchAccount`.
    pub(crate) fn target(&self, tx: &Tx, id: AccountId, action: Action) -> Outcome<Account> {
        let rank = self.standing_rank(tx)?;
        reaches(rank, action)?;
        let found = accounts::hold(tx, id)?.filter(|account| account.app == self.app);
        let account = found.ok_or(Refusal::NoSuchAccount)?;
        may(rank, action, self.seen(&account))?;
        Ok(account)
    }

    /// What the actor's rank is held against in an account.
    pub(crate) fn seen(&self, account: &Account) -> Target {
        let own = self.principal.as_ref().map(|principal| principal.account.id);
        Target {
            role: account.role,
            is_self: own == Some(account.id),
        }
    }

    /// Writes down, in the audit log and on the timeline of `target`, what the actor did to it.
    fn note(&self, tx: &Tx, action: &str, target: AccountId, detail: &str, now: Timestamp) -> Outcome<()> {
        self.note_on(tx, action, &format!("account {}", target.0), detail, now)?;
        let event = AccountEvent {
            rule: action.to_owned(),
            actor: self.name.clone(),
            detail: cut(detail),
            ..AccountEvent::once(EventKind::Administered, now)
        };
        Ok(account_events::add(tx, target, &event)?)
    }

    /// As [`Administrator::note`], of what concerns the whole app.
    fn note_on_app(&self, tx: &Tx, action: &str, detail: &str, now: Timestamp) -> Outcome<()> {
        self.note_on(tx, action, "app", detail, now)
    }

    /// As [`Administrator::note`], of something that is no account.
    pub(crate) fn note_on(&self, tx: &Tx, action: &str, target: &str, detail: &str, now: Timestamp) -> Outcome<()> {
        self.note_in(tx, self.app, action, target, detail, now)
    }

    /// As [`Administrator::note_on`], in the log of an app that the actor was not at work in.
    pub(crate) fn note_in(
        &self,
        tx: &Tx,
        app: AppId,
        action: &str,
        target: &str,
        detail: &str,
        now: Timestamp,
    ) -> Outcome<()> {
        let entry = NewEntry {
            app,
            at: now,
            actor: &self.name,
            action,
            target,
            detail,
        };
        Ok(audit::append(tx, &entry)?)
    }
}

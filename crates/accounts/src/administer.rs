//! Looking after other people's accounts.

mod browse;
mod change;
mod create;
mod cursor;
mod end;
mod export;
mod figures;
mod filter;
mod find;
mod health;
mod keyword;
mod list;
mod obstacles;
mod remedies;
mod role;
mod timeline;

use yaopai_model::{Account, AccountId, AppId, EventKind, Timestamp};
use yaopai_store::account_events::{self, AccountEvent};
use yaopai_store::audit::{self, NewEntry};
use yaopai_store::{Db, SqlError, Tx, accounts, apps};

use crate::journal::cut;
use crate::rank::{Action, Rank, Target, may, reaches};
use crate::standing::{looking, standing};
use crate::{Outcome, Principal, Refusal};

pub use browse::AccountSlice;
pub use change::AccountChange;
pub use create::NewAccount;
pub use cursor::{AccountCursor, CursorError};
pub use export::AccountExport;
pub use figures::{FigureSpans, FigureSpansError, FiguresOfSpan};
pub use filter::{AccountFilter, ListOrder};
pub use find::{AccountSelector, SelectorError};
pub use health::Health;
pub use list::{AccountPage, PageRequest};
pub use obstacles::{Cause, Obstacle, Remedy};

/// Who administers.
pub enum Actor<'a> {
    /// An account on a wire, held to its rank and its app.
    Account(&'a Principal),
    /// An account in the console or behind the admin API, held to its rank. One of the default app looks after all apps.
    InConsole(&'a Principal),
    /// Whoever has the machine, by the command line.
    Operator,
}

impl Actor<'_> {
    fn on(&self, app: AppId) -> Administrator {
        Administrator {
            app,
            principal: match self {
                Self::Account(principal) | Self::InConsole(principal) => Some((*principal).clone()),
                Self::Operator => None,
            },
            crosses_apps: matches!(self, Self::InConsole(_)),
        }
    }
}

fn is_of_default_app(db: &Db, account: &Account) -> Result<bool, SqlError> {
    Ok(apps::default(db)?.is_some_and(|app| app.id == account.app))
}

/// An actor at work in one app, to go into a transaction with.
#[derive(Clone)]
struct Administrator {
    app: AppId,
    /// None for an operator.
    principal: Option<Principal>,
    /// Whether an account of the default app may act in `app`, whichever it is.
    crosses_apps: bool,
}

impl Administrator {
    /// The rank for looking on, as the database has it now.
    fn rank(&self, db: &Db) -> Outcome<Rank> {
        self.rank_of(db, |principal| looking(db, principal))
    }

    fn rank_of(&self, db: &Db, read: impl FnOnce(&Principal) -> Outcome<Account>) -> Outcome<Rank> {
        let Some(principal) = &self.principal else {
            return Ok(Rank::Operator);
        };
        let account = read(principal)?;
        if account.app == self.app || (self.crosses_apps && is_of_default_app(db, &account)?) {
            Ok(Rank::Account(account.role))
        } else {
            Err(Refusal::RankTooLow.into())
        }
    }

    /// The account `id`, if the actor may do this to it; both stay as they are until the transaction ends.
    ///
    /// # Errors
    /// `RankTooLow`, `NotOnSelf`, `NoSuchAccount`.
    fn target(&self, tx: &Tx, id: AccountId, action: Action) -> Outcome<Account> {
        let rank = self.rank_of(tx, |principal| standing(tx, principal))?;
        reaches(rank, action)?;
        let found = accounts::hold(tx, id)?.filter(|account| account.app == self.app);
        let account = found.ok_or(Refusal::NoSuchAccount)?;
        let own = self.principal.as_ref().map(|principal| principal.account.id);
        let target = Target {
            role: account.role,
            is_self: own == Some(id),
        };
        may(rank, action, target)?;
        Ok(account)
    }

    /// Writes down, in the audit log and on the timeline of `target`, what the actor did to it.
    fn note(&self, tx: &Tx, action: &str, target: AccountId, detail: &str, now: Timestamp) -> Outcome<()> {
        self.append(tx, action, &format!("account {}", target.0), detail, now)?;
        let event = AccountEvent {
            rule: action.to_owned(),
            actor: self.name(),
            detail: cut(detail),
            ..AccountEvent::once(EventKind::Administered, now)
        };
        Ok(account_events::add(tx, target, &event)?)
    }

    /// As [`Administrator::note`], of what concerns the whole app.
    fn note_on_app(&self, tx: &Tx, action: &str, detail: &str, now: Timestamp) -> Outcome<()> {
        self.append(tx, action, "app", detail, now)
    }

    fn append(&self, tx: &Tx, action: &str, target: &str, detail: &str, now: Timestamp) -> Outcome<()> {
        let entry = NewEntry {
            app: self.app,
            at: now,
            actor: &self.name(),
            action,
            target,
            detail,
        };
        Ok(audit::append(tx, &entry)?)
    }

    /// What the audit log calls the actor.
    fn name(&self) -> String {
        match &self.principal {
            Some(principal) => format!("account {}", principal.account.id.0),
            None => "operator".to_owned(),
        }
    }
}

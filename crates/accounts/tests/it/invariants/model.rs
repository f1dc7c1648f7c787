//! The model: what the verbs do, said with maps.

use std::collections::{BTreeMap, BTreeSet};

use yaopai_model::AccountId;

use super::base::ADDRESSES;
use super::{Aim, App, Name, Pick};

pub(super) const CODE_LIFE: i64 = 300_000;
const RESEND: i64 = 60_000;
const DAY: i64 = 24 * 60 * 60 * 1000;
const SESSION_LIFE: i64 = 7 * DAY;
const TRIES: u32 = 5;
const SENDS_A_DAY: usize = 10;
const SESSIONS: usize = 10;

#[derive(Clone)]
pub(super) struct Account {
    pub(super) app: App,
    /// What it is found by, and whether that is proven.
    pub(super) names: BTreeMap<Name, bool>,
    pub(super) password: Option<String>,
    pub(super) is_disabled: bool,
}

#[derive(Clone)]
pub(super) struct Session {
    pub(super) account: AccountId,
    pub(super) begun_at: i64,
    is_ended: bool,
}

/// The code that was sent last, or would have been.
struct Issued {
    digits: Option<String>,
    at: i64,
    tries: u32,
    is_used: bool,
}

/// What a code is bound to.
pub(super) type CodeKey = (App, Name, Aim);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Done,
    WrongCode,
    Taken,
    NotRegistered,
    Disabled,
    WrongCredentials,
    TooSoon,
    NotSignedIn,
}

#[derive(Default)]
pub(super) struct Model {
    pub(super) now: i64,
    pub(super) accounts: BTreeMap<AccountId, Account>,
    pub(super) sessions: Vec<Session>,
    codes: BTreeMap<CodeKey, Issued>,
    sends: BTreeMap<(App, Name), Vec<i64>>,
}

impl Model {
    pub(super) fn holder(&self, app: App, name: Name) -> Option<AccountId> {
        let held = |account: &Account| account.app == app && account.names.contains_key(&name);
        self.accounts
            .iter()
            .find(|(_, account)| held(account))
            .map(|(id, _)| *id)
    }

    pub(super) fn is_live(&self, session: &Session) -> bool {
        let account = self.accounts.get(&session.account);
        let is_enabled = account.is_some_and(|account| !account.is_disabled);
        !session.is_ended && is_enabled && self.now < session.begun_at + SESSION_LIFE
    }

    fn live_bearer(&self, app: App, bearer: Option<Pick>) -> Option<AccountId> {
        let session = &self.sessions[bearer?];
        let is_meant = self.is_live(session) && self.accounts[&session.account].app == app;
        is_meant.then_some(session.account)
    }

    pub(super) fn end_sessions(&mut self, ends: impl Fn(AccountId) -> bool) {
        for session in self.sessions.iter_mut().filter(|session| ends(session.account)) {
            session.is_ended = true;
        }
    }

    pub(super) fn begin_session(&mut self, account: AccountId) {
        self.sessions.push(Session {
            account,
            begun_at: self.now,
            is_ended: false,
        });
        let live: Vec<usize> = (0..self.sessions.len())
            .filter(|index| self.sessions[*index].account == account && self.is_live(&self.sessions[*index]))
            .collect();
        for oldest in live.iter().rev().skip(SESSIONS) {
            self.sessions[*oldest].is_ended = true;
        }
    }

    /// Whether a code may be asked for, and who has the address.
    pub(super) fn request(&mut self, (app, name, aim): CodeKey) -> End {
        let now = self.now;
        let sends = self.sends.entry((app, name)).or_default();
        sends.retain(|at| now - at < DAY);
        let is_too_soon = sends.last().is_some_and(|at| now - at < RESEND);
        if is_too_soon || sends.len() >= SENDS_A_DAY {
            return End::TooSoon;
        }
        sends.push(now);
        self.codes.insert(
            (app, name, aim),
            Issued {
                digits: None,
                at: now,
                tries: 0,
                is_used: false,
            },
        );
        End::Done
    }

    pub(super) fn is_sent(&self, (app, name, aim): CodeKey) -> bool {
        aim == Aim::Register || self.holder(app, name).is_some()
    }

    /// What the message said.
    pub(super) fn note_sent(&mut self, key: CodeKey, digits: String) {
        self.codes.get_mut(&key).unwrap().digits = Some(digits);
    }

    /// Takes a try of a live code and says whether it is the right one.
    fn try_code(&mut self, key: CodeKey, digits: &str) -> bool {
        let now = self.now;
        let Some(code) = self.codes.get_mut(&key) else {
            return false;
        };
        if code.is_used || now >= code.at + CODE_LIFE || code.tries == TRIES {
            return false;
        }
        code.tries += 1;
        code.digits.as_deref() == Some(digits)
    }

    fn consume(&mut self, key: CodeKey) {
        self.codes.get_mut(&key).unwrap().is_used = true;
    }

    /// Who the address belongs to once it is proven; nobody where a claim was taken away.
    fn settle(&mut self, app: App, name: Name, bearer: Option<AccountId>) -> Option<AccountId> {
        let id = self.holder(app, name)?;
        let account = self.accounts.get_mut(&id)?;
        if account.names[&name] {
            return Some(id);
        }
        if bearer != Some(id) {
            if account.names.len() > 1 || account.is_disabled {
                account.names.remove(&name);
                return None;
            }
            account.password = None;
            self.end_sessions(|owner| owner == id);
        }
        self.accounts.get_mut(&id)?.names.insert(name, true);
        Some(id)
    }

    /// What comes of a code, and whose account it opened.
    pub(super) fn redeem(
        &mut self,
        key: CodeKey,
        digits: &str,
        bearer: Option<Pick>,
        password: &str,
    ) -> (End, Option<AccountId>) {
        let (app, name, aim) = key;
        if !self.try_code(key, digits) {
            return (End::WrongCode, None);
        }
        let bearer = self.live_bearer(app, bearer);
        if aim == Aim::Register {
            return (self.register(key, bearer), None);
        }
        let Some(id) = self.settle(app, name, bearer) else {
            return (End::NotRegistered, None);
        };
        if aim == Aim::SignIn && self.accounts[&id].is_disabled {
            return (End::Disabled, None);
        }
        self.consume(key);
        if aim == Aim::Reset {
            self.accounts.get_mut(&id).unwrap().password = Some(password.to_owned());
            self.end_sessions(|owner| owner == id);
        }
        (End::Done, Some(id))
    }

    fn register(&mut self, key: CodeKey, bearer: Option<AccountId>) -> End {
        let (app, name, _) = key;
        match self.holder(app, name) {
            Some(id) if self.accounts[&id].names[&name] => return End::Taken,
            Some(id) if bearer == Some(id) => {
                self.accounts.get_mut(&id).unwrap().names.insert(name, true);
                self.consume(key);
                return End::Taken;
            }
            Some(id) => drop(self.accounts.get_mut(&id).unwrap().names.remove(&name)),
            None => {}
        }
        self.consume(key);
        End::Done
    }

    pub(super) fn make_account(&mut self, id: AccountId, app: App, name: Name, is_proven: bool, password: &str) {
        let names = BTreeMap::from([(name, is_proven)]);
        let account = Account {
            app,
            names,
            password: Some(password.to_owned()),
            is_disabled: false,
        };
        assert!(self.accounts.insert(id, account).is_none(), "a number is given once");
    }

    /// Gives an account this username in the place of any before it.
    pub(super) fn rename(&mut self, id: AccountId, name: Name) -> End {
        let holder = self.holder(self.accounts[&id].app, name);
        if holder.is_some_and(|holder| holder != id) {
            return End::Taken;
        }
        let names = &mut self.accounts.get_mut(&id).unwrap().names;
        names.retain(|name, _| *name < ADDRESSES);
        names.insert(name, false);
        End::Done
    }

    pub(super) fn by_password(&self, app: App, name: Name, password: &str) -> (End, Option<AccountId>) {
        let holder = self
            .holder(app, name)
            .filter(|id| self.accounts[id].password.as_deref() == Some(password));
        match holder {
            None => (End::WrongCredentials, None),
            Some(id) if self.accounts[&id].is_disabled => (End::Disabled, None),
            Some(id) => (End::Done, Some(id)),
        }
    }

    /// Who is found by what, as the table of identifiers should have it.
    pub(super) fn identifiers(&self) -> BTreeSet<(App, Name, AccountId, bool)> {
        let of = |(id, account): (&AccountId, &Account)| {
            let (id, app) = (*id, account.app);
            account
                .names
                .clone()
                .into_iter()
                .map(move |(name, is_proven)| (app, name, id, is_proven))
        };
        self.accounts.iter().flat_map(of).collect()
    }
}

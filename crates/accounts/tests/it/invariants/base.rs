//! The real base beside the model.

use std::collections::BTreeMap;
use std::time::Duration;

use yaopai_accounts::{
    Accounts, Actor, Error, FailureRule, Outcome, PasswordReset, PresentedCode, Principal, ProfileChange, Refusal,
    ResetPermit, SignedIn, Token,
};
use yaopai_model::{
    AccountId, Address, AppId, Clock, Code, Identifier, Password, Purpose, SessionKind, TokenUse, Username,
};

use super::model::{CodeKey, End, Model};
use super::{Aim, App, Name, Pick, Step, Typed};
use crate::steps::{from, mailbox, phone, username};
use crate::support::{Setup, World};

/// How many of the names are addresses; they come first.
pub(super) const ADDRESSES: usize = 3;
/// What accounts are found by.
pub(super) const NAMES: [&str; 5] = ["phone", "another phone", "mailbox", "yao", "pai"];

fn address(name: Name) -> Address {
    match name {
        0 => phone(1),
        1 => phone(2),
        _ => mailbox(1),
    }
}

pub(super) fn identifier(name: Name) -> Identifier {
    if name < ADDRESSES {
        address(name).identifier()
    } else {
        username(NAMES[name])
    }
}

fn purpose(aim: Aim) -> Purpose {
    match aim {
        Aim::Register => Purpose::Register,
        Aim::SignIn => Purpose::SignIn,
        Aim::Reset => Purpose::ResetPassword,
    }
}

/// How the verb ended, in the model's words; none where failures in a row had their say first.
fn end<T>(outcome: &Outcome<T>) -> Option<End> {
    let refusal = match outcome {
        Ok(_) => return Some(End::Done),
        Err(Error::Refused(refusal)) => *refusal,
        Err(Error::Fault(fault)) => panic!("{fault}"),
    };
    let ends = [
        (Refusal::WrongCode, End::WrongCode),
        (Refusal::NotRegistered, End::NotRegistered),
        (Refusal::AccountDisabled, End::Disabled),
        (Refusal::WrongCredentials, End::WrongCredentials),
        (Refusal::NotSignedIn, End::NotSignedIn),
        (Refusal::AccountGone, End::NotSignedIn),
    ];
    if let Some((_, end)) = ends.into_iter().find(|(known, _)| *known == refusal) {
        return Some(end);
    }
    if matches!(refusal, Refusal::Taken(_)) {
        return Some(End::Taken);
    }
    if matches!(refusal, Refusal::CodeTooSoon { .. }) {
        return Some(End::TooSoon);
    }
    assert!(
        matches!(
            refusal,
            Refusal::PasswordWait { .. } | Refusal::PasswordPathClosed { .. }
        ),
        "{refusal:?}"
    );
    None
}

pub(super) struct Base {
    world: Option<World>,
    pub(super) apps: [AppId; 2],
    pub(super) model: Model,
    pub(super) tokens: Vec<Token>,
    /// Every code that was ever sent, oldest first.
    sent: Vec<(CodeKey, String)>,
    /// Every password that was ever chosen by somebody who gave this name.
    passwords: BTreeMap<(App, Name), Vec<String>>,
    steps: u32,
}

impl Base {
    pub(super) async fn new() -> Self {
        let world = World::new().await;
        let apps = [world.app, world.another_app().await];
        Self {
            world: Some(world),
            apps,
            model: Model::default(),
            tokens: Vec::new(),
            sent: Vec::new(),
            passwords: BTreeMap::new(),
            steps: 0,
        }
    }

    pub(super) fn world(&self) -> &World {
        self.world.as_ref().unwrap()
    }

    pub(super) fn accounts(&self) -> &Accounts {
        &self.world().accounts
    }

    /// Takes a step on both sides, and holds them against each other.
    pub(super) async fn take(&mut self, step: Step) {
        // No two steps at one instant, and no two from one source.
        self.steps += 1;
        self.world().clock.advance(Duration::from_millis(1));
        self.model.now = self.world().clock.now().as_millis();
        let others = match step {
            Step::Request(app, ..) | Step::Redeem(app, ..) | Step::Claim(app, _) | Step::ByPassword(app, ..) => {
                Some(1 - app)
            }
            Step::Guess(app, ..) => Some(1 - app),
            Step::Wait(_)
            | Step::Rename(..)
            | Step::SignOut(_)
            | Step::SetDisabled(..)
            | Step::Delete(_)
            | Step::EndEverySession
            | Step::Restart => None,
        };
        let before = self.rows_of(others).await;
        match step {
            Step::Wait(seconds) => self.world().clock.advance(Duration::from_secs(seconds)),
            Step::Request(app, name, aim) => self.request((app, name, aim)).await,
            Step::Redeem(app, name, aim, typed, bearer) => self.redeem((app, name, aim), typed, bearer).await,
            Step::Guess(app, name, aim, times) => {
                for _ in 0..times {
                    self.redeem((app, name, aim), Typed::Wrong, None).await;
                }
            }
            Step::Claim(app, name) => self.claim(app, name).await,
            Step::Rename(session, name) => self.rename(session, name).await,
            Step::ByPassword(app, name, password) => self.by_password(app, name, password).await,
            Step::SignOut(session) => self.sign_out(session).await,
            Step::SetDisabled(account, disabled) => self.set_disabled(account, disabled).await,
            Step::Delete(account) => self.delete(account).await,
            Step::EndEverySession => {
                self.accounts().end_all_sessions().await.unwrap();
                self.model.end_sessions(|_| true);
            }
            Step::Restart => {
                let world = self.world.take().unwrap();
                self.world = Some(world.reopen(Setup::default()).await.unwrap());
            }
        }
        self.model.now = self.world().clock.now().as_millis();
        assert_eq!(self.rows_of(others).await, before, "another app changed: {step:?}");
        self.compare(step).await;
    }

    async fn request(&mut self, key: CodeKey) {
        let (app, name, aim) = key;
        let (to, caller) = (address(name), from(self.steps));
        let rule = yaopai_accounts::ChallengeRule::NotAsked;
        let outcome = self
            .accounts()
            .request_code(self.apps[app], &to, purpose(aim), rule, &caller)
            .await;
        let expected = self.model.request(key);
        assert_eq!(end(&outcome), Some(expected));
        let before = self.received(&to);
        self.accounts().deliver_due().await.unwrap();
        let is_sent = expected == End::Done && self.model.is_sent(key);
        assert_eq!(self.received(&to) - before, usize::from(is_sent));
        if is_sent {
            let digits = self.world().last_code(&to).await;
            self.model.note_sent(key, digits.clone());
            self.sent.push((key, digits));
        }
    }

    fn received(&self, address: &Address) -> usize {
        let (world, to) = (self.world(), address.recipient());
        let messages = world.sms.taken().into_iter().chain(world.mail.taken());
        messages.filter(|message| message.to == to).count()
    }

    fn typed(&self, (app, name, aim): CodeKey, typed: Typed) -> String {
        let latest = |fits: &dyn Fn(CodeKey) -> bool, skip| {
            let codes = self.sent.iter().rev().filter(|(key, _)| fits(*key));
            codes.map(|(_, digits)| digits.clone()).nth(skip)
        };
        let found = match typed {
            Typed::Latest => latest(&|key| key == (app, name, aim), 0),
            Typed::Older => latest(&|key| key == (app, name, aim), 1),
            Typed::OfAnotherPurpose => latest(&|key| (key.0, key.1) == (app, name) && key.2 != aim, 0),
            Typed::OfTheOtherApp => latest(&|key| key == (1 - app, name, aim), 0),
            Typed::Wrong => None,
        };
        found.unwrap_or_else(|| "000000".to_owned())
    }

    async fn redeem(&mut self, key: CodeKey, typed: Typed, bearer: Option<Pick>) {
        let (app, name, aim) = key;
        let digits = self.typed(key, typed);
        let bearer = bearer
            .filter(|_| !self.tokens.is_empty())
            .map(|pick| pick % self.tokens.len());
        let token = bearer.map(|index| self.tokens[index].clone());
        let password = match aim {
            Aim::SignIn => String::new(),
            Aim::Register | Aim::Reset => self.choose_password(app, name),
        };
        let (to, caller) = (address(name), from(self.steps));
        let (expected, opened) = self.model.redeem(key, &digits, bearer, &password);
        match aim {
            Aim::Register => {
                let outcome = self
                    .world()
                    .register_in(self.apps[app], &to, &digits, &password, token.as_ref())
                    .await;
                assert_eq!(end(&outcome), Some(expected));
                if let Ok(account) = outcome {
                    self.model.make_account(account.id, app, name, true, &password);
                }
            }
            Aim::SignIn => {
                let code = Code::parse(&digits).unwrap();
                let rule = FailureRule::Wait;
                let presented = PresentedCode {
                    address: &to,
                    code,
                    purpose: Purpose::SignIn,
                    bearer: token.as_ref(),
                    rule,
                };
                let outcome = self
                    .accounts()
                    .sign_in_with_code(self.apps[app], presented, SessionKind::Week, &caller)
                    .await;
                self.note_sign_in(outcome, expected, opened);
            }
            Aim::Reset => {
                let reset = PasswordReset {
                    address: &to,
                    code: Code::parse(&digits).unwrap(),
                    purpose: Purpose::ResetPassword,
                    password: Password::presented(&password).unwrap(),
                    permit: ResetPermit::NotAsked,
                    bearer: token.as_ref(),
                };
                let outcome = self.accounts().reset_password(self.apps[app], reset, &caller).await;
                assert_eq!(end(&outcome), Some(expected));
            }
        }
    }

    fn choose_password(&mut self, app: App, name: Name) -> String {
        let password = format!("password {}", self.steps);
        self.passwords.entry((app, name)).or_default().push(password.clone());
        password
    }

    fn note_sign_in(&mut self, outcome: Outcome<SignedIn>, expected: End, opened: Option<AccountId>) {
        let Some(ended) = end(&outcome) else { return };
        assert_eq!(ended, expected);
        if let Ok(signed_in) = outcome {
            assert_eq!(Some(signed_in.account.id), opened);
            self.tokens.push(signed_in.token(TokenUse::Session));
            self.model.begin_session(signed_in.account.id);
        }
    }

    async fn claim(&mut self, app: App, name: Name) {
        let password = self.choose_password(app, name);
        let (chosen, caller) = (Password::presented(&password).unwrap(), from(self.steps));
        let outcome = self
            .accounts()
            .register_without_proof(self.apps[app], identifier(name), chosen, &caller)
            .await;
        let expected = if self.model.holder(app, name).is_some() {
            End::Taken
        } else {
            End::Done
        };
        if let Ok(signed_in) = &outcome {
            self.model
                .make_account(signed_in.account.id, app, name, false, &password);
        }
        let opened = outcome.as_ref().ok().map(|signed_in| signed_in.account.id);
        self.note_sign_in(outcome, expected, opened);
    }

    async fn by_password(&mut self, app: App, name: Name, pick: Pick) {
        let chosen = self.passwords.get(&(app, name)).map_or([].as_slice(), Vec::as_slice);
        let password = chosen
            .iter()
            .rev()
            .cycle()
            .nth(pick % 8)
            .map_or("never chosen", String::as_str)
            .to_owned();
        let (expected, opened) = self.model.by_password(app, name, &password);
        let (given, caller) = (Password::presented(&password).unwrap(), from(self.steps));
        let (app, who) = (self.apps[app], identifier(name));
        let kind = SessionKind::Week;
        let outcome = self
            .accounts()
            .sign_in_with_password(app, &who, given, FailureRule::Wait, kind, &caller)
            .await;
        self.note_sign_in(outcome, expected, opened);
    }

    /// Whose session this is, if it lives.
    async fn principal(&self, pick: Pick) -> Option<Principal> {
        let index = pick % self.tokens.len().max(1);
        let account = self.model.accounts.get(&self.model.sessions.get(index)?.account)?;
        let app = self.apps[account.app];
        self.accounts().authenticate(app, &self.tokens[index]).await.ok()
    }

    async fn rename(&mut self, session: Pick, name: Name) {
        let Some(principal) = self.principal(session).await else {
            return;
        };
        let id = principal.account.id;
        let change = ProfileChange {
            username: Some(Username::parse(NAMES[name]).unwrap()),
            ..ProfileChange::default()
        };
        let outcome = self.accounts().change_profile(&principal, change).await;
        assert_eq!(end(&outcome), Some(self.model.rename(id, name)));
    }

    async fn sign_out(&mut self, session: Pick) {
        if let Some(principal) = self.principal(session).await {
            self.accounts().sign_out(&principal, &from(1)).await.unwrap();
            self.model.end_sessions(|owner| owner == principal.account.id);
        }
    }

    fn pick_account(&self, pick: Pick) -> Option<AccountId> {
        let count = self.model.accounts.len().max(1);
        self.model.accounts.keys().nth(pick % count).copied()
    }

    async fn set_disabled(&mut self, pick: Pick, disabled: bool) {
        let Some(id) = self.pick_account(pick) else { return };
        let app = self.apps[self.model.accounts[&id].app];
        self.accounts()
            .set_disabled(app, Actor::Operator, id, disabled)
            .await
            .unwrap();
        self.model.accounts.get_mut(&id).unwrap().is_disabled = disabled;
        if disabled {
            self.model.end_sessions(|owner| owner == id);
        }
    }

    async fn delete(&mut self, pick: Pick) {
        let Some(id) = self.pick_account(pick) else { return };
        let app = self.apps[self.model.accounts[&id].app];
        self.accounts().delete_account(app, Actor::Operator, id).await.unwrap();
        self.model.accounts.remove(&id);
        self.model.end_sessions(|owner| owner == id);
    }
}

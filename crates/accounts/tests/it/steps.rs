//! What people do, in one line each. Passwords and codes are given as they are typed.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use yaopai_accounts::{
    Actor, Caller, ChallengeRule, FailureRule, NewApp, Outcome, PasswordReset, PresentedCode, Principal,
    ProvenRegistration, ResetPermit, SignedIn, Token, UsernameChoice,
};
use yaopai_courier::{Body, Message};
use yaopai_model::{
    Account, Address, AppId, AppName, Code, Email, Identifier, Password, Phone, Profile, Purpose, SessionKind,
    TokenUse, Username,
};
use yaopai_store::{SqlError, args};

use crate::support::World;

/// Who calls from the address with this number.
pub(crate) fn from(number: u32) -> Caller {
    Caller {
        via: "test",
        source: IpAddr::V4(Ipv4Addr::from(0x0a00_0000 + number)),
        device: "test".to_owned(),
    }
}

/// The phone with this number.
pub(crate) fn phone(number: u32) -> Address {
    Address::Phone(Phone::parse(&format!("139{number:08}")).unwrap())
}

/// The mailbox with this number.
pub(crate) fn mailbox(number: u32) -> Address {
    Address::Email(email(number))
}

pub(crate) fn email(number: u32) -> Email {
    Email::parse(&format!("person{number}@example.org")).unwrap()
}

pub(crate) fn username(name: &str) -> Identifier {
    Identifier::Username(Username::parse(name).unwrap())
}

/// Another code than this one.
pub(crate) fn other_than(digits: &str) -> String {
    let number: u32 = digits.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

impl World {
    /// Another app on the same base.
    pub(crate) async fn another_app(&self) -> AppId {
        let new = NewApp {
            name: AppName::parse("another").unwrap(),
            hosts: Vec::new(),
            requests_per_second: None,
        };
        self.accounts.create_app(Actor::Operator, new).await.unwrap().0.id
    }

    /// Asks for a code, without the slider.
    pub(crate) async fn request(&self, to: &Address, purpose: Purpose, caller: &Caller) -> Outcome<()> {
        self.accounts
            .request_code(self.app, to, purpose, ChallengeRule::NotAsked, caller)
            .await
    }

    /// Asks for a code that is good for anything, behind the slider.
    pub(crate) async fn request_behind_slider(&self, app: AppId, to: &Address) -> Outcome<()> {
        self.accounts
            .request_code(app, to, Purpose::Any, ChallengeRule::MustBePassed, &from(1))
            .await
    }

    /// Waits until a code can be sent again, asks for one and reads it.
    pub(crate) async fn code(&self, to: &Address, purpose: Purpose) -> String {
        self.code_in(self.app, to, purpose).await
    }

    pub(crate) async fn code_in(&self, app: AppId, to: &Address, purpose: Purpose) -> String {
        self.clock.advance(Duration::from_secs(60));
        let number = to
            .recipient()
            .bytes()
            .fold(0, |sum, byte| (sum * 31 + u32::from(byte)) % 0xffff);
        let caller = from(0x0f_0000 + number);
        self.accounts
            .request_code(app, to, purpose, ChallengeRule::NotAsked, &caller)
            .await
            .unwrap();
        self.last_code(to).await
    }

    /// Carries what waits, and gives what this address got.
    pub(crate) async fn inbox(&self, of: &Address) -> Vec<Message> {
        self.accounts.deliver_due().await.unwrap();
        let channel = match of {
            Address::Phone(_) => &self.sms,
            Address::Email(_) => &self.mail,
        };
        channel
            .taken()
            .into_iter()
            .filter(|message| message.to == of.recipient())
            .collect()
    }

    /// The code that this address got last.
    pub(crate) async fn last_code(&self, of: &Address) -> String {
        match self.inbox(of).await.pop().unwrap().body {
            Body::Code { code, .. } => code,
            Body::Notice(notice) => panic!("{notice:?}"),
        }
    }

    pub(crate) async fn register(&self, address: &Address, digits: &str, password: &str) -> Outcome<Account> {
        self.register_in(self.app, address, digits, password, None).await
    }

    pub(crate) async fn register_in(
        &self,
        app: AppId,
        address: &Address,
        digits: &str,
        password: &str,
        bearer: Option<&Token>,
    ) -> Outcome<Account> {
        let registration = ProvenRegistration {
            address: address.clone(),
            code: Code::parse(digits).unwrap(),
            purpose: Purpose::Register,
            password: Password::presented(password).unwrap(),
            profile: Profile::default(),
            username: UsernameChoice::None,
        };
        self.accounts
            .register_with_code(app, registration, bearer, &from(1))
            .await
    }

    /// An account whose address is proven, with a password.
    pub(crate) async fn registered(&self, address: &Address, password: &str) -> Account {
        let digits = self.code(address, Purpose::Register).await;
        self.register(address, &digits, password).await.unwrap()
    }

    /// Registers without proof.
    pub(crate) async fn claim(&self, identifier: &Identifier, password: &str) -> Outcome<SignedIn> {
        let password = Password::presented(password).unwrap();
        self.accounts
            .register_without_proof(self.app, identifier.clone(), password, &from(1))
            .await
    }

    pub(crate) async fn by_password(
        &self,
        identifier: &Identifier,
        password: &str,
        rule: FailureRule,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        let password = Password::presented(password).unwrap();
        let signed_in =
            self.accounts
                .sign_in_with_password(self.app, identifier, password, rule, SessionKind::Week, caller);
        signed_in.await
    }

    pub(crate) async fn by_code(&self, address: &Address, digits: &str, bearer: Option<&Token>) -> Outcome<SignedIn> {
        self.by_code_in(self.app, address, digits, bearer, FailureRule::Wait)
            .await
    }

    pub(crate) async fn by_code_in(
        &self,
        app: AppId,
        address: &Address,
        digits: &str,
        bearer: Option<&Token>,
        rule: FailureRule,
    ) -> Outcome<SignedIn> {
        let code = Code::parse(digits).unwrap();
        let presented = PresentedCode {
            address,
            code,
            purpose: Purpose::SignIn,
            bearer,
            rule,
        };
        self.accounts
            .sign_in_with_code(app, presented, SessionKind::Week, &from(1))
            .await
    }

    pub(crate) async fn reset(&self, address: &Address, digits: &str, password: &str) -> Outcome<()> {
        let reset = PasswordReset {
            address,
            code: Code::parse(digits).unwrap(),
            purpose: Purpose::ResetPassword,
            password: Password::presented(password).unwrap(),
            permit: ResetPermit::NotAsked,
            bearer: None,
        };
        self.accounts.reset_password(self.app, reset, &from(1)).await
    }

    /// Who the token of this sign-in stands for now.
    pub(crate) async fn authenticate(&self, signed_in: &SignedIn) -> Outcome<Principal> {
        self.accounts
            .authenticate(self.app, &signed_in.token(TokenUse::Session))
            .await
    }

    /// Passes the slider for an address, by a look into the table.
    pub(crate) async fn pass_slider(&self, email: &Email) {
        let x = self.drawn_slider(email).await;
        self.accounts
            .answer_challenge(self.app, email, x, &from(2))
            .await
            .unwrap();
    }

    /// Draws a slider and gives its answer.
    pub(crate) async fn drawn_slider(&self, email: &Email) -> i64 {
        self.accounts.draw_challenge(self.app, email, &from(2)).await.unwrap();
        let normal = email.normal();
        let read = self.store.read(move |db| {
            let row = db.row(
                "select piece_x from challenges where app_id = 1 and email = $1",
                args![normal.as_str()],
            )?;
            row.unwrap().integer(0)
        });
        read.await.map_err(|error: SqlError| error).unwrap()
    }
}

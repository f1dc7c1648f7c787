//! Making an account.

use yaopai_model::limits::windows;
use yaopai_model::{
    Account, AccountId, Address, AppId, Code, EventKind, Held, Identifier, Nickname, Password, Profile, PublicId,
    Purpose, Role, SessionKind, Timestamp, Username,
};
use yaopai_store::base::{self, Numbered};
use yaopai_store::codes::CodeKey;
use yaopai_store::{SqlError, Tx, accounts, identifiers};

use crate::budget::Budget;
use crate::claims::{self, NewAddress};
use crate::sign_in::NewSignIn;
use crate::throttle::network;
use crate::{Accounts, Caller, Error, Outcome, Refusal, SignedIn, Token};

/// A registration that a one-time code proves.
pub struct ProvenRegistration {
    /// Where the code was sent.
    pub address: Address,
    /// The code.
    pub code: Code,
    /// What the code was asked for.
    pub purpose: Purpose,
    /// The password chosen.
    pub password: Password,
    /// What the person says of themselves.
    pub profile: Profile,
    /// Whether the account gets a username.
    pub username: UsernameChoice,
}

/// Whether a new account gets a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsernameChoice {
    /// None (`api_cloud_user`).
    None,
    /// `user_` and random letters and digits (`api_v1`).
    Drawn,
}

/// What came of a registration's last transaction.
enum Registered {
    New(Box<Account>),
    /// The address is an account's already; its claim may have been proven by the way.
    Taken,
}

impl Accounts {
    /// Makes an account whose address the code proves. An unproven claim on the address is taken from the account that
    /// made it, unless `bearer` is a live token of that account: then the claim is proven, and the address taken.
    ///
    /// # Errors
    /// `WrongCode` (also where the address is taken), `SourceFailedTooOften`, `Taken` (only with the right code, which is
    /// kept), `Overloaded`.
    pub async fn register_with_code(
        &self,
        app: AppId,
        registration: ProvenRegistration,
        bearer: Option<&Token>,
        caller: &Caller,
    ) -> Outcome<Account> {
        let attempt = self.attempt(EventKind::CodeRegistration, app, &registration.address, caller);
        attempt.end(self.make_proven(app, registration, bearer, caller).await)
    }

    async fn make_proven(
        &self,
        app: AppId,
        registration: ProvenRegistration,
        bearer: Option<&Token>,
        caller: &Caller,
    ) -> Outcome<Account> {
        let ProvenRegistration {
            address,
            code,
            purpose,
            password,
            profile,
            username,
        } = registration;
        let bearer = self.bearer(app, bearer).await?;
        let place = self.parts.hasher.place()?;
        let key = CodeKey {
            app,
            address: address.clone(),
            purpose,
        };
        let (guess, source_try) = self.try_code(key, &code, caller).await?;
        let hash = self.parts.hasher.hash(place, password, self.entropy()).await?;

        let (verbs, now) = (self.clone(), self.now());
        let kind = address.identifier().kind();
        let registered = self.store().write(move |tx| {
            source_try.succeed(tx)?;
            match claims::settle_for_new_account(tx, app, &address, bearer.as_ref(), now)? {
                NewAddress::Taken => return Ok(Registered::Taken),
                NewAddress::BearersOwn => {
                    guess.consume(tx, now)?;
                    return Ok(Registered::Taken);
                }
                NewAddress::Free => guess.consume(tx, now)?,
            }
            let mut account = verbs.blank_account(tx, app, now)?;
            account.profile = profile.clone();
            account.verified_at = Some(now);
            account.username = match username {
                UsernameChoice::None => None,
                UsernameChoice::Drawn => Some(Username::draw(verbs.entropy())),
            };
            put_identifier(&mut account, &address.identifier(), Some(now));
            match insert(tx, &account) {
                // It was free a moment ago. A claim that came in between gives way to the proof when this is run again.
                Err(Error::Refused(Refusal::Taken(_))) => return Err(tx.collided().into()),
                inserted => inserted?,
            }
            verbs.set_password(tx, app, account.id, &hash, now)?;
            Ok::<_, Error>(Registered::New(Box::new(account)))
        });
        match registered.await? {
            Registered::New(account) => Ok(*account),
            Registered::Taken => Err(Refusal::Taken(kind).into()),
        }
    }

    /// Makes an account on somebody's word and signs it in; a phone number or e-mail address is an unproven claim.
    ///
    /// # Errors
    /// `Taken`, `ReservedUsername`, `TooManyRegistrations`, `Overloaded`.
    pub async fn register_without_proof(
        &self,
        app: AppId,
        identifier: Identifier,
        password: Password,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        let attempt = self.attempt(EventKind::Registration, app, &identifier, caller);
        attempt.end(self.make_unproven(app, identifier, password, caller).await)
    }

    async fn make_unproven(
        &self,
        app: AppId,
        identifier: Identifier,
        password: Password,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        if let Identifier::Username(username) = &identifier
            && username.is_reserved()
        {
            return Err(Refusal::ReservedUsername.into());
        }
        let budget = Budget::new(
            &self.parts.keys,
            &format!("registrations of {}", network(caller.source)),
            self.limits().registrations_per_source_per_hour,
            windows::PER_HOUR,
            |seconds| Refusal::TooManyRegistrations { seconds },
        );
        // Neither whoever is past the budget nor a name that is taken is worth a hash: without the look a taken name would
        // cost one each time, and no budget. It tells nothing new: `Taken` is an answer of this verb. What counts is spent
        // with the account below, and who was first is judged there too.
        let (wanted, now) = (identifier.clone(), self.now());
        let worth_a_hash = self.store().read(move |db| {
            budget.check(db, now)?;
            match identifiers::holder(db, app, &wanted)? {
                Some(_) => Err(Refusal::Taken(wanted.kind()).into()),
                None => Ok::<_, crate::Error>(()),
            }
        });
        worth_a_hash.await?;
        let place = self.parts.hasher.place()?;
        let hash = self.parts.hasher.hash(place, password, self.entropy()).await?;

        let sign_in = NewSignIn::draw(self, SessionKind::Week, caller);
        let (verbs, now) = (self.clone(), self.now());
        let registered = self.store().write(move |tx| {
            budget.spend(tx, now)?;
            let mut account = verbs.blank_account(tx, app, now)?;
            account.profile.nickname = Some(Nickname::draw(verbs.entropy()));
            put_identifier(&mut account, &identifier, None);
            insert(tx, &account)?;
            verbs.set_password(tx, app, account.id, &hash, now)?;
            sign_in.begin(tx, account.id, now)
        });
        registered.await
    }

    /// An account of which nothing is known yet, with its number and its letters.
    pub(crate) fn blank_account(&self, tx: &Tx, app: AppId, now: Timestamp) -> Result<Account, SqlError> {
        Ok(Account {
            id: AccountId(base::next_id(tx, Numbered::Accounts)?),
            app,
            public_id: PublicId::draw(self.entropy()),
            username: None,
            phone: None,
            email: None,
            role: Role::User,
            profile: Profile::default(),
            created_at: now,
            verified_at: None,
            last_sign_in_at: None,
            sign_in_count: 0,
            disabled_at: None,
            permissions: Vec::new(),
            preferences: None,
            closing_at: None,
            epoch: 0,
        })
    }
}

/// Puts an identifier into an account that is being made.
pub(crate) fn put_identifier(account: &mut Account, identifier: &Identifier, proven_at: Option<Timestamp>) {
    match identifier {
        Identifier::Phone(phone) => {
            account.phone = Some(Held {
                value: phone.clone(),
                proven_at,
            })
        }
        Identifier::Email(email) => {
            account.email = Some(Held {
                value: email.clone(),
                proven_at,
            })
        }
        Identifier::Username(username) => account.username = Some(username.clone()),
    }
}

/// Writes a new account and takes its identifiers.
///
/// # Errors
/// `Taken` when one of them is somebody else's.
pub(crate) fn insert(tx: &Tx, account: &Account) -> Outcome<()> {
    // Letters that are taken are drawn again, when the transaction is run again.
    if !identifiers::take_public_id(tx, account.app, &account.public_id, account.id)? {
        return Err(tx.collided().into());
    }
    for (identifier, proven_at) in account.identifiers() {
        if !identifiers::take(tx, account.app, &identifier, account.id, proven_at)? {
            return Err(Refusal::Taken(identifier.kind()).into());
        }
    }
    Ok(accounts::insert(tx, account)?)
}

//! Signing in.

mod by_code;
mod confirm;

use std::net::IpAddr;

use tokio::sync::MutexGuard;
use yaopai_model::limits::ACCESS_TOKEN_LIFE;
use yaopai_model::{
    Account, AccountId, AppId, EventKind, Identifier, Password, SessionKind, SessionScope, SessionSecret, SessionToken,
    Timestamp, TokenUse,
};
use yaopai_store::challenges::ChallengeKey;
use yaopai_store::sessions::{self, NewSession};
use yaopai_store::{SqlError, Tx, accounts, identifiers, passwords};

use crate::keys::session_digest;
use crate::own_account::take_closing_back;
use crate::rank::{Action, Rank, reaches};
use crate::throttle::{SourceTry, Subject, Tally};
use crate::{Accounts, Caller, Error, Fault, Outcome, Refusal, Token};

pub use by_code::PresentedCode;

/// How failures in a row are answered, which is the wire's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureRule {
    /// After three the slider (`api_v1`).
    Challenge,
    /// After five from one source a wait, doubling (`api_cloud_user`, `user`).
    Wait,
}

/// Somebody who has just signed in.
pub struct SignedIn {
    /// The account, as its row is after the sign-in.
    pub account: Account,
    /// Whether the account was about to end, which this has taken back.
    pub took_closing_back: bool,
    pub(crate) secret: SessionSecret,
    signed_in_at: Timestamp,
    expires_at: Timestamp,
}

impl SignedIn {
    /// The token for `token_use`, with the life that use has.
    pub fn token(&self, token_use: TokenUse) -> Token {
        let expires_at = match token_use {
            TokenUse::Session | TokenUse::Refresh => self.expires_at,
            TokenUse::Access => self.signed_in_at.plus(ACCESS_TOKEN_LIFE),
        };
        Token::from(SessionToken {
            account: self.account.id,
            public_id: self.account.public_id.clone(),
            secret: self.secret.clone(),
            token_use,
            expires_at,
        })
    }
}

/// A session that will begin if all goes well.
#[derive(Clone)]
pub(crate) struct NewSignIn {
    secret: SessionSecret,
    kind: SessionKind,
    source: IpAddr,
    device: String,
    most: u32,
}

impl NewSignIn {
    pub(crate) fn draw(verbs: &Accounts, kind: SessionKind, caller: &Caller) -> Self {
        Self {
            secret: SessionSecret::draw(verbs.entropy()),
            kind,
            source: caller.source,
            device: caller.device.clone(),
            most: verbs.limits().sessions_per_account,
        }
    }

    /// Whether such a session may be begun by this account: the console is for those who may look at others.
    fn is_open_to(&self, account: &Account) -> Result<(), Refusal> {
        if account.disabled_at.is_some() {
            return Err(Refusal::AccountDisabled);
        }
        match self.kind.scope() {
            SessionScope::Console => reaches(Rank::Account(account.role), Action::Inspect),
            SessionScope::Wire | SessionScope::AccountPage => Ok(()),
        }
    }

    /// Begins the session and notes the sign-in. An account that was about to end goes on.
    pub(crate) fn begin(&self, tx: &Tx, id: AccountId, now: Timestamp) -> Outcome<SignedIn> {
        accounts::note_sign_in(tx, id, now)?;
        let account = accounts::by_id(tx, id)?.ok_or_else(|| Fault::new("an account is gone while it signs in"))?;
        let took_closing_back = take_closing_back(tx, &account, now)?;
        let expires_at = now.plus(self.kind.life());
        let session = NewSession {
            account: id,
            digest: session_digest(&self.secret),
            created_at: now,
            expires_at,
            epoch: account.epoch,
            source: &self.source.to_string(),
            device: &self.device,
            scope: self.kind.scope(),
        };
        sessions::begin(tx, &session, self.most)?;
        Ok(SignedIn {
            account: Account {
                closing_at: None,
                ..account
            },
            took_closing_back,
            secret: self.secret.clone(),
            signed_in_at: now,
            expires_at,
        })
    }
}

/// What a password is held against.
struct Candidate {
    account: AccountId,
    epoch: i64,
    sealed: Option<Vec<u8>>,
}

/// What was counted as a failure in advance.
#[derive(Clone)]
struct Counted {
    tally: Tally,
    source_try: SourceTry,
}

impl Counted {
    /// It was none.
    fn succeed(&self, tx: &Tx) -> Result<(), SqlError> {
        self.source_try.succeed(tx)?;
        self.tally.succeed(tx)
    }
}

/// A password that was right.
struct RightPassword<'a> {
    candidate: Candidate,
    /// The hash to keep instead.
    renewed: Option<Vec<u8>>,
    counted: Counted,
    /// Until it is dropped no other password of the subject is looked at.
    _turn: MutexGuard<'a, ()>,
}

impl Accounts {
    /// Signs in by password. Wrong passwords and unknown identifiers cost the same and are refused alike.
    ///
    /// # Errors
    /// `WrongCredentials`, `AccountDisabled`, `ChallengeRequired`, `PasswordWait`, `PasswordPathClosed`,
    /// `SourceFailedTooOften`, `Overloaded`; `RankTooLow` when the password is right, but the console is not for the account.
    pub async fn sign_in_with_password(
        &self,
        app: AppId,
        identifier: &Identifier,
        password: Password,
        rule: FailureRule,
        kind: SessionKind,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        let attempt = self.attempt(EventKind::PasswordSignIn, app, identifier, caller);
        attempt.end(
            self.begin_by_password(app, identifier, password, rule, kind, caller)
                .await,
        )
    }

    async fn begin_by_password(
        &self,
        app: AppId,
        identifier: &Identifier,
        password: Password,
        rule: FailureRule,
        kind: SessionKind,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        let candidate = self.candidate(app, identifier).await?;
        let subject = Subject::new(app, identifier, candidate.as_ref().map(|candidate| candidate.account));
        let right = self.check_password(app, &subject, candidate, password, rule, gate(app, identifier), caller);
        let RightPassword {
            candidate,
            renewed,
            counted,
            _turn,
        } = right.await?;
        let (sign_in, now) = (NewSignIn::draw(self, kind, caller), self.now());
        let reserved = counted.clone();
        let signed_in = self.store().write(move |tx| {
            counted.succeed(tx)?;
            let account = accounts::hold(tx, candidate.account)?;
            // A password that was changed while this one was looked at is not signed in with any more, and stays counted: all
            // of this is undone.
            let Some(account) = account.filter(|account| account.epoch == candidate.epoch) else {
                return Err(Refusal::WrongCredentials.into());
            };
            if let Err(refusal) = sign_in.is_open_to(&account) {
                return Ok(Err(refusal));
            }
            if let (Some(before), Some(after)) = (&candidate.sealed, &renewed) {
                passwords::renew(tx, candidate.account, before, after)?;
            }
            sign_in.begin(tx, candidate.account, now).map(Ok)
        });
        let signed_in = signed_in.await;
        if let Err(Error::Fault(_)) = signed_in {
            self.take_back(reserved);
        }
        Ok(signed_in??)
    }

    /// Looks at a password, counting it as a failure in advance.
    #[expect(
        clippy::too_many_arguments,
        reason = "each says one thing of the try; together they are no noun"
    )]
    async fn check_password(
        &self,
        app: AppId,
        subject: &Subject,
        candidate: Option<Candidate>,
        password: Password,
        rule: FailureRule,
        gate: Option<ChallengeKey>,
        caller: &Caller,
    ) -> Outcome<RightPassword<'_>> {
        let turn = self.parts.turns.take(subject.as_str()).await;
        let place = self.parts.hasher.place()?;
        let now = self.now();
        let counted = Counted {
            tally: self.tally(subject, caller),
            source_try: self.source_try(caller, now),
        };
        let reserving = counted.clone();
        let reserved = self.store().write(move |tx| {
            reserving.source_try.reserve(tx)?;
            reserving.tally.reserve_password(tx, rule, gate.as_ref(), now)
        });
        reserved.await?;

        let sealed = candidate
            .as_ref()
            .and_then(|candidate| Some((candidate.account, candidate.sealed.as_deref()?)));
        let hash = sealed
            .map(|(account, sealed)| self.open_hash(app, account, sealed))
            .transpose()?;
        let verified = self.parts.hasher.verify(place, password.clone(), hash).await?;
        let (Some(candidate), true) = (candidate, verified.matches) else {
            return Err(Refusal::WrongCredentials.into());
        };
        let renewed = self
            .renewed_hash(app, &candidate, verified.is_outdated, password)
            .await?;
        Ok(RightPassword {
            candidate,
            renewed,
            counted,
            _turn: turn,
        })
    }

    /// Takes back what was counted of a right password whose sign-in failed for a fault of ours: after an outage nobody is
    /// told of wrong passwords that there were not. Nobody waits for it, and it may fail as well.
    fn take_back(&self, counted: Counted) {
        let store = self.store().clone();
        tokio::spawn(async move {
            let taken_back = store.write(move |tx| counted.succeed(tx));
            if let Err(error) = taken_back.await {
                tracing::warn!(%error, "a failed sign-in stays counted though its password was right");
            }
        });
    }

    async fn candidate(&self, app: AppId, identifier: &Identifier) -> Outcome<Option<Candidate>> {
        let identifier = identifier.clone();
        let found = self.store().read(move |db| {
            // The same is asked where nobody has the identifier: how often a database elsewhere is waited for would tell.
            let holder = identifiers::holder(db, app, &identifier)?;
            let id = holder.map_or(AccountId::NOBODY, |holder| holder.account);
            let (account, sealed) = (accounts::by_id(db, id)?, passwords::sealed(db, id)?);
            Ok::<_, SqlError>(account.map(|account| Candidate {
                account: id,
                epoch: account.epoch,
                sealed,
            }))
        });
        Ok(found.await?)
    }

    fn tally(&self, subject: &Subject, caller: &Caller) -> Tally {
        Tally::new(&self.parts.keys, subject, caller.source)
    }

    pub(crate) fn source_try(&self, caller: &Caller, now: Timestamp) -> SourceTry {
        let most = self.limits().failures_per_source_per_hour;
        SourceTry::new(&self.parts.keys, caller.source, most, now)
    }

    fn open_hash(&self, app: AppId, account: AccountId, sealed: &[u8]) -> Result<String, Fault> {
        let opened = self.parts.keys.open_hash(app, account, sealed);
        opened.ok_or_else(|| Fault::new(format!("the password hash of account {} cannot be opened", account.0)))
    }

    /// The hash to keep instead, if the one kept was made with other parameters or sealed with an older key.
    async fn renewed_hash(
        &self,
        app: AppId,
        candidate: &Candidate,
        is_outdated: bool,
        password: Password,
    ) -> Outcome<Option<Vec<u8>>> {
        let is_sealed_anew = candidate
            .sealed
            .as_deref()
            .is_some_and(|sealed| self.parts.keys.is_current_seal(sealed));
        if is_sealed_anew && !is_outdated {
            return Ok(None);
        }
        // Renewing can wait for a quieter moment.
        let Ok(place) = self.parts.hasher.place() else {
            return Ok(None);
        };
        let hash = self.parts.hasher.hash(place, password, self.entropy()).await?;
        Ok(Some(self.parts.keys.seal_hash(
            app,
            candidate.account,
            &hash,
            self.entropy(),
        )?))
    }
}

/// The slider that opens the gate for an identifier: only e-mail addresses have one.
fn gate(app: AppId, identifier: &Identifier) -> Option<ChallengeKey> {
    match identifier {
        Identifier::Email(email) => Some(ChallengeKey {
            app,
            email: email.normal(),
        }),
        Identifier::Phone(_) | Identifier::Username(_) => None,
    }
}

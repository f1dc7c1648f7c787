//! A new password for one that is lost.

use yaopai_model::limits::RESET_PERMIT_LIFE;
use yaopai_model::{Address, AppId, Code, Email, EventKind, Identifier, Password, Purpose};
use yaopai_store::challenges::{self, ChallengeKey};
use yaopai_store::codes::CodeKey;

use crate::claims::{self, Proof};
use crate::credentials::end_sessions;
use crate::throttle::{Subject, Tally};
use crate::{Accounts, Caller, Error, Outcome, Refusal, Token};

/// Whether [`Accounts::permit_reset`] has to come first, which is the wire's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetPermit {
    /// No (`api_cloud_user`).
    NotAsked,
    /// Yes, within the last thirty minutes (`api_v1`).
    MustBeHeld,
}

/// A new password that a one-time code proves the right to.
pub struct PasswordReset<'a> {
    /// Where the code was sent.
    pub address: &'a Address,
    /// The code.
    pub code: Code,
    /// What it was asked for.
    pub purpose: Purpose,
    /// The new password.
    pub password: Password,
    /// Whether a permit is needed.
    pub permit: ResetPermit,
    /// The token sent beside it, if any.
    pub bearer: Option<&'a Token>,
}

impl Accounts {
    /// Opens the way to a new password for thirty minutes, consuming a passed slider. The same for unknown addresses.
    ///
    /// # Errors
    /// `ChallengeRequired`.
    pub async fn permit_reset(&self, app: AppId, email: &Email, caller: &Caller) -> Outcome<()> {
        let attempt = self.attempt(EventKind::ResetPermit, app, &Identifier::Email(email.clone()), caller);
        attempt.end(self.open_reset(app, email).await)
    }

    async fn open_reset(&self, app: AppId, email: &Email) -> Outcome<()> {
        let (key, now) = (
            ChallengeKey {
                app,
                email: email.normal(),
            },
            self.now(),
        );
        let permitted = self.store().write(move |tx| {
            if !challenges::consume_pass(tx, &key, now)? {
                return Err(Refusal::ChallengeRequired.into());
            }
            Ok::<_, Error>(challenges::permit_reset(tx, &key, now.plus(RESET_PERMIT_LIFE))?)
        });
        permitted.await
    }

    /// Sets a new password and ends every session of the account.
    ///
    /// # Errors
    /// `ResetNotPermitted`, `WrongCode`, `SourceFailedTooOften`, `NotRegistered` (right code, no account), `Overloaded`.
    pub async fn reset_password(&self, app: AppId, reset: PasswordReset<'_>, caller: &Caller) -> Outcome<()> {
        let attempt = self.attempt(EventKind::PasswordReset, app, reset.address, caller);
        attempt.end(self.replace_password(app, reset, caller).await)
    }

    async fn replace_password(&self, app: AppId, reset: PasswordReset<'_>, caller: &Caller) -> Outcome<()> {
        let PasswordReset {
            address,
            code,
            purpose,
            password,
            permit,
            bearer,
        } = reset;
        let slider = ChallengeKey {
            app,
            email: address.identifier().normal(),
        };
        if permit == ResetPermit::MustBeHeld {
            let (slider, now) = (slider.clone(), self.now());
            let permitted = self
                .store()
                .read(move |db| challenges::is_reset_permitted(db, &slider, now));
            if !permitted.await? {
                return Err(Refusal::ResetNotPermitted.into());
            }
        }
        let bearer = self.bearer(app, bearer).await?;
        let place = self.parts.hasher.place()?;
        let key = CodeKey {
            app,
            address: address.clone(),
            purpose,
        };
        let (guess, source_try) = self.try_code(key, &code, caller).await?;
        let hash = self.parts.hasher.hash(place, password, self.entropy()).await?;

        let (verbs, address, source, now) = (self.clone(), address.clone(), caller.source, self.now());
        let reset = self.store().write(move |tx| {
            source_try.succeed(tx)?;
            let Proof::Holder(id) = claims::settle(tx, app, &address, bearer.as_ref(), verbs.entropy(), now)? else {
                return Ok(Err(Refusal::NotRegistered));
            };
            guess.consume(tx, now)?;
            verbs.set_password(tx, app, id, &hash, now)?;
            end_sessions(tx, id)?;
            challenges::end_permit(tx, &slider)?;
            let subject = Subject::new(app, &address.identifier(), Some(id));
            Tally::new(&verbs.parts.keys, &subject, source).succeed(tx)?;
            Ok::<_, Error>(Ok(()))
        });
        Ok(reset.await??)
    }
}

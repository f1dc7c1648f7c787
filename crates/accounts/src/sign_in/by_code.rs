//! Signing in by a one-time code.

use tokio::sync::MutexGuard;
use yaopai_model::{Address, AppId, Code, EventKind, Purpose, SessionKind};
use yaopai_store::accounts;
use yaopai_store::codes::CodeKey;

use super::{Counted, FailureRule, NewSignIn, SignedIn, gate};
use crate::claims::{self, Proof};
use crate::code_guess::CodeGuess;
use crate::throttle::{SourceTry, Subject};
use crate::{Accounts, Caller, Error, Fault, Outcome, Refusal, Token};

/// A code that somebody presents to sign in.
pub struct PresentedCode<'a> {
    /// Where it was sent.
    pub address: &'a Address,
    /// The code.
    pub code: Code,
    /// What it was asked for.
    pub purpose: Purpose,
    /// The token sent beside it, if any.
    pub bearer: Option<&'a Token>,
    /// How failures in a row are answered.
    pub rule: FailureRule,
}

/// A code that was right, and is not consumed yet.
struct RightCode<'a> {
    guess: CodeGuess,
    counted: Counted,
    /// Kept until the sign-in is done.
    _turn: Option<MutexGuard<'a, ()>>,
}

impl Accounts {
    /// Signs in by a one-time code, which proves the address.
    ///
    /// # Errors
    /// `WrongCode`, `NotRegistered` (right code, no account), `AccountDisabled`, `ChallengeRequired`, `SourceFailedTooOften`.
    pub async fn sign_in_with_code(
        &self,
        app: AppId,
        presented: PresentedCode<'_>,
        kind: SessionKind,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        let attempt = self.attempt(EventKind::CodeSignIn, app, presented.address, caller);
        attempt.end(self.begin_by_code(app, presented, kind, caller).await)
    }

    async fn begin_by_code(
        &self,
        app: AppId,
        presented: PresentedCode<'_>,
        kind: SessionKind,
        caller: &Caller,
    ) -> Outcome<SignedIn> {
        let bearer = self.bearer(app, presented.bearer).await?;
        let RightCode { guess, counted, _turn } = self.check_code(app, &presented, caller).await?;
        let (verbs, sign_in, address, now) = (
            self.clone(),
            NewSignIn::draw(self, kind, caller),
            presented.address.clone(),
            self.now(),
        );
        let signed_in = self.store().write(move |tx| {
            counted.succeed(tx)?;
            let Proof::Holder(id) = claims::settle(tx, app, &address, bearer.as_ref(), verbs.entropy(), now)? else {
                return Ok(Err(Refusal::NotRegistered));
            };
            let account = accounts::hold(tx, id)?.ok_or_else(|| Fault::new("an account is gone while it signs in"))?;
            if let Err(refusal) = sign_in.is_open_to(&account) {
                return Ok(Err(refusal));
            }
            guess.consume(tx, now)?;
            sign_in.begin(tx, id, now).map(Ok)
        });
        Ok(signed_in.await??)
    }

    /// Looks at a code, counting it as a failure in advance.
    async fn check_code(&self, app: AppId, presented: &PresentedCode<'_>, caller: &Caller) -> Outcome<RightCode<'_>> {
        let (address, rule) = (presented.address, presented.rule);
        let identifier = address.identifier();
        let candidate = self.candidate(app, &identifier).await?;
        let subject = Subject::new(app, &identifier, candidate.map(|candidate| candidate.account));
        // Where failures in a row stop no code there is nothing to wait for: strangers who try passwords, a hundred at
        // once, must not keep its owner's code waiting.
        let turn = match rule {
            FailureRule::Challenge => Some(self.parts.turns.take(subject.as_str()).await),
            FailureRule::Wait => None,
        };
        let now = self.now();
        let counted = Counted {
            tally: self.tally(&subject, caller),
            source_try: self.source_try(caller, now),
        };
        let key = CodeKey {
            app,
            address: address.clone(),
            purpose: presented.purpose,
        };
        let guess = CodeGuess::new(&self.parts.keys, key, &presented.code);
        let (reserving, counting, gate, tries) = (
            guess.clone(),
            counted.clone(),
            gate(app, &identifier),
            self.limits().code_guesses,
        );
        let reserved = self.store().write(move |tx| {
            counting.source_try.reserve(tx)?;
            counting.tally.reserve_code(tx, rule, gate.as_ref(), now)?;
            Ok::<_, Error>(reserving.reserve(tx, tries, now)?)
        });
        if !guess.is_right(&reserved.await?) {
            return Err(Refusal::WrongCode.into());
        }
        Ok(RightCode {
            guess,
            counted,
            _turn: turn,
        })
    }

    /// Tries a code outside of sign-in. A right one is consumed, and the try taken back, where it has its effect.
    ///
    /// # Errors
    /// `WrongCode`, `SourceFailedTooOften`.
    pub(crate) async fn try_code(&self, key: CodeKey, code: &Code, caller: &Caller) -> Outcome<(CodeGuess, SourceTry)> {
        let now = self.now();
        let (guess, source_try) = (
            CodeGuess::new(&self.parts.keys, key, code),
            self.source_try(caller, now),
        );
        let (reserving, tries) = (guess.clone(), self.limits().code_guesses);
        let reserved = self.store().write(move |tx| {
            source_try.reserve(tx)?;
            Ok::<_, Error>(reserving.reserve(tx, tries, now)?)
        });
        if guess.is_right(&reserved.await?) {
            Ok((guess, source_try))
        } else {
            Err(Refusal::WrongCode.into())
        }
    }
}

//! Calls of the admin API that are sent again, because their sender never saw the answer.

use yaopai_model::IdempotencyKey;
use yaopai_model::limits::REPEATED_CALL_KEPT;
use yaopai_store::{SqlError, repeated_calls};

use crate::keys::are_equal;
use crate::{Accounts, Outcome};

/// What is known of a call when it arrives.
pub enum Repetition {
    /// It is the first of its key.
    First,
    /// It was made before, and this was its answer.
    Answered(Vec<u8>),
    /// It was begun before and has no answer yet; if it never gets one, its effect has to be looked for.
    Unanswered,
    /// Another call was made by the same key.
    Different,
}

impl Accounts {
    /// Notes that a call is made, and says what is known of it. `owner` is whose keys they are, `request` all that was asked.
    ///
    /// # Errors
    /// Faults only.
    pub async fn begin_call(&self, owner: &str, key: &IdempotencyKey, request: &[u8]) -> Outcome<Repetition> {
        let asked = self.parts.keys.call_mac(owner, key, request);
        let (owner_row, key_row) = (owner.to_owned(), key.clone());
        let expires_at = self.now().plus(REPEATED_CALL_KEPT);
        let known = self.store().write(move |tx| {
            if repeated_calls::begin(tx, &owner_row, &key_row, &asked, expires_at)? {
                return Ok(None);
            }
            // One that was forgotten in this very moment may be sent once more.
            let known = repeated_calls::find(tx, &owner_row, &key_row)?.ok_or(SqlError::Conflict)?;
            Ok::<_, SqlError>(Some(known))
        });
        let Some(known) = known.await? else {
            return Ok(Repetition::First);
        };
        if !are_equal(&known.request, &asked) {
            return Ok(Repetition::Different);
        }
        Ok(match known.answer {
            Some(sealed) => Repetition::Answered(self.parts.keys.open_answer(owner, key, &sealed)?),
            None => Repetition::Unanswered,
        })
    }

    /// Keeps what a call was answered, sealed, for as long as it may be sent again.
    ///
    /// # Errors
    /// Faults only.
    pub async fn answer_call(&self, owner: &str, key: &IdempotencyKey, answer: &[u8]) -> Outcome<()> {
        let sealed = self.parts.keys.seal_answer(owner, key, answer, self.entropy())?;
        let (owner, key) = (owner.to_owned(), key.clone());
        let kept = self
            .store()
            .write(move |tx| repeated_calls::answer(tx, &owner, &key, &sealed));
        Ok(kept.await?)
    }

    /// Forgets a call that had no effect, so that it may be made again.
    ///
    /// # Errors
    /// Faults only.
    pub async fn forget_call(&self, owner: &str, key: &IdempotencyKey) -> Outcome<()> {
        let (owner, key) = (owner.to_owned(), key.clone());
        let forgotten = self.store().write(move |tx| repeated_calls::forget(tx, &owner, &key));
        Ok(forgotten.await?)
    }
}

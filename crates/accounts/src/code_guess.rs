//! Trying a one-time code: (1) a try is reserved in a transaction of its own, (2) the code is compared in constant time,
//! (3) it is consumed in the transaction of what it is good for.

use yaopai_model::limits::{CODE_GUESSES_PER_IDENTIFIER_PER_DAY, windows};
use yaopai_model::{Address, AppId, Code, Timestamp};
use yaopai_store::codes::{self, CodeKey};
use yaopai_store::{SqlError, Tx};

use crate::budget::Budget;
use crate::keys::{Keys, are_equal};
use crate::{Outcome, Refusal};

/// A code that somebody presents.
#[derive(Clone)]
pub(crate) struct CodeGuess {
    key: CodeKey,
    mac: [u8; 32],
    day: Budget,
}

/// The keyed hash of the live code, for the one comparison that was reserved; none when there is no live code.
pub(crate) struct Reserved(Option<Vec<u8>>);

impl CodeGuess {
    pub(crate) fn new(keys: &Keys, key: CodeKey, code: &Code) -> Self {
        let mac = keys.code_mac(&key, code);
        let day = guesses_of_day(keys, key.app, &key.address);
        Self { key, mac, day }
    }

    /// Reserves a try, if the code and the day have one left.
    pub(crate) fn reserve(&self, tx: &Tx, tries: u32, now: Timestamp) -> Result<Reserved, SqlError> {
        let Some(mac) = codes::reserve_guess(tx, &self.key, now, tries)? else {
            return Ok(Reserved(None));
        };
        let has_room = self.day.spend_if_room(tx, now)?;
        Ok(Reserved(has_room.then_some(mac)))
    }

    /// Whether it is the live code.
    pub(crate) fn is_right(&self, reserved: &Reserved) -> bool {
        reserved.0.as_ref().is_some_and(|mac| are_equal(mac, &self.mac))
    }

    /// Consumes the code.
    ///
    /// # Errors
    /// `WrongCode` when somebody else consumed or replaced it meanwhile.
    pub(crate) fn consume(&self, tx: &Tx, now: Timestamp) -> Outcome<()> {
        if codes::consume(tx, &self.key, &self.mac, now)? {
            Ok(())
        } else {
            Err(Refusal::WrongCode.into())
        }
    }
}

/// What guesses at the codes to one address are counted in, over all its codes. Whoever is past it hears the same as for a
/// wrong code.
pub(crate) fn guesses_of_day(keys: &Keys, app: AppId, address: &Address) -> Budget {
    let identifier = address.identifier();
    let name = format!("code guesses {} {} {}", app.0, identifier.kind(), identifier.normal());
    Budget::new(
        keys,
        &name,
        CODE_GUESSES_PER_IDENTIFIER_PER_DAY,
        windows::PER_DAY,
        |_| Refusal::WrongCode,
    )
}

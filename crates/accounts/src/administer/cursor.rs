//! From where a list goes on.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use yaopai_model::{AccountId, Timestamp};
use yaopai_store::account_lists::Place;

/// A place in a list of accounts, between two of them. It goes outside as a text that nobody need understand, and stays
/// good whatever happens to the accounts around it; with another filter or app it is a place in that list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountCursor {
    pub(super) way: Way,
    pub(super) place: Place,
}

/// What a cursor asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The accounts after the place.
    After,
    /// Those before it.
    Before,
}

/// The text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor")]
pub struct CursorError;

/// The form's version, the way, when the account was made, its number.
const BYTES: usize = 1 + 1 + 8 + 8;
const VERSION: u8 = 1;

impl AccountCursor {
    pub(super) fn after(place: Place) -> Self {
        Self { way: Way::After, place }
    }

    pub(super) fn before(place: Place) -> Self {
        Self {
            way: Way::Before,
            place,
        }
    }

    /// The cursor as text, of letters that need no escape in addresses (RFC 4648, section 5).
    pub fn to_text(self) -> String {
        let way = match self.way {
            Way::After => 0,
            Way::Before => 1,
        };
        let mut bytes = vec![VERSION, way];
        bytes.extend(self.place.created_at.as_millis().to_be_bytes());
        bytes.extend(self.place.id.0.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// [`CursorError`] for any text that [`AccountCursor::to_text`] does not make.
    pub fn parse(text: &str) -> Result<Self, CursorError> {
        // The decoder stops at texts of another length without making room for what they hold.
        let mut bytes = [0; BYTES];
        let read = URL_SAFE_NO_PAD
            .decode_slice(text, &mut bytes)
            .map_err(|_| CursorError)?;
        let [VERSION, way, place @ ..] = bytes else {
            return Err(CursorError);
        };
        let way = match way {
            0 => Way::After,
            1 => Way::Before,
            _ => return Err(CursorError),
        };
        let (created_at, id) = place.split_at(8);
        let number = |bytes: &[u8]| bytes.try_into().map(i64::from_be_bytes).map_err(|_| CursorError);
        if read != BYTES {
            return Err(CursorError);
        }
        Ok(Self {
            way,
            place: Place {
                created_at: Timestamp::from_millis(number(created_at)?),
                id: AccountId(number(id)?),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_cursor_is_refused() {
        let cursor = AccountCursor {
            way: Way::Before,
            place: Place {
                created_at: Timestamp::from_millis(1_700_000_000_000),
                id: AccountId(7),
            },
        };
        let text = cursor.to_text();
        assert_eq!(text, "AQEAAAGLz-VoAAAAAAAAAAAH");
        let longer = format!("{text}AAAA");
        let other_version = format!("AgE{}", text.strip_prefix("AQE").unwrap());
        let other_way = format!("AQI{}", text.strip_prefix("AQE").unwrap());
        let huge = "A".repeat(100_000);
        for nonsense in [
            "",
            "1",
            "AQE",
            text.strip_prefix('A').unwrap(),
            &longer,
            &other_version,
            &other_way,
            &huge,
            "AQEAAAGLz+VoAAAAAAAAAAAH",
        ] {
            assert_eq!(AccountCursor::parse(nonsense), Err(CursorError), "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_was(after: bool, created_at: i64, id: i64) {
            let cursor = AccountCursor {
                way: if after { Way::After } else { Way::Before },
                place: Place { created_at: Timestamp::from_millis(created_at), id: AccountId(id) },
            };
            prop_assert_eq!(AccountCursor::parse(&cursor.to_text()), Ok(cursor));
        }

        #[test]
        fn a_text_that_is_read_is_the_one_that_would_be_written(text in "AQ[A-H][-_A-Za-z0-9]{20,22}") {
            if let Ok(cursor) = AccountCursor::parse(&text) {
                prop_assert_eq!(cursor.to_text(), text);
            }
        }
    }
}

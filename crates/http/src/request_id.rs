//! Request ids, by which a client's report finds its log lines.

use http::{HeaderMap, HeaderName, HeaderValue};
use yaopai_model::limits::REQUEST_ID_CHARACTERS;
use yaopai_model::{Entropy, draw};

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a request is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The id that the client brought along, if it is fit to be logged; else a new one of 32 hexadecimal digits.
    pub fn choose(headers: &HeaderMap, entropy: &dyn Entropy) -> Self {
        let brought = headers.get(X_REQUEST_ID);
        match brought.filter(|id| id.to_str().is_ok_and(is_fit)) {
            Some(id) => Self(id.clone()),
            None => Self(hexadecimal(draw::bytes(entropy))),
        }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        // Only what is text was taken.
        self.0.to_str().unwrap_or_default()
    }

    /// The same headers with room for an id, so that they need not grow when one is given.
    pub fn leave_room(mut headers: HeaderMap) -> HeaderMap {
        headers.insert(X_REQUEST_ID, HeaderValue::from_static(""));
        headers
    }

    /// Tells the client.
    pub fn give(self, headers: &mut HeaderMap) {
        headers.insert(X_REQUEST_ID, self.0);
    }
}

fn hexadecimal(bytes: [u8; 16]) -> HeaderValue {
    let mut digits = [0; 32];
    for (pair, byte) in digits.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [HEX_DIGITS[usize::from(byte >> 4)], HEX_DIGITS[usize::from(byte & 15)]];
    }
    // Digits are fit for a header.
    HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static(""))
}

fn is_fit(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=REQUEST_ID_CHARACTERS).contains(&id.len()) && id.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::Sevens;

    #[test]
    fn only_plain_ids_are_kept() {
        let chosen = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_str(id).unwrap());
            RequestId::choose(&headers, &Sevens).as_str().to_owned()
        };
        assert_eq!(chosen("a-B_9.z"), "a-B_9.z");
        for unfit in ["", "a b", "a\tb", "a=b", &"a".repeat(65)] {
            assert_eq!(chosen(unfit), "07".repeat(16), "{unfit:?}");
        }
        assert_eq!(RequestId::choose(&HeaderMap::new(), &Sevens).as_str(), "07".repeat(16));
    }
}

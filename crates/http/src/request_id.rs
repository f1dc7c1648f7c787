//! Request ids, by which a client's report finds its log lines.

use http::{HeaderMap, HeaderName, HeaderValue};
use yaopai_model::limits::REQUEST_ID_CHARACTERS;
use yaopai_model::{Entropy, draw};

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id that the client brought along, if it is fit to be logged; else a new one of 32 hexadecimal digits.
pub fn choose(headers: &HeaderMap, entropy: &dyn Entropy) -> String {
    let brought = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
    match brought.filter(|id| is_fit(id)) {
        Some(id) => id.to_owned(),
        None => hexadecimal(draw::bytes(entropy)),
    }
}

fn hexadecimal(bytes: [u8; 16]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(HEX_DIGITS[usize::from(digit)])).collect()
}

/// Tells the client.
pub fn give(headers: &mut HeaderMap, id: &str) {
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, value);
    }
}

fn is_fit(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=REQUEST_ID_CHARACTERS).contains(&id.len()) && id.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn only_plain_ids_are_kept() {
        let chosen = |id: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(X_REQUEST_ID, HeaderValue::from_str(id).unwrap());
            choose(&headers, &Sevens)
        };
        assert_eq!(chosen("a-B_9.z"), "a-B_9.z");
        for unfit in ["", "a b", "a\tb", "a=b", &"a".repeat(65)] {
            assert_eq!(chosen(unfit), "07".repeat(16), "{unfit:?}");
        }
        assert_eq!(choose(&HeaderMap::new(), &Sevens), "07".repeat(16));
    }
}

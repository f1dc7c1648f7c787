//! What names a session where one is to be ended: the digest of its secret, as text. Nobody gets back from it to the secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use yaopai_accounts::Session;

/// The id of a session.
pub(crate) fn of(session: &Session) -> String {
    URL_SAFE_NO_PAD.encode(&session.digest)
}

/// What an id stands for; none for what is no id. No session has a digest of another length than ours, so that one of those names
/// a session that is over.
pub(crate) fn parse(id: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_or_refused() {
        assert_eq!(parse(&URL_SAFE_NO_PAD.encode([255; 32])), Some(vec![255; 32]));
        for text in ["a", "a+/=", "é"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

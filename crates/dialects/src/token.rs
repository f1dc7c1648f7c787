//! Tokens as all three wires spell them: JSON Web Tokens (RFC 7519) under HMAC-SHA-256 (RFC 7515, RFC 7518).
//!
//! A token is an envelope for the session's secret; whether the session lives is for its row to say. The form is one
//! that we alone write, so it is read strictly: the header must be, byte for byte, the one that we would have written.

use ::http::HeaderMap;
use ::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use yaopai_accounts::{Token, TokenKeys};
use yaopai_model::limits::TOKEN_BYTES;
use yaopai_model::{AccountId, PublicId, SessionSecret, SessionToken, Timestamp, TokenUse};

const HEADER_BEFORE_KID: &str = r#"{"typ":"JWT","alg":"HS256","kid":""#;
const HEADER_AFTER_KID: &str = r#""}"#;
const KID_BYTES: usize = 64;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    /// The account's sixteen letters.
    aud: String,
    /// Seconds since the epoch (RFC 7519, section 4.1.4).
    exp: i64,
    /// The account's number.
    sub: String,
    /// See [`use_name`].
    #[serde(rename = "use")]
    token_use: String,
    /// The session's secret.
    jti: String,
}

/// The token's text, signed with the key that signs now. Its end is rounded down to whole seconds.
pub(crate) fn encode(keys: &TokenKeys, token: &SessionToken) -> String {
    // Written by hand, since nothing in it needs escaping: letters, digits and base64url.
    let claims = format!(
        r#"{{"aud":"{}","exp":{},"sub":"{}","use":"{}","jti":"{}"}}"#,
        token.public_id.as_str(),
        token.expires_at.as_seconds(),
        token.account.0,
        use_name(token.token_use),
        BASE64.encode(token.secret.expose()),
    );
    let mut text = format!("{}.{}", encoded_header(keys.current()), BASE64.encode(claims));
    let signature = keys.sign(text.as_bytes());
    text.push('.');
    BASE64.encode_string(signature, &mut text);
    text
}

/// What a token says, if it is one of ours. Its end is for `authenticate` to judge.
pub(crate) fn decode(keys: &TokenKeys, text: &[u8]) -> Option<Token> {
    keys.checked(text)
        .or_else(|| Some(keys.remember(text, check(keys, text)?)))
}

fn check(keys: &TokenKeys, text: &[u8]) -> Option<SessionToken> {
    if text.len() > TOKEN_BYTES {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let (message, signature) = text.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let kid = kid_of(header)?;
    if !keys.verify(&kid, message.as_bytes(), &BASE64.decode(signature).ok()?) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()?;
    Some(SessionToken {
        account: AccountId(claims.sub.parse().ok()?),
        public_id: PublicId::parse(&claims.aud).ok()?,
        secret: SessionSecret::from_bytes(BASE64.decode(&claims.jti).ok()?.try_into().ok()?),
        token_use: use_of_name(&claims.token_use)?,
        expires_at: Timestamp::from_millis(claims.exp.checked_mul(1000)?),
    })
}

/// The token in `Authorization`, with or without `Bearer ` before it (RFC 6750, section 2.1; the scheme's name in any
/// case, RFC 9110, section 11.1). Two such headers are as good as none.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<&[u8]> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let only = values.next().filter(|_| values.next().is_none())?;
    Some(without_bearer(only.as_bytes())).filter(|token| !token.is_empty())
}

/// The text without a `Bearer ` before it, and without blanks of ASCII around it.
pub(crate) fn without_bearer(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    match text.split_at_checked(b"bearer".len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(b"bearer") && rest.starts_with(b" ") => {
            rest.trim_ascii_start()
        }
        Some(_) | None => text,
    }
}

fn encoded_header(kid: &str) -> String {
    BASE64.encode(format!("{HEADER_BEFORE_KID}{kid}{HEADER_AFTER_KID}"))
}

fn kid_of(header: &str) -> Option<String> {
    let decoded = String::from_utf8(BASE64.decode(header).ok()?).ok()?;
    let kid = decoded
        .strip_prefix(HEADER_BEFORE_KID)?
        .strip_suffix(HEADER_AFTER_KID)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_kid = (1..=KID_BYTES).contains(&kid.len()) && kid.bytes().all(is_plain);
    (is_kid && encoded_header(kid) == header).then(|| kid.to_owned())
}

const fn use_name(token_use: TokenUse) -> &'static str {
    match token_use {
        TokenUse::Session => "session",
        TokenUse::Access => "access",
        TokenUse::Refresh => "refresh",
    }
}

fn use_of_name(name: &str) -> Option<TokenUse> {
    [TokenUse::Session, TokenUse::Access, TokenUse::Refresh]
        .into_iter()
        .find(|token_use| use_name(*token_use) == name)
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use yaopai_model::limits::{KEYS_PER_PURPOSE, TOKEN_REMEMBERED_BYTES};
    use yaopai_testkit::SeededEntropy;

    use super::*;

    const SECRET: &[u8] = b"an example of thirty-two bytes..";
    const OLDER_SECRET: &[u8] = b"another example of 32 bytes.....";

    fn keys() -> TokenKeys {
        TokenKeys::new([("2".to_owned(), SECRET), ("1".to_owned(), OLDER_SECRET)])
    }

    fn token() -> SessionToken {
        let entropy = SeededEntropy::new(7);
        SessionToken {
            account: AccountId(8),
            public_id: PublicId::parse("qpujpkjvoudsylho").unwrap(),
            secret: SessionSecret::draw(&entropy),
            token_use: TokenUse::Session,
            expires_at: Timestamp::from_millis(4_102_444_800_785),
        }
    }

    fn claims() -> Value {
        json!({
            "aud": "qpujpkjvoudsylho", "exp": 4_102_444_800_i64, "sub": "8", "use": "session",
            "jti": BASE64.encode(token().secret.expose()),
        })
    }

    fn read(keys: &TokenKeys, text: &str) -> Option<Token> {
        decode(keys, text.as_bytes())
    }

    /// A token as another library writes it.
    fn signed_elsewhere(header: &Header, claims: &Value, secret: &[u8]) -> String {
        jsonwebtoken::encode(header, claims, &EncodingKey::from_secret(secret)).unwrap()
    }

    fn header(kid: &str) -> Header {
        Header {
            kid: Some(kid.to_owned()),
            ..Header::new(Algorithm::HS256)
        }
    }

    #[test]
    fn what_was_said_comes_back() {
        let read = read(&keys(), &encode(&keys(), &token())).unwrap();
        assert_eq!(read.account, AccountId(8));
        assert_eq!(read.public_id, token().public_id);
        assert_eq!(read.secret.expose(), token().secret.expose());
        assert_eq!(read.token_use, TokenUse::Session);
        assert_eq!(read.expires_at, Timestamp::from_millis(4_102_444_800_000));
    }

    #[test]
    fn the_longest_token_can_be_remembered() {
        let longest = SessionToken {
            account: AccountId(i64::MAX),
            token_use: TokenUse::Refresh,
            expires_at: Timestamp::from_millis(253_402_300_799_999),
            ..token()
        };
        let newest = KEYS_PER_PURPOSE.to_string();
        let text = encode(&TokenKeys::new([(newest, SECRET)]), &longest);
        assert!(text.len() <= TOKEN_REMEMBERED_BYTES, "{}", text.len());
    }

    #[test]
    fn another_library_reads_our_tokens() {
        let text = encode(&keys(), &token());
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&["qpujpkjvoudsylho"]);
        let read = jsonwebtoken::decode::<Value>(&text, &DecodingKey::from_secret(SECRET), &validation).unwrap();
        assert_eq!(read.claims, claims());
        assert_eq!(read.header, header("2"));
    }

    #[test]
    fn the_older_key_still_serves_and_the_newest_signs() {
        assert!(read(&keys(), &signed_elsewhere(&header("1"), &claims(), OLDER_SECRET)).is_some());
        assert!(read(&keys(), &signed_elsewhere(&header("2"), &claims(), SECRET)).is_some());
        let without_older = TokenKeys::new([("2".to_owned(), SECRET)]);
        assert!(read(&without_older, &signed_elsewhere(&header("1"), &claims(), OLDER_SECRET)).is_none());
    }

    #[test]
    fn other_headers_are_not_ours() {
        let signed_with = |header: Header| signed_elsewhere(&header, &claims(), SECRET);
        for forged in [
            signed_with(header("1")),
            signed_with(header("3")),
            signed_with(header("../2")),
            signed_with(Header::new(Algorithm::HS256)),
            signed_with(Header::new(Algorithm::HS512)),
            signed_with(Header {
                jku: Some("https://example.com".to_owned()),
                ..header("2")
            }),
        ] {
            assert!(read(&keys(), &forged).is_none(), "{forged}");
        }
        let body = BASE64.encode(claims().to_string());
        for header in [
            r#"{"typ":"JWT","alg":"none","kid":"2"}"#,
            r#"{"alg":"HS256","typ":"JWT","kid":"2"}"#,
            r#"{"typ":"JWT","alg":"HS256","kid":"2" }"#,
        ] {
            let message = format!("{}.{body}", BASE64.encode(header));
            let signature = BASE64.encode(keys().sign(message.as_bytes()));
            assert!(read(&keys(), &format!("{message}.{signature}")).is_none(), "{header}");
            assert!(read(&keys(), &format!("{message}.")).is_none(), "{header}");
        }
    }

    #[test]
    fn claims_are_all_there_and_of_their_types() {
        let with = |name: &str, value: Value| {
            let mut changed = claims();
            changed[name] = value;
            read(&keys(), &signed_elsewhere(&header("2"), &changed, SECRET)).is_some()
        };
        assert!(with("exp", json!(1)));
        for (name, value) in [
            ("exp", json!("4102444800")),
            ("exp", json!(1.5)),
            ("exp", json!(i64::MAX)),
            ("exp", Value::Null),
            ("aud", json!("short")),
            ("aud", json!(["qpujpkjvoudsylho"])),
            ("sub", json!(8)),
            ("use", json!("admin")),
            ("jti", json!("AAAA")),
            ("role", json!("root")),
        ] {
            assert!(!with(name, value.clone()), "{name}: {value}");
        }
        for name in ["aud", "exp", "sub", "use", "jti"] {
            let mut fewer = claims();
            fewer.as_object_mut().unwrap().remove(name);
            assert!(
                read(&keys(), &signed_elsewhere(&header("2"), &fewer, SECRET)).is_none(),
                "{name}"
            );
        }
    }

    #[test]
    fn authorization_may_say_bearer() {
        let found = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
            }
            authorization(&headers).map(<[u8]>::to_vec)
        };
        for value in ["abc", "Bearer abc", "bearer abc", "BEARER  abc", " abc "] {
            assert_eq!(found(&[value.as_bytes()]).as_deref(), Some(&b"abc"[..]), "{value:?}");
        }
        assert_eq!(found(&[b"Basic abc"]).as_deref(), Some(&b"Basic abc"[..]));
        let nothing: [&[&[u8]]; 3] = [&[], &[b""], &[b"abc", b"abc"]];
        for values in nothing {
            assert_eq!(found(values), None, "{values:?}");
        }
        // What is no text is handed on, and is no token.
        assert!(decode(&keys(), &found(&[b"\xff"]).unwrap()).is_none());
    }

    proptest! {
        #[test]
        fn one_changed_byte_spoils_a_token(at in any::<prop::sample::Index>(), byte in 0x21_u8..0x7f) {
            let mut bytes = encode(&keys(), &token()).into_bytes();
            let at = at.index(bytes.len());
            prop_assume!(bytes[at] != byte);
            bytes[at] = byte;
            prop_assert!(decode(&keys(), &bytes).is_none());
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,300}") {
            prop_assert!(read(&keys(), &text).is_none());
        }
    }
}

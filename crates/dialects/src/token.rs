//! Tokens as all three wires spell them: JSON Web Tokens (RFC 7519) under HMAC-SHA-256 (RFC 7515, RFC 7518).
//!
//! A token is an envelope for the session's secret; whether the session lives is for its row to say. The form is one
//! that we alone write, so it is read strictly: the header must be, byte for byte, the one that we would have written.

use ::http::HeaderMap;
use ::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use yaopai_accounts::TokenKeys;
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

/// The token's text, signed with the newest key. Its end is rounded down to whole seconds.
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
    let mut text = format!("{}.{}", encoded_header(keys.newest()), BASE64.encode(claims));
    let signature = keys.sign(text.as_bytes());
    text.push('.');
    BASE64.encode_string(signature, &mut text);
    text
}

/// What a token says, if it is one of ours. Its end is for `authenticate` to judge.
pub(crate) fn decode(keys: &TokenKeys, text: &str) -> Option<SessionToken> {
    if text.len() > TOKEN_BYTES {
        return None;
    }
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
pub(crate) fn authorization(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let only = values.next().filter(|_| values.next().is_none())?;
    Some(without_bearer(only.to_str().ok()?)).filter(|token| !token.is_empty())
}

/// The text without a `Bearer ` before it.
pub(crate) fn without_bearer(text: &str) -> &str {
    let text = text.trim();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
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

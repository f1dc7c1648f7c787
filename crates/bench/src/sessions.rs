//! Sessions begun in a base past the verbs, since a hundred thousand sign-ins take half an hour of hashing.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use yaopai_model::{AccountId, SessionScope, SessionSecret, Timestamp};
use yaopai_store::SqlError;
use yaopai_store::accounts;
use yaopai_store::sessions::{NewSession, begin};

use crate::Failure;
use crate::base::{Base, MachineEntropy, now};

/// Sessions of a transaction.
const ROWS: i64 = 10_000;
const DAY_MILLIS: i64 = 86_400_000;
const MOST: u32 = 10;

/// Begins a session of each of the accounts with these numbers that are in use; gives the tokens.
///
/// # Errors
/// What the database says.
pub async fn begin_sessions(base: &Base, numbers: std::ops::RangeInclusive<i64>) -> Result<Vec<String>, Failure> {
    let (created_at, last) = (now(), *numbers.end());
    let expires_at = Timestamp::from_millis(created_at.as_millis() + DAY_MILLIS);
    let mut tokens = Vec::new();
    for start in numbers.step_by(ROWS as usize) {
        let verbs = base.accounts.clone();
        let begun = base.store.write(move |tx| {
            let mut begun = Vec::new();
            for number in start..=last.min(start + ROWS - 1) {
                let Some(account) = accounts::by_id(tx, AccountId(number))?.filter(|account| account.is_active())
                else {
                    continue;
                };
                let secret = SessionSecret::draw(&MachineEntropy);
                let mut hashed = [0; 32];
                hashed.copy_from_slice(digest(&SHA256, secret.expose()).as_ref());
                let session = NewSession {
                    account: account.id,
                    digest: hashed,
                    created_at,
                    expires_at,
                    epoch: account.epoch,
                    source: "127.0.0.1",
                    device: "bench",
                    scope: SessionScope::Wire,
                };
                begin(tx, &session, MOST)?;
                begun.push(token(&verbs, number, account.public_id.as_str(), &secret, expires_at));
            }
            Ok::<_, SqlError>(begun)
        });
        tokens.extend(begun.await?);
    }
    Ok(tokens)
}

/// As `crates/dialects/src/token.rs` writes it.
fn token(
    verbs: &yaopai_accounts::Accounts,
    number: i64,
    public_id: &str,
    secret: &SessionSecret,
    expires_at: Timestamp,
) -> String {
    let keys = verbs.token_keys();
    let head = BASE64.encode(format!(r#"{{"typ":"JWT","alg":"HS256","kid":"{}"}}"#, keys.current()));
    let claims = BASE64.encode(format!(
        r#"{{"aud":"{public_id}","exp":{},"sub":"{number}","use":"session","jti":"{}"}}"#,
        expires_at.as_seconds(),
        BASE64.encode(secret.expose())
    ));
    let message = format!("{head}.{claims}");
    let signature = BASE64.encode(keys.sign(message.as_bytes()));
    format!("{message}.{signature}")
}

//! Sessions begun in a base past the verbs, since a hundred thousand sign-ins take half an hour of hashing.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use yaopai_model::{
    AccountId, ApiKey, ApiKeyName, ApiKeyText, ApiScope, ApiScopes, SessionScope, SessionSecret, Timestamp,
};
use yaopai_store::sessions::{NewSession, begin};
use yaopai_store::{SqlError, accounts, api_keys};

use crate::Failure;
use crate::base::{Base, MachineEntropy, in_words, now};

/// Sessions of a transaction.
const ROWS: usize = 2_000;
const DAY_MILLIS: i64 = 86_400_000;
const MOST: u32 = 10;

/// Begins a session of each of the accounts with these numbers that are in use; gives the tokens.
///
/// # Errors
/// What the database says.
pub async fn begin_sessions(base: &Base, numbers: impl IntoIterator<Item = i64>) -> Result<Vec<String>, Failure> {
    let (created_at, numbers) = (now(), numbers.into_iter().collect::<Vec<_>>());
    let expires_at = Timestamp::from_millis(created_at.as_millis() + DAY_MILLIS);
    let mut tokens = Vec::new();
    for numbers in numbers.chunks(ROWS) {
        let (verbs, numbers) = (base.accounts.clone(), numbers.to_vec());
        let begun = base.store.write(move |tx| {
            let mut begun = Vec::new();
            for number in numbers.iter().copied() {
                let Some(account) = accounts::by_id(tx, AccountId(number))?.filter(|account| account.is_active())
                else {
                    continue;
                };
                let secret = SessionSecret::draw(&MachineEntropy);
                let session = NewSession {
                    account: account.id,
                    digest: sha256(secret.expose()),
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

/// Makes a key of the admin API for an operator, with all scopes; gives its text.
///
/// # Errors
/// What the database says.
pub async fn make_key(base: &Base, operator: i64) -> Result<String, Failure> {
    let text = ApiKeyText::draw(&MachineEntropy);
    let exposed = text.expose().to_string();
    let app = base.accounts.app_of_host(None).await.map_err(in_words)?.id;
    let created_at = now();
    let key = ApiKey {
        id: text.id.clone(),
        app,
        account: AccountId(operator),
        name: ApiKeyName::parse("bench")?,
        scopes: ApiScopes::new(ApiScope::ALL)?,
        created_at,
        expires_at: Timestamp::from_millis(created_at.as_millis() + DAY_MILLIS),
        revoked_at: None,
        last_used_at: None,
    };
    let hashed = sha256(text.secret.expose().as_bytes());
    base.store.write(move |tx| api_keys::insert(tx, &key, &hashed)).await?;
    Ok(exposed)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hashed = [0; 32];
    hashed.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hashed
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

//! Keys: one root key outside of the database, from which the lasting ones are derived and under which the ones that
//! change are kept.
//!
//! Derived (HKDF-SHA-256, RFC 5869): the keys of one-time codes, of counters, of messages that wait, and the one that
//! seals the others. Kept in the database, sealed by it: the keys of tokens and of password hashes, which can be
//! replaced one by one while the older ones still serve.

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::{constant_time, digest, hmac};
use yaopai_model::limits::{KEY_TAKEN_UP, KEYS_PER_PURPOSE};
use yaopai_model::{AccountId, AppId, Code, Entropy, IdempotencyKey, SessionSecret, SessionToken, Timestamp, draw};
use yaopai_store::base::{self, SealedKey};
use yaopai_store::codes::CodeKey;
use yaopai_store::{SqlError, Store};
use zeroize::Zeroizing;

use crate::recent::Recent;
use crate::{Accounts, Fault, Outcome, Token};

const KEY_BYTES: usize = 32;

/// The key outside of the database: 32 random bytes. It has no printable form.
pub struct RootKey(Zeroizing<[u8; KEY_BYTES]>);

impl RootKey {
    /// The root key with these bytes.
    ///
    /// # Errors
    /// A fault when all bytes are the same, as in a key that nobody drew.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Result<Self, Fault> {
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(Fault::new("the root key is not random: every byte is the same"));
        }
        Ok(Self(Zeroizing::new(bytes)))
    }

    fn derive(&self, what: &str) -> Result<Zeroizing<[u8; KEY_BYTES]>, Fault> {
        let extracted: Prk = Salt::new(HKDF_SHA256, b"yaopai root key 1").extract(self.0.as_slice());
        let mut derived = Zeroizing::new([0; KEY_BYTES]);
        let info = [what.as_bytes()];
        let filled = extracted
            .expand(&info, Length)
            .and_then(|material| material.fill(derived.as_mut_slice()));
        filled.map_err(|_| Fault::new("a key cannot be derived"))?;
        Ok(derived)
    }
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

/// What the keys in the database are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Signing tokens.
    Tokens,
    /// Sealing password hashes.
    Passwords,
}

impl KeyPurpose {
    /// The purpose's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Passwords => "passwords",
        }
    }
}

/// Signs and checks tokens (HMAC-SHA-256). Several keys can be live; one of them signs.
pub struct TokenKeys {
    keys: Vec<(String, hmac::Key)>,
    /// Tokens that were checked lately, by the first characters of their signatures.
    checked: Recent<Token>,
}

impl TokenKeys {
    /// The keys with these secrets, each with its `kid`; the first is the one that signs.
    pub fn new<'a>(secrets: impl IntoIterator<Item = (String, &'a [u8])>) -> Self {
        let keys = secrets.into_iter();
        Self {
            keys: keys
                .map(|(kid, secret)| (kid, hmac::Key::new(hmac::HMAC_SHA256, secret)))
                .collect(),
            checked: Recent::new(0),
        }
    }

    /// The same keys, which remember about so many tokens that they have checked.
    fn remembering(self, most: usize) -> Self {
        Self {
            checked: Recent::new(most),
            ..self
        }
    }

    /// The `kid` of the key that signs.
    pub fn current(&self) -> &str {
        self.keys.first().map_or("", |(kid, _)| kid)
    }

    /// The signature of `message` under the key that signs.
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        self.keys.first().map_or([0; 32], |(_, key)| tag(key, message))
    }

    /// Whether `signature` is that of `message` under the key `kid`, in constant time; no for a `kid` that is not ours.
    pub fn verify(&self, kid: &str, message: &[u8], signature: &[u8]) -> bool {
        let key = self.keys.iter().find(|(own, _)| own == kid);
        key.is_some_and(|(_, key)| hmac::verify(key, message, signature).is_ok())
    }

    /// Says that the token with this text will be asked for, so that what is remembered of it is on its way from memory by then;
    /// `None` where it cannot be one of ours. `text` may be anything: only its last characters are looked at. Asking without
    /// having said so takes longer, and nothing else.
    pub fn announce(&self, text: &[u8]) -> Option<AnnouncedToken> {
        let key = key_of(split_signature(text)?.1);
        self.checked.prefetch_place(key);
        Some(AnnouncedToken { key })
    }

    /// Has an announced token itself fetched from memory. Its place, which was fetched first, should be there.
    pub fn prefetch(&self, token: &AnnouncedToken) {
        self.checked.prefetch_value(token.key);
    }

    /// The token with this text, if it was checked lately. That it was well signed stays true for as long as there are
    /// these keys; whether its session lives is not for them to say.
    pub fn checked(&self, text: &[u8]) -> Option<Token> {
        let (message, signature) = split_signature(text)?;
        let token = self.checked.get(key_of(signature))?;
        let (own_message, own_signature) = split_signature(token.text())?;
        let is_meant = message == own_message && are_equal(signature, own_signature);
        if !is_meant {
            return None;
        }
        // Whoever asks next is `authenticate`; meanwhile the app is looked for.
        token.prefetch_account();
        Some(token)
    }

    /// The token with this text, which says this and was checked just now. It is remembered, unless it is longer than any
    /// that we write.
    pub fn remember(&self, text: &[u8], said: SessionToken) -> Token {
        let Some((_, signature)) = split_signature(text) else {
            return Token::from(said);
        };
        let token = Token::written(text, said);
        // The text of one that is too long was not kept: it is checked anew each time.
        if !token.text().is_empty() {
            self.checked.put(key_of(signature), token.clone());
        }
        token
    }

    /// Whether these are the keys with such names, in this order.
    fn are<'a>(&self, kids: impl Iterator<Item = &'a str>) -> bool {
        self.keys.iter().map(|(kid, _)| kid.as_str()).eq(kids)
    }
}

/// A token that will be asked for.
pub struct AnnouncedToken {
    key: u64,
}

/// Characters of 32 bytes in base64url without padding (RFC 4648, section 5).
const SIGNATURE: usize = 43;

/// A token's text with the dot, and the signature behind it.
fn split_signature(text: &[u8]) -> Option<(&[u8], &[u8; SIGNATURE])> {
    text.split_last_chunk()
}

/// The first eight characters of a signature: nobody can choose those of one that is right.
fn key_of([a, b, c, d, e, f, g, h, ..]: &[u8; SIGNATURE]) -> u64 {
    u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h])
}

fn tag(key: &hmac::Key, message: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hmac::sign(key, message).as_ref());
    bytes
}

/// The keys of password hashes, each with its number; the first is the one that seals.
type PasswordKeys = Vec<(u32, SealKey)>;

/// All keys, ready for use.
pub(crate) struct Keys {
    keep: SealKey,
    codes: hmac::Key,
    counters: hmac::Key,
    messages: SealKey,
    calls: hmac::Key,
    answers: SealKey,
    tokens: RwLock<Arc<TokenKeys>>,
    tokens_remembered: usize,
    passwords: RwLock<Arc<PasswordKeys>>,
}

impl Keys {
    /// Derives what is derived, unseals what is kept, and makes what is missing.
    pub(crate) async fn open(
        store: &Store,
        root: RootKey,
        tokens_remembered: usize,
        entropy: &dyn Entropy,
        now: Timestamp,
    ) -> Outcome<Self> {
        let keys = Self {
            keep: SealKey::new(root.derive("keys kept in the database")?.as_slice())?,
            codes: hmac::Key::new(hmac::HMAC_SHA256, root.derive("one-time codes")?.as_slice()),
            counters: hmac::Key::new(hmac::HMAC_SHA256, root.derive("counters")?.as_slice()),
            messages: SealKey::new(root.derive("messages")?.as_slice())?,
            calls: hmac::Key::new(hmac::HMAC_SHA256, root.derive("calls of the admin API")?.as_slice()),
            answers: SealKey::new(root.derive("answers of the admin API")?.as_slice())?,
            tokens: RwLock::new(Arc::new(TokenKeys::new([]))),
            tokens_remembered,
            passwords: RwLock::new(Arc::new(Vec::new())),
        };
        for purpose in [KeyPurpose::Tokens, KeyPurpose::Passwords] {
            if keys.load(store, purpose, now).await? == 0 {
                // Where another node was faster, its key serves as well.
                keys.add(store, purpose, entropy, now).await?;
            }
        }
        Ok(keys)
    }

    /// Takes up the keys of a purpose as they stand in the database, and says how many there are.
    async fn load(&self, store: &Store, purpose: KeyPurpose, now: Timestamp) -> Outcome<usize> {
        let mut kept = store.read(move |db| base::keys(db, purpose.as_str())).await?;
        let is_known_everywhere = |key: &SealedKey| !store.is_shared() || key.created_at.plus(KEY_TAKEN_UP) <= now;
        // Where none is, the base is new, and its first key is the only one that any node has.
        let current = kept
            .iter()
            .position(is_known_everywhere)
            .unwrap_or(kept.len().saturating_sub(1));
        kept.rotate_left(current);
        let mut opened = Vec::with_capacity(kept.len());
        for key in kept {
            let context = format!("{} {}", purpose.as_str(), key.id);
            let bytes = self.keep.open(&context, &key.sealed).ok_or_else(|| {
                Fault::new(
                    "根密钥打不开数据库中的密钥，账号库不是用它建的，请换回原来的 / the root key does not open the keys in the \
                     database, which was made with another: set that one",
                )
            })?;
            opened.push((key.id, Zeroizing::new(bytes)));
        }
        let count = opened.len();
        match purpose {
            KeyPurpose::Tokens => {
                let kids: Vec<String> = opened.iter().map(|(id, _)| id.to_string()).collect();
                if self.tokens().are(kids.iter().map(String::as_str)) {
                    // Those that there are remember what they have checked.
                    return Ok(count);
                }
                let secrets = opened.iter().map(|(_, bytes)| bytes.as_slice());
                let keys = TokenKeys::new(kids.into_iter().zip(secrets)).remembering(self.tokens_remembered);
                *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
            }
            KeyPurpose::Passwords => {
                let keys: Result<PasswordKeys, Fault> = opened
                    .iter()
                    .map(|(id, bytes)| Ok((number(*id)?, SealKey::new(bytes)?)))
                    .collect();
                *self.passwords.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys?);
            }
        }
        Ok(count)
    }

    /// Makes a key, unless another node does so at the same time; says which. It takes up what there is then.
    async fn add(&self, store: &Store, purpose: KeyPurpose, entropy: &dyn Entropy, now: Timestamp) -> Outcome<bool> {
        let newest = store
            .read(move |db| base::keys(db, purpose.as_str()))
            .await?
            .first()
            .map_or(0, |key| key.id);
        // One that is not loaded any more could not open what it sealed.
        if newest >= i64::from(KEYS_PER_PURPOSE) {
            return Err(Fault::new("there are as many keys as there may be").into());
        }
        let id = newest + 1;
        let fresh: Zeroizing<[u8; KEY_BYTES]> = Zeroizing::new(draw::bytes(entropy));
        let sealed = self
            .keep
            .seal(&format!("{} {id}", purpose.as_str()), fresh.as_slice(), entropy)?;
        let added = store
            .write(move |tx| {
                base::add_key(
                    tx,
                    purpose.as_str(),
                    &SealedKey {
                        id,
                        sealed: sealed.clone(),
                        created_at: now,
                    },
                )
            })
            .await
            .map_err(crate::Error::from)?;
        self.load(store, purpose, now).await?;
        Ok(added)
    }

    /// Takes up the keys that other nodes have made.
    async fn reload(&self, store: &Store, now: Timestamp) -> Outcome<()> {
        for purpose in [KeyPurpose::Tokens, KeyPurpose::Passwords] {
            self.load(store, purpose, now).await?;
        }
        Ok(())
    }

    pub(crate) fn tokens(&self) -> Arc<TokenKeys> {
        Arc::clone(&self.tokens.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn passwords(&self) -> Arc<PasswordKeys> {
        Arc::clone(&self.passwords.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keyed hash of a code, bound to all that it is good for.
    pub(crate) fn code_mac(&self, key: &CodeKey, code: &Code) -> [u8; 32] {
        let identifier = key.address.identifier();
        let bound = [
            key.app.0.to_string(),
            key.purpose.as_str().to_owned(),
            identifier.kind().as_str().to_owned(),
            identifier.normal(),
            code.expose().to_owned(),
        ];
        tag(&self.codes, bound.join("\n").as_bytes())
    }

    /// The key of a counter or streak: it names nobody to those who see only the database.
    pub(crate) fn counter_key(&self, name: &str) -> [u8; 32] {
        tag(&self.counters, name.as_bytes())
    }

    /// Seals the code in a message that waits.
    pub(crate) fn seal_message(
        &self,
        app: AppId,
        id: &str,
        code: &Code,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, Fault> {
        self.messages
            .seal(&format!("{} {id}", app.0), code.expose().as_bytes(), entropy)
    }

    /// The code in a message that waits; none when the bytes are not what was sealed.
    pub(crate) fn open_message(&self, app: AppId, id: &str, sealed: &[u8]) -> Option<Code> {
        let bytes = Zeroizing::new(self.messages.open(&format!("{} {id}", app.0), sealed)?);
        Code::parse(std::str::from_utf8(&bytes).ok()?).ok()
    }

    /// The keyed hash of what a call of the admin API asked for, which may be to set a password.
    pub(crate) fn call_mac(&self, owner: &str, key: &IdempotencyKey, request: &[u8]) -> [u8; 32] {
        let bound = [owner.as_bytes(), key.as_str().as_bytes(), request];
        tag(&self.calls, &bound.join(b"\n".as_slice()))
    }

    /// Seals what a call of the admin API was answered, which may be a secret that is shown once.
    pub(crate) fn seal_answer(
        &self,
        owner: &str,
        key: &IdempotencyKey,
        answer: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, Fault> {
        self.answers.seal(&format!("{owner} {}", key.as_str()), answer, entropy)
    }

    /// What a call was answered.
    pub(crate) fn open_answer(&self, owner: &str, key: &IdempotencyKey, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        let opened = self.answers.open(&format!("{owner} {}", key.as_str()), sealed);
        opened.ok_or_else(|| Fault::new("an answer in the table repeated_calls is not what was sealed"))
    }

    /// Seals a password hash for one account: four bytes that number the key, then nonce, cipher text and tag.
    pub(crate) fn seal_hash(
        &self,
        app: AppId,
        account: AccountId,
        hash: &str,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, Fault> {
        let keys = self.passwords();
        let (id, key) = keys
            .first()
            .ok_or_else(|| Fault::new("there is no key for password hashes"))?;
        let sealed = key.seal(&hash_context(app, account), hash.as_bytes(), entropy)?;
        Ok([id.to_be_bytes().as_slice(), &sealed].concat())
    }

    /// The password hash of an account; none when the bytes are not what was sealed for it.
    pub(crate) fn open_hash(&self, app: AppId, account: AccountId, sealed: &[u8]) -> Option<String> {
        let (id, sealed) = sealed.split_first_chunk::<4>()?;
        let keys = self.passwords();
        let (_, key) = keys.iter().find(|(own, _)| own.to_be_bytes() == *id)?;
        String::from_utf8(key.open(&hash_context(app, account), sealed)?).ok()
    }

    /// Whether a sealed hash is sealed by the key that seals now.
    pub(crate) fn is_current_seal(&self, sealed: &[u8]) -> bool {
        self.passwords()
            .first()
            .is_some_and(|(id, _)| sealed.starts_with(&id.to_be_bytes()))
    }
}

fn hash_context(app: AppId, account: AccountId) -> String {
    format!("password {} {}", app.0, account.0)
}

fn number(id: i64) -> Result<u32, Fault> {
    u32::try_from(id).map_err(|_| Fault::new("table keys holds a bad id"))
}

/// Seals bytes together with a context, which has to be the same on opening (AES-256-GCM, random nonces).
struct SealKey(LessSafeKey);

impl SealKey {
    fn new(bytes: &[u8]) -> Result<Self, Fault> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| Fault::new("a key has a wrong length"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    fn seal(&self, context: &str, plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, Fault> {
        let nonce: [u8; NONCE_LEN] = draw::bytes(entropy);
        let mut sealed = plain.to_vec();
        let done = self.0.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context.as_bytes()),
            &mut sealed,
        );
        done.map_err(|_| Fault::new("sealing failed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = sealed.to_vec();
        let plain = self.0.open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(context.as_bytes()),
            &mut bytes,
        );
        let length = plain.ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

/// What the database keeps of a session's secret. The secret is random, so that a plain digest is enough.
pub(crate) fn session_digest(secret: &SessionSecret) -> [u8; 32] {
    sha256(secret.expose())
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digested = [0; 32];
    digested.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    digested
}

/// Whether two byte strings are the same, in a time that depends on their lengths only.
pub(crate) fn are_equal(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

impl Accounts {
    /// The keys that sign and check tokens.
    pub fn token_keys(&self) -> Arc<TokenKeys> {
        self.parts.keys.tokens()
    }

    /// Takes up the keys that other nodes have made. Whoever serves has to do so well within [`KEY_TAKEN_UP`], over and over:
    /// after that they meet tokens and hashes that they do not know.
    ///
    /// # Errors
    /// `Overloaded`, and faults; the keys that were known stay.
    pub async fn take_up_keys(&self) -> Outcome<()> {
        self.parts.keys.reload(self.store(), self.now()).await
    }

    /// Makes a new key of a purpose; older ones go on serving for what they signed or sealed. Where several nodes share the
    /// database it comes into use after [`KEY_TAKEN_UP`], when all of them know it.
    ///
    /// # Errors
    /// Faults only.
    pub async fn rotate_key(&self, purpose: KeyPurpose) -> Outcome<()> {
        let keys = &self.parts.keys;
        if keys.add(self.store(), purpose, self.entropy(), self.now()).await? {
            Ok(())
        } else {
            Err(SqlError::Conflict.into())
        }
    }
}

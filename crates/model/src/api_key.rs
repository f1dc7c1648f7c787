//! Keys of the admin API: by them scripts act for the account that made them.

use zeroize::Zeroizing;

use crate::limits::API_KEY_NAME_CHARACTERS;
use crate::{AccountId, AppId, Entropy, Timestamp, draw};

/// What names a key: twelve lower-case letters and digits, which are no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiKeyId(String);

/// What proves that the bearer was given the key. It has no printable form but the one that is shown once.
#[derive(Clone)]
pub struct ApiKeySecret(Zeroizing<String>);

/// A key as scripts present it: `yk_ID_SECRET`.
#[derive(Clone)]
pub struct ApiKeyText {
    /// Which key.
    pub id: ApiKeyId,
    /// Its secret.
    pub secret: ApiKeySecret,
}

/// What its holder calls a key: 1 to 64 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyName(String);

/// The text is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key of the admin API, its name or its scopes")]
pub struct ApiKeyError;

/// What every key begins with, so that one that got lost is known for what it is.
const PREFIX: &str = "yk_";
const ID_LENGTH: usize = 12;
const SECRET_LENGTH: usize = 40;

impl ApiKeyId {
    /// Draws a new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(draw::text(entropy, draw::ALPHANUMERIC, ID_LENGTH))
    }

    /// Reads an id.
    ///
    /// # Errors
    /// [`ApiKeyError`] when it is not twelve lower-case letters and digits.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        draw::is_drawn_alphanumeric(text, ID_LENGTH)
            .then(|| Self(text.to_owned()))
            .ok_or(ApiKeyError)
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ApiKeySecret {
    /// The secret, for the one time it is shown and for its digest; nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl ApiKeyText {
    /// Draws a new key, its secret of 206 bits.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self {
            id: ApiKeyId::draw(entropy),
            secret: ApiKeySecret(Zeroizing::new(draw::text(entropy, draw::ALPHANUMERIC, SECRET_LENGTH))),
        }
    }

    /// Reads a key as it is presented.
    ///
    /// # Errors
    /// [`ApiKeyError`] for what is no key of ours.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let (id, secret) = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('_'))
            .ok_or(ApiKeyError)?;
        if !draw::is_drawn_alphanumeric(secret, SECRET_LENGTH) {
            return Err(ApiKeyError);
        }
        Ok(Self {
            id: ApiKeyId::parse(id)?,
            secret: ApiKeySecret(Zeroizing::new(secret.to_owned())),
        })
    }

    /// The whole key, for the one time it is shown.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}_{}", self.id.as_str(), self.secret.expose()))
    }
}

impl ApiKeyName {
    /// Reads a name; white space around it does not count.
    ///
    /// # Errors
    /// [`ApiKeyError`] when nothing is left, or more than 64 characters, or a control character is in it.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let name = text.trim();
        let fits =
            !name.is_empty() && name.chars().count() <= API_KEY_NAME_CHARACTERS && !name.chars().any(char::is_control);
        fits.then(|| Self(name.to_owned())).ok_or(ApiKeyError)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a key opens, and never more than its holder's role does.
///
/// What pages ask the password for again has a scope of its own, since a script cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApiScope {
    /// Looking at accounts, their addresses masked.
    ReadAccounts,
    /// Making accounts, changing and disabling them, ending their sessions.
    WriteAccounts,
    /// Other phone numbers and e-mail addresses for accounts: whoever receives there can take them over.
    ChangeAddresses,
    /// Addresses and settings of people, whole: by reveals and exports.
    Reveal,
    /// Roles and permissions.
    GrantRoles,
    /// Ending accounts for good.
    DeleteAccounts,
    /// The outbox: looking on, sending again.
    Messages,
    /// Apps: looking on, making, changing.
    Apps,
    /// The secrets of apps: rotating them, voiding the one before.
    AppSecrets,
    /// Reading the audit log.
    Audit,
    /// The keys themselves: looking on, revoking.
    Keys,
    /// What concerns the whole server: figures, health, settings.
    Server,
}

impl ApiScope {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::ReadAccounts,
        Self::WriteAccounts,
        Self::ChangeAddresses,
        Self::Reveal,
        Self::GrantRoles,
        Self::DeleteAccounts,
        Self::Messages,
        Self::Apps,
        Self::AppSecrets,
        Self::Audit,
        Self::Keys,
        Self::Server,
    ];

    /// The scope's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadAccounts => "accounts.read",
            Self::WriteAccounts => "accounts.write",
            Self::ChangeAddresses => "accounts.addresses",
            Self::Reveal => "reveal",
            Self::GrantRoles => "accounts.grant",
            Self::DeleteAccounts => "accounts.delete",
            Self::Messages => "messages",
            Self::Apps => "apps",
            Self::AppSecrets => "apps.secrets",
            Self::Audit => "audit",
            Self::Keys => "keys",
            Self::Server => "server",
        }
    }

    /// The scope of this name.
    ///
    /// # Errors
    /// [`ApiKeyError`] for any other text.
    pub fn parse(name: &str) -> Result<Self, ApiKeyError> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == name)
            .ok_or(ApiKeyError)
    }
}

/// The scopes of a key: at least one, each once, in the order of [`ApiScope::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiScopes(Vec<ApiScope>);

impl ApiScopes {
    /// These scopes.
    ///
    /// # Errors
    /// [`ApiKeyError`] for none.
    pub fn new(scopes: impl IntoIterator<Item = ApiScope>) -> Result<Self, ApiKeyError> {
        let mut scopes: Vec<_> = scopes.into_iter().collect();
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            return Err(ApiKeyError);
        }
        Ok(Self(scopes))
    }

    /// Reads names with spaces between them.
    ///
    /// # Errors
    /// [`ApiKeyError`] for none, or one that there is not.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let scopes: Result<Vec<_>, _> = text.split(' ').map(ApiScope::parse).collect();
        Self::new(scopes?)
    }

    /// Whether `scope` is one of them.
    pub fn have(&self, scope: ApiScope) -> bool {
        self.0.contains(&scope)
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = ApiScope> {
        self.0.iter().copied()
    }

    /// Their names with spaces between them.
    pub fn names(&self) -> String {
        let names: Vec<_> = self.0.iter().map(|scope| scope.as_str()).collect();
        names.join(" ")
    }
}

/// A key as it is kept, its secret aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// What names it.
    pub id: ApiKeyId,
    /// The app of its holder.
    pub app: AppId,
    /// Whose it is: for this account it acts.
    pub account: AccountId,
    /// What its holder calls it.
    pub name: ApiKeyName,
    /// What it opens.
    pub scopes: ApiScopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When it was revoked, or ended with its holder.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within `limits::API_KEY_USE_NOTED`.
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it still opens anything.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let text = format!("yk_abcdefghij12_{}", "s".repeat(40));
        let key = ApiKeyText::parse(&text).ok().unwrap();
        assert_eq!(key.id.as_str(), "abcdefghij12");
        assert_eq!(key.expose().as_str(), text);
        for text in [
            "",
            "yk_",
            "yk__",
            text.trim_start_matches('y'),
            &text.replacen('s', "", 1),
            &format!("{text}s"),
            &text.to_uppercase(),
            &text.replace('j', "张"),
        ] {
            assert!(ApiKeyText::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn scopes_are_a_set() {
        let scopes = ApiScopes::parse("audit accounts.read audit").unwrap();
        assert_eq!(scopes.names(), "accounts.read audit");
        assert!(scopes.have(ApiScope::Audit) && !scopes.have(ApiScope::Apps));
        for text in ["", "audit  apps", "everything"] {
            assert!(ApiScopes::parse(text).is_err(), "{text:?}");
        }
        assert!(ApiScopes::new([]).is_err());
    }
}

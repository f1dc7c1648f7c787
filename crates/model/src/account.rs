//! Accounts: whom all of this is about.

use crate::{AppId, Email, Entropy, Identifier, Phone, Profile, Role, Timestamp, Username, draw};

/// An account's number, unique over all apps; grows from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(pub i64);

impl AccountId {
    /// No account has it: what is asked about nobody is asked about this one.
    pub const NOBODY: Self = Self(0);
}

/// The sixteen random lower-case letters by which `api_cloud_user` knows an account. Given once, never changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicId(String);

/// The text is not sixteen lower-case letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public id")]
pub struct PublicIdError;

impl PublicId {
    const LENGTH: usize = 16;

    /// Draws a new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(draw::text(entropy, draw::LETTERS, Self::LENGTH))
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`PublicIdError`] when it is not sixteen lower-case letters.
    pub fn parse(text: &str) -> Result<Self, PublicIdError> {
        let fits = text.len() == Self::LENGTH && text.bytes().all(|byte| byte.is_ascii_lowercase());
        fits.then(|| Self(text.to_owned())).ok_or(PublicIdError)
    }

    /// The letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An identifier that can be proven, and when it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held<T> {
    /// The identifier.
    pub value: T,
    /// When a code that was sent there came back; `None` for a claim that nobody proved yet.
    pub proven_at: Option<Timestamp>,
}

/// An account with everything that one row holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// The app that owns it.
    pub app: AppId,
    /// Its sixteen letters.
    pub public_id: PublicId,
    /// Its username, where it has one.
    pub username: Option<Username>,
    /// Its phone number, where it has one.
    pub phone: Option<Held<Phone>>,
    /// Its e-mail address, where it has one.
    pub email: Option<Held<Email>>,
    /// What it may do to others.
    pub role: Role,
    /// What it says of itself.
    pub profile: Profile,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was first proven that a person stands behind it.
    pub verified_at: Option<Timestamp>,
    /// When it last signed in; registration by `user` counts.
    pub last_sign_in_at: Option<Timestamp>,
    /// How often it signed in; registration by `user` counts.
    pub sign_in_count: i64,
    /// When operators disabled it.
    pub disabled_at: Option<Timestamp>,
    /// When it ends because its holder asked for that; a sign-in before takes it back.
    pub closing_at: Option<Timestamp>,
    /// Names of permissions granted beyond its role.
    pub permissions: Vec<String>,
    /// The `user` wire's settings: the text of a JSON object, or `None` for the default.
    pub preferences: Option<String>,
    /// Grows whenever credentials change; sessions begun under a smaller one are over.
    pub epoch: i64,
}

impl Account {
    /// Whether it is in use: neither disabled by operators nor about to end.
    pub fn is_active(&self) -> bool {
        self.disabled_at.is_none() && self.closing_at.is_none()
    }

    /// The identifiers that it has, each with the instant at which it was proven; a username never is.
    pub fn identifiers(&self) -> impl Iterator<Item = (Identifier, Option<Timestamp>)> {
        let phone = self.phone.clone();
        let email = self.email.clone();
        let username = self.username.clone();
        let held = [
            phone.map(|held| (Identifier::Phone(held.value), held.proven_at)),
            email.map(|held| (Identifier::Email(held.value), held.proven_at)),
            username.map(|username| (Identifier::Username(username), None)),
        ];
        held.into_iter().flatten()
    }
}

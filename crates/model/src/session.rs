//! Sessions and the secret that stands for one.

use zeroize::Zeroizing;

use crate::{AccountId, Entropy, PublicId, Timestamp, draw};

/// Thirty-two random bytes that only the session's holder has; the database keeps their digest.
#[derive(Clone)]
pub struct SessionSecret(Zeroizing<[u8; 32]>);

impl SessionSecret {
    /// Draws a new secret.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(draw::bytes(entropy)))
    }

    /// The secret with these bytes, as a token carries them.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the token and the digest; nowhere else.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenUse {
    /// Every call, as long as the session lives.
    Session,
    /// Every call, for five minutes (`api_v1`'s `access_token`).
    Access,
    /// Getting a new access token (`api_v1`'s `refresh_token`).
    Refresh,
}

/// What a well-signed token says. Whether the session still lives is for the database to say.
#[derive(Clone)]
pub struct SessionToken {
    /// Whose session it is.
    pub account: AccountId,
    /// The account's sixteen letters.
    pub public_id: PublicId,
    /// What proves that the bearer was given the session.
    pub secret: SessionSecret,
    /// What the token is good for.
    pub token_use: TokenUse,
    /// When the token ends; the session may end before.
    pub expires_at: Timestamp,
}

/// Where a session may be used: one of a wire opens no page, and the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionScope {
    /// On the three wires, by token.
    Wire,
    /// In the operators' console, by cookie.
    Console,
    /// On a person's own account page, by cookie.
    AccountPage,
}

/// The text is no scope of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a scope of sessions")]
pub struct SessionScopeError;

impl SessionScope {
    /// The scope's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Console => "console",
            Self::AccountPage => "account",
        }
    }

    /// The scope of this name.
    ///
    /// # Errors
    /// [`SessionScopeError`] for any other text.
    pub fn parse(name: &str) -> Result<Self, SessionScopeError> {
        [Self::Wire, Self::Console, Self::AccountPage]
            .into_iter()
            .find(|scope| scope.as_str() == name)
            .ok_or(SessionScopeError)
    }
}

/// What a sign-in begins: how long the session lives, which is the wire's to say, and where it may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// Seven days: `api_cloud_user` and `user`.
    Week,
    /// Fourteen days, with access tokens of five minutes beside it: `api_v1`.
    Fortnight,
    /// Twelve hours at most, and none of them idle: the console.
    Console,
    /// The same for the account page.
    AccountPage,
}

impl SessionKind {
    /// How long such a session lives.
    pub const fn life(self) -> std::time::Duration {
        match self {
            Self::Week => crate::limits::SESSION_LIFE,
            Self::Fortnight => crate::limits::LONG_SESSION_LIFE,
            Self::Console | Self::AccountPage => crate::limits::PAGE_SESSION_LIFE,
        }
    }

    /// Where such a session may be used.
    pub const fn scope(self) -> SessionScope {
        match self {
            Self::Week | Self::Fortnight => SessionScope::Wire,
            Self::Console => SessionScope::Console,
            Self::AccountPage => SessionScope::AccountPage,
        }
    }
}

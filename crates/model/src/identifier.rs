//! What an account is found by.

use std::fmt;

use crate::{Email, Phone, Username};

/// One of the names that an account is found by, unique within its app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identifier {
    /// A phone number.
    Phone(Phone),
    /// An e-mail address.
    Email(Email),
    /// A username.
    Username(Username),
}

/// The kinds of identifier. The sixteen letters that `api_cloud_user` shows are one of them: given, never chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IdentifierKind {
    /// See [`Phone`].
    Phone,
    /// See [`Email`].
    Email,
    /// See [`Username`].
    Username,
    /// See [`PublicId`](crate::PublicId).
    PublicId,
}

impl IdentifierKind {
    /// The kind's name in the database, in commands and in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Username => "username",
            Self::PublicId => "public_id",
        }
    }
}

/// The text is not a phone number, an e-mail address or a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number, an e-mail address or a username")]
pub struct IdentifierError;

impl Identifier {
    /// Reads an identifier of any kind: with an `@` it is an e-mail address, in the form of a phone number it is one,
    /// and else it is a username.
    ///
    /// # Errors
    /// [`IdentifierError`] when it is none of the three.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        if text.contains('@') {
            return Email::parse(text).map(Self::Email).map_err(|_| IdentifierError);
        }
        if let Ok(phone) = Phone::parse(text) {
            return Ok(Self::Phone(phone));
        }
        Username::parse(text).map(Self::Username).map_err(|_| IdentifierError)
    }

    /// Which kind it is.
    pub const fn kind(&self) -> IdentifierKind {
        match self {
            Self::Phone(_) => IdentifierKind::Phone,
            Self::Email(_) => IdentifierKind::Email,
            Self::Username(_) => IdentifierKind::Username,
        }
    }

    /// The one form by which it is written, looked up, counted and bound to codes.
    pub fn normal(&self) -> String {
        match self {
            Self::Phone(phone) => phone.as_e164().to_owned(),
            Self::Email(email) => email.normal(),
            Self::Username(username) => username.normal().to_owned(),
        }
    }

    /// The form for logs and audit: enough to recognise, not enough to use.
    pub fn masked(&self) -> String {
        match self {
            Self::Phone(phone) => phone.masked(),
            Self::Email(email) => email.masked(),
            Self::Username(username) => username.as_str().to_owned(),
        }
    }
}

/// Where a one-time code can be sent: the identifiers that somebody can prove to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// By SMS.
    Phone(Phone),
    /// By e-mail.
    Email(Email),
}

impl Address {
    /// The address as an identifier.
    pub fn identifier(&self) -> Identifier {
        match self {
            Self::Phone(phone) => Identifier::Phone(phone.clone()),
            Self::Email(email) => Identifier::Email(email.clone()),
        }
    }

    /// What a channel sends to.
    pub fn recipient(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_e164(),
            Self::Email(email) => email.address(),
        }
    }
}

impl fmt::Display for IdentifierKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_tells_the_kind() {
        assert_eq!(Identifier::parse("13800138009").unwrap().kind(), IdentifierKind::Phone);
        assert_eq!(Identifier::parse("a@b.cn").unwrap().kind(), IdentifierKind::Email);
        assert_eq!(Identifier::parse("1380013").unwrap().kind(), IdentifierKind::Username);
        assert!(Identifier::parse("a@b").is_err());
    }
}

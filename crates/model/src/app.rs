//! Apps: the tenants that own accounts.

use zeroize::Zeroizing;

use crate::limits::{APP_NAME_CHARACTERS, HOST_NAME_BYTES};
use crate::{Entropy, draw};

/// An app's row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppId(pub i64);

/// The `app_id` that clients send: sixteen lower-case letters and digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AppKey(String);

/// The `app_secret` that clients send. It has no printable form but the one that is shown once.
pub struct AppSecret(Zeroizing<String>);

/// What operators call an app: 1 to 64 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppName(String);

/// The text is not what it should be: empty, too long, or with characters that do not belong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an app's id, secret or name")]
pub struct AppTextError;

const KEY_LENGTH: usize = 16;
const SECRET_LENGTH: usize = 40;

impl AppKey {
    /// Draws a new one.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(draw::text(entropy, draw::ALPHANUMERIC, KEY_LENGTH))
    }

    /// Reads an `app_id`.
    ///
    /// # Errors
    /// [`AppTextError`] when it is not sixteen lower-case letters and digits.
    pub fn parse(text: &str) -> Result<Self, AppTextError> {
        is_drawn_from_alphanumeric(text, KEY_LENGTH)
            .then(|| Self(text.to_owned()))
            .ok_or(AppTextError)
    }

    /// The id as clients send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl AppSecret {
    /// Draws a new one, of 206 bits.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(draw::text(entropy, draw::ALPHANUMERIC, SECRET_LENGTH)))
    }

    /// Reads an `app_secret`.
    ///
    /// # Errors
    /// [`AppTextError`] when it is not forty lower-case letters and digits.
    pub fn parse(text: &str) -> Result<Self, AppTextError> {
        is_drawn_from_alphanumeric(text, SECRET_LENGTH)
            .then(|| Self(Zeroizing::new(text.to_owned())))
            .ok_or(AppTextError)
    }

    /// The secret, for the one time it is shown and for its digest; nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl AppName {
    /// Reads a name; white space around it does not count.
    ///
    /// # Errors
    /// [`AppTextError`] when nothing is left, or more than 64 characters, or a control character is in it.
    pub fn parse(text: &str) -> Result<Self, AppTextError> {
        let name = text.trim();
        let fits =
            !name.is_empty() && name.chars().count() <= APP_NAME_CHARACTERS && !name.chars().any(char::is_control);
        fits.then(|| Self(name.to_owned())).ok_or(AppTextError)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_drawn_from_alphanumeric(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| draw::ALPHANUMERIC.contains(&byte))
}

/// A host name by which requests find their app, in lower case and without a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostName(String);

impl HostName {
    /// Reads a host as a `Host` header or an operator gives it; a port after it does not count.
    ///
    /// # Errors
    /// [`AppTextError`] when it is empty, longer than 253 bytes, or no host name or address.
    pub fn parse(text: &str) -> Result<Self, AppTextError> {
        let without_port = match text.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            Some(_) | None => text,
        };
        let host = without_port.trim_end_matches('.').to_ascii_lowercase();
        let belongs =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
        if host.is_empty() || host.len() > HOST_NAME_BYTES || !host.bytes().all(belongs) {
            return Err(AppTextError);
        }
        Ok(Self(host))
    }

    /// The host name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An app as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its row number.
    pub id: AppId,
    /// The `app_id` that clients send.
    pub key: AppKey,
    /// What operators call it.
    pub name: AppName,
    /// Whether it is the one that requests without an `app_id` or a mapped host belong to.
    pub is_default: bool,
    /// Requests a second that `api_cloud_user` takes for it; none for no bound.
    pub requests_per_second: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_does_not_make_another_host() {
        assert_eq!(
            HostName::parse("App.Example.com:8080").unwrap().as_str(),
            "app.example.com"
        );
        assert_eq!(HostName::parse("[::1]:9000").unwrap().as_str(), "[::1]");
        assert!(HostName::parse("").is_err());
        assert!(HostName::parse("a b").is_err());
    }
}

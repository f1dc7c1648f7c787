//! Apps: the tenants that own accounts.

use zeroize::Zeroizing;

use crate::limits::{APP_NAME_CHARACTERS, HOST_NAME_BYTES};
use crate::{Entropy, Timestamp, draw};

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
        draw::is_drawn_alphanumeric(text, KEY_LENGTH)
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
        draw::is_drawn_alphanumeric(text, SECRET_LENGTH)
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

/// One of the three wires, as an app opens or closes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireName {
    /// `/api/cloud_user/`
    ApiCloudUser,
    /// `/api/v1/`
    ApiV1,
    /// `/user/`
    User,
}

impl WireName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ApiCloudUser, Self::ApiV1, Self::User];

    /// The wire's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApiCloudUser => "api_cloud_user",
            Self::ApiV1 => "api_v1",
            Self::User => "user",
        }
    }
}

/// The wires on which an app takes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenWires {
    /// Whether `api_cloud_user` is open.
    pub api_cloud_user: bool,
    /// Whether `api_v1` is open.
    pub api_v1: bool,
    /// Whether `user` is open.
    pub user: bool,
}

impl OpenWires {
    /// All of them, as a new app has it.
    pub const ALL: Self = Self {
        api_cloud_user: true,
        api_v1: true,
        user: true,
    };

    /// Those of which `is_open` is true.
    pub fn of(is_open: impl Fn(WireName) -> bool) -> Self {
        Self {
            api_cloud_user: is_open(WireName::ApiCloudUser),
            api_v1: is_open(WireName::ApiV1),
            user: is_open(WireName::User),
        }
    }

    /// Whether this wire is open.
    pub const fn has(self, wire: WireName) -> bool {
        match wire {
            WireName::ApiCloudUser => self.api_cloud_user,
            WireName::ApiV1 => self.api_v1,
            WireName::User => self.user,
        }
    }

    /// The names of those that are open, with spaces between them; `none` for none.
    pub fn names(self) -> String {
        let open = WireName::ALL.into_iter().filter(|wire| self.has(*wire));
        let names: Vec<_> = open.map(WireName::as_str).collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(" ")
        }
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
    /// The wires on which it takes calls.
    pub wires: OpenWires,
    /// Until when the secret before the last one stays good; may have passed.
    pub previous_secret_until: Option<Timestamp>,
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

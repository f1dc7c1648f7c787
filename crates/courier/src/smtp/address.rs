//! The mail server's address, as [`SmtpChannel::new`](crate::SmtpChannel::new) documents it.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::SetupError;

/// Where the mail server is and how to talk to it.
pub(super) struct ServerAddress {
    /// A name or an address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) login: Option<Login>,
}

/// When the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    Plain,
    StartTls,
    Wrapped,
}

pub(super) struct Login {
    pub(super) user: String,
    pub(super) password: String,
}

impl ServerAddress {
    pub(super) fn parse(text: &str) -> Result<Self, SetupError> {
        let url = Url::parse(text).map_err(|_| SetupError::SmtpUrl("not a URL"))?;
        let host = url.host_str().unwrap_or_default();
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        if host.is_empty() {
            return Err(SetupError::SmtpUrl("the host is missing"));
        }
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SetupError::SmtpUrl("nothing but ?tls= may follow the host and port"));
        }
        let security = security(&url, host)?;
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(match security {
                Security::Plain => 25,
                Security::StartTls => 587,
                Security::Wrapped => 465,
            }),
            security,
            login: login(&url)?,
        })
    }
}

fn security(url: &Url, host: &str) -> Result<Security, SetupError> {
    match (url.scheme(), url.query()) {
        ("smtps", None | Some("tls=required")) => Ok(Security::Wrapped),
        ("smtps", Some(_)) => Err(SetupError::SmtpUrl("smtps:// is always encrypted; leave ?tls= away")),
        ("smtp", Some("tls=none")) => Ok(Security::Plain),
        ("smtp", Some("tls=starttls" | "tls=required")) => Ok(Security::StartTls),
        ("smtp", Some(_)) => Err(SetupError::SmtpUrl("write ?tls=none, ?tls=starttls or ?tls=required")),
        ("smtp", None) if is_loopback(host) => Ok(Security::Plain),
        ("smtp", None) => Ok(Security::StartTls),
        _ => Err(SetupError::SmtpUrl("it has to begin with smtp:// or smtps://")),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn login(url: &Url) -> Result<Option<Login>, SetupError> {
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(SetupError::SmtpUrl("a password without a user")),
        (_, None) => Err(SetupError::SmtpUrl("a user without a password")),
        (user, Some(password)) => Ok(Some(Login {
            user: decoded(user)?,
            password: decoded(password)?,
        })),
    }
}

fn decoded(text: &str) -> Result<String, SetupError> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) if !text.contains(char::is_control) => Ok(text.into_owned()),
        _ => Err(SetupError::SmtpUrl(
            "the user or password is not UTF-8, or has control characters",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, u16, Security) {
        let address = ServerAddress::parse(text).map_err(|error| error.to_string()).unwrap();
        (address.host, address.port, address.security)
    }

    #[test]
    fn a_server_elsewhere_is_never_talked_to_in_the_clear_unless_asked_for() {
        assert_eq!(
            parsed("smtp://mail.example.org"),
            ("mail.example.org".into(), 587, Security::StartTls)
        );
        assert_eq!(
            parsed("smtp://10.0.0.1:2525"),
            ("10.0.0.1".into(), 2525, Security::StartTls)
        );
        assert_eq!(
            parsed("smtp://mail.example.org?tls=none"),
            ("mail.example.org".into(), 25, Security::Plain)
        );
        assert_eq!(
            parsed("smtps://mail.example.org/"),
            ("mail.example.org".into(), 465, Security::Wrapped)
        );
        assert_eq!(parsed("smtps://h.example?tls=required").2, Security::Wrapped);
    }

    #[test]
    fn loopback_is_plain_unless_asked_for() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]"] {
            assert_eq!(parsed(&format!("smtp://{host}")).2, Security::Plain, "{host}");
        }
        assert_eq!(parsed("smtp://[::1]:2525"), ("::1".into(), 2525, Security::Plain));
        assert_eq!(
            parsed("smtp://localhost?tls=starttls"),
            ("localhost".into(), 587, Security::StartTls)
        );
        assert_eq!(parsed("smtp://localhost?tls=required").2, Security::StartTls);
        assert_eq!(parsed("smtp://localhost.example.org").2, Security::StartTls);
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        let address = ServerAddress::parse("smtps://me%40example.org:p%3Aa%2Fs%25s%40%E5%AF%86@mail.example.org");
        let login = address.map_err(|error| error.to_string()).unwrap().login.unwrap();
        assert_eq!(
            (login.user.as_str(), login.password.as_str()),
            ("me@example.org", "p:a/s%s@密")
        );
    }

    #[test]
    fn anything_else_is_refused_without_repeating_it() {
        for text in [
            "",
            "mail.example.org",
            "mail.example.org:25",
            "http://mail.example.org",
            "smtp://",
            "smtp:mail.example.org",
            "smtp://h.example/path",
            "smtp://h.example#x",
            "smtp://h.example?tls=",
            "smtp://h.example?tls=opportunistic",
            "smtp://h.example?tls=none&tls=required",
            "smtp://h.example?ssl=1",
            "smtps://h.example?tls=none",
            "smtp://user@h.example",
            "smtp://:hunter2@h.example",
            "smtp://user:hunter2%0d%0a@h.example",
            "smtp://user:hunter2%ff@h.example",
            "smtp://user:hunter2@h.example:70000",
        ] {
            let Err(error) = ServerAddress::parse(text) else {
                panic!("accepted {text}")
            };
            assert!(matches!(error, SetupError::SmtpUrl(_)), "{text}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}

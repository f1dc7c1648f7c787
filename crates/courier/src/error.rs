//! Why a message was not taken, and why a channel could not be set up.

use std::fmt;

/// Why a message was not taken, in a short line for the operator (Chinese, then English).
///
/// Made of fixed words, status codes and the operating system's words only: whatever a server said stays out, because
/// it may repeat the message and with it the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Worth another try.
    #[error("{0}")]
    Temporary(Reason),
    /// No try will ever succeed.
    #[error("{0}")]
    Permanent(Reason),
}

impl SendError {
    pub(crate) fn temporary(text: impl Into<String>) -> Self {
        Self::Temporary(Reason::new(text))
    }

    pub(crate) fn permanent(text: impl Into<String>) -> Self {
        Self::Permanent(Reason::new(text))
    }

    /// For a message that does not fit its own form; `_cause` stays unsaid, as it may quote the message.
    pub(crate) fn unwritable<E>(_cause: E) -> Self {
        Self::permanent("消息无法生成 / the message cannot be written")
    }
}

/// A channel's settings do not do. Never repeats the setting: it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The address of the mail server.
    #[error("SMTP 地址有误 / bad SMTP URL: {0}")]
    SmtpUrl(&'static str),
    /// The sender of the mails.
    #[error("发件人有误 / bad From address: write name@example.org or Name <name@example.org>")]
    From,
    /// The address of the webhook.
    #[error("webhook 地址有误 / bad webhook URL: {0}")]
    WebhookUrl(&'static str),
    /// The key of the webhook's signature.
    #[error("webhook 密钥为空 / the webhook secret is empty")]
    WebhookSecret,
    /// The client could not be made ready for TLS.
    #[error("TLS 无法启用 / TLS cannot be set up: {0}")]
    Tls(String),
}

//! Mail.

mod address;
mod letter;

use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use yaopai_model::limits::{DELIVERY_DEADLINE, IDLE_CHANNEL_CONNECTIONS};

use crate::{Message, SendError, SetupError};
use address::{Security, ServerAddress};

/// How long an idle connection may take to show that it still works before a new one is made.
const REUSE_DEADLINE: Duration = Duration::from_millis(500);

/// Sends mails, each with a plain and an HTML part, through one mail server.
///
/// Certificates are checked against Mozilla's roots, which are compiled in.
pub struct SmtpChannel {
    host: String,
    port: u16,
    security: TlsMode,
    credentials: Option<Credentials>,
    hello: ClientId,
    sender: Mailbox,
    // Not lettre's own pool: that takes back a connection on which an attempt was given up half-way, and the next mail
    // would read the answers meant for the one before.
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

enum TlsMode {
    Plain,
    StartTls(TlsParameters),
    Wrapped(TlsParameters),
}

impl SmtpChannel {
    /// A channel through the server at `url`, with mails from `from` (`name@example.org` or `Name <name@example.org>`).
    ///
    /// ```text
    /// url  = ("smtp" | "smtps") "://" [user ":" password "@"] host [":" port] ["?tls=" mode]
    /// mode = "none" | "starttls" | "required"
    /// ```
    ///
    /// `user` and `password` are percent-encoded (RFC 3986, section 2.1): `@` is `%40`, `:` is `%3A`, `/` is `%2F`,
    /// `%` is `%25`. They are given both or not at all. An IPv6 host stands in square brackets.
    ///
    /// | | connection | default port |
    /// |---|---|---|
    /// | `smtps://` | TLS from the first byte (RFC 8314) | 465 |
    /// | `smtp://`, `tls=starttls` or `tls=required` | upgraded by STARTTLS (RFC 3207) before login and mail, or given up | 587 |
    /// | `smtp://`, `tls=none` | never encrypted | 25 |
    /// | `smtp://` to `localhost` or a loopback address | as `tls=none` | 25 |
    /// | `smtp://` to any other host | as `tls=required` | 587 |
    ///
    /// With `smtps://` the only mode that may be said is `required`.
    ///
    /// # Errors
    /// [`SetupError::SmtpUrl`], [`SetupError::From`], [`SetupError::Tls`] when the host cannot be the name in a
    /// certificate.
    pub fn new(url: &str, from: &str) -> Result<Self, SetupError> {
        Self::trusting(url, from, None)
    }

    /// As [`SmtpChannel::new`], trusting one certificate more.
    fn trusting(url: &str, from: &str, root: Option<Certificate>) -> Result<Self, SetupError> {
        let ServerAddress {
            host,
            port,
            security,
            login,
        } = ServerAddress::parse(url)?;
        let security = match security {
            Security::Plain => TlsMode::Plain,
            Security::StartTls => TlsMode::StartTls(tls_parameters(&host, root)?),
            Security::Wrapped => TlsMode::Wrapped(tls_parameters(&host, root)?),
        };
        Ok(Self {
            host,
            port,
            security,
            credentials: login.map(|login| Credentials::new(login.user, login.password)),
            hello: ClientId::default(),
            sender: letter::parse_sender(from).ok_or(SetupError::From)?,
            idle: Mutex::default(),
        })
    }

    pub(crate) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let letter = letter::write(message, &self.sender)?;
        let mut connection = match self.reusable().await {
            Some(connection) => connection,
            None => self.connect().await.map_err(|error| judge(&error))?,
        };
        // Whatever goes wrong from here on, the deadline included, drops the connection and so closes it.
        connection
            .send(letter.envelope(), &letter.formatted())
            .await
            .map_err(|error| judge(&error))?;
        let mut idle = self.idle();
        if idle.len() < IDLE_CHANNEL_CONNECTIONS {
            idle.push(connection);
        }
        Ok(())
    }

    async fn reusable(&self) -> Option<AsyncSmtpConnection> {
        // Each turn takes one away, so this ends.
        loop {
            let mut connection = self.idle().pop()?;
            if let Ok(true) = tokio::time::timeout(REUSE_DEADLINE, connection.test_connected()).await {
                return Some(connection);
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, smtp::Error> {
        let wrapped = match &self.security {
            TlsMode::Wrapped(tls) => Some(tls.clone()),
            TlsMode::Plain | TlsMode::StartTls(_) => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(DELIVERY_DEADLINE), &self.hello, wrapped, None).await?;
        if let TlsMode::StartTls(tls) = &self.security {
            connection.starttls(tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<AsyncSmtpConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tls_parameters(host: &str, root: Option<Certificate>) -> Result<TlsParameters, SetupError> {
    let mut builder = TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::WebpkiRoots);
    if let Some(root) = root {
        builder = builder.add_root_certificate(root);
    }
    builder.build().map_err(|error| SetupError::Tls(error.to_string()))
}

/// What a failure means (RFC 5321, section 4.2.1: 4yz may be tried again, 5yz may not). The server's own words stay
/// out, because a server may quote the mail or the login.
fn judge(error: &smtp::Error) -> SendError {
    if let Some(code) = error.status() {
        let reason = format!("邮件服务器拒绝，代码 {code} / the mail server refused, code {code}");
        return if error.is_permanent() {
            SendError::permanent(reason)
        } else {
            SendError::temporary(reason)
        };
    }
    if error.is_response() {
        return SendError::temporary("邮件服务器的应答无法理解 / the mail server's answer makes no sense");
    }
    let cause = error.source().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    if error.is_client() {
        // The server lacks something: STARTTLS, a login method, SMTPUTF8. It may be set right while the code lives.
        return SendError::temporary(format!(
            "邮件服务器不支持所需功能 / the mail server cannot do this: {cause}"
        ));
    }
    SendError::temporary(format!("邮件服务器连接失败 / cannot reach the mail server: {cause}"))
}

#[cfg(test)]
mod tests;

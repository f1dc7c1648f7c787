//! The address of a PostgreSQL database.

use std::net::IpAddr;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;
use yaopai_model::limits::SERVER_HOSTS;

use super::tls::{Trust, connector};

/// A `postgres://` address that has been understood. It holds a password, so it is never printed.
///
/// `postgres://[user[:password]@]host[:port][,host[:port]…]/database[?name=value[&…]]`, with the parameters of libpq that
/// tokio-postgres knows (`host`, `application_name`, `options`, `keepalives_idle` …), and with
///
/// - several hosts, at most `limits::SERVER_HOSTS`, one of which takes writes; `target_session_attrs` is `read-write` unless it is said to be `any`;
/// - `sslmode=disable`: never TLS; `prefer` (the default): TLS if the server has it; `require`: TLS or nothing. Neither of
///   the two asks who is at the other end, as in libpq, unless there is an `sslrootcert`: then its authorities must have
///   signed the server's certificate. `verify-ca`: they must have, for whatever name; `verify-full`: they must have signed
///   it for the very host;
/// - `sslrootcert=path`: the trusted authorities in PEM. Without it `verify-full` trusts the public ones, and `verify-ca` is
///   refused: they sign for everybody;
/// - `prepared_statements=off`: leaves no state on a connection between transactions, as PgBouncer needs it in transaction
///   mode. From its version 1.21 on only `options` and settings have to be left out, and it can keep prepared statements.
pub struct PostgresUrl {
    /// How to connect to each host.
    pub(crate) hosts: Vec<Config>,
    pub(crate) tls: MakeRustlsConnect,
    /// See [`PostgresUrl::is_guarded`].
    is_guarded: bool,
    /// Whether the connection itself may be given settings and prepared statements.
    pub(crate) keeps_state: bool,
}

/// Why an address cannot be used. It may hold a password, so nothing of it is repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It is no such address, or has a parameter that is not known.
    #[error(
        "write it as postgres://user:password@host:5432/database, parameters behind ?, with %-escapes where needed"
    )]
    Form,
    /// The value of a parameter is none that it can have.
    #[error("`{0}` cannot have this value")]
    Parameter(&'static str),
    /// The file of trusted authorities has none.
    #[error("{} has no certificates that can be read", .0.display())]
    Roots(PathBuf),
    /// A certificate for whatever name would be taken from authorities that sign for everybody.
    #[error("`sslmode=verify-ca` needs `sslrootcert`, or be `verify-full`: public authorities sign for everybody")]
    PublicRoots,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls,
}

/// The name by which the server knows this program.
const APPLICATION: &str = "yaopai";

impl PostgresUrl {
    /// Understands an address.
    ///
    /// # Errors
    /// See [`UrlError`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let own = Own::take_from(text)?;
        let trust = match (own.mode, &own.roots) {
            (Mode::VerifyFull, _) => Trust::Name,
            (Mode::VerifyCa, None) => return Err(UrlError::PublicRoots),
            (Mode::VerifyCa, Some(_)) | (Mode::Disable | Mode::Prefer | Mode::Require, Some(_)) => Trust::Authority,
            (Mode::Disable | Mode::Prefer | Mode::Require, None) => Trust::Nobody,
        };
        let tls = connector(trust, own.roots.as_deref())?;
        let addresses = one_by_one(&own.rest)?;
        if addresses.len() > SERVER_HOSTS {
            return Err(UrlError::Parameter("host"));
        }
        let hosts = addresses.iter().map(|host| own.configure(host));
        let hosts: Vec<_> = hosts.collect::<Result<_, _>>()?;
        Ok(Self {
            is_guarded: own.asks_who_answers() || hosts.iter().all(is_here),
            hosts,
            tls,
            keeps_state: own.keeps_state,
        })
    }

    /// Whether nobody on the way to the server can pose as it: its certificate is asked for, or it is on this machine.
    pub fn is_guarded(&self) -> bool {
        self.is_guarded
    }
}

fn is_here(config: &Config) -> bool {
    let is_loopback = |name: &str| name == "localhost" || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    config.get_hostaddrs().iter().all(IpAddr::is_loopback)
        && config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => is_loopback(name),
            Host::Unix(_) => true,
        })
}

#[derive(Clone, Copy)]
enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// What tokio-postgres does not know or has another default for, and the address without it.
struct Own {
    rest: String,
    mode: Mode,
    roots: Option<PathBuf>,
    keeps_state: bool,
    target: TargetSessionAttrs,
}

impl Own {
    fn take_from(text: &str) -> Result<Self, UrlError> {
        let (address, parameters) = text.split_once('?').unwrap_or((text, ""));
        let mut own = Self {
            rest: String::new(),
            mode: Mode::Prefer,
            roots: None,
            keeps_state: true,
            target: TargetSessionAttrs::ReadWrite,
        };
        let mut others = Vec::new();
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            if !own.take(parameter)? {
                others.push(parameter);
            }
        }
        own.rest = format!("{address}?{}", others.join("&"));
        Ok(own)
    }

    /// Whether the parameter is one of these.
    fn take(&mut self, parameter: &str) -> Result<bool, UrlError> {
        let (name, value) = parameter.split_once('=').ok_or(UrlError::Form)?;
        let value = percent_decode_str(value).decode_utf8().map_err(|_| UrlError::Form)?;
        match (name, &*value) {
            ("sslmode", "disable") => self.mode = Mode::Disable,
            ("sslmode", "prefer") => self.mode = Mode::Prefer,
            ("sslmode", "require") => self.mode = Mode::Require,
            ("sslmode", "verify-ca") => self.mode = Mode::VerifyCa,
            ("sslmode", "verify-full") => self.mode = Mode::VerifyFull,
            ("sslmode", _) => return Err(UrlError::Parameter("sslmode")),
            ("sslrootcert", path) => self.roots = Some(path.into()),
            ("prepared_statements", "on") => self.keeps_state = true,
            ("prepared_statements", "off") => self.keeps_state = false,
            ("prepared_statements", _) => return Err(UrlError::Parameter("prepared_statements")),
            // They go before the path: one that does not answer must not use up the time of the next.
            ("host" | "hostaddr" | "port", several) if several.contains(',') => {
                return Err(UrlError::Parameter("host"));
            }
            ("target_session_attrs", "read-write") => self.target = TargetSessionAttrs::ReadWrite,
            ("target_session_attrs", "any") => self.target = TargetSessionAttrs::Any,
            ("target_session_attrs", _) => return Err(UrlError::Parameter("target_session_attrs")),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether a server that cannot show whose it is gets no connection.
    fn asks_who_answers(&self) -> bool {
        match self.mode {
            Mode::Disable | Mode::Prefer => false,
            Mode::Require => self.roots.is_some(),
            Mode::VerifyCa | Mode::VerifyFull => true,
        }
    }

    fn configure(&self, address: &str) -> Result<Config, UrlError> {
        let mut config: Config = address.parse().map_err(|_| UrlError::Form)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(UrlError::Form);
        }
        config.target_session_attrs(self.target).ssl_mode(match self.mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
        if config.get_application_name().is_none() {
            config.application_name(APPLICATION);
        }
        Ok(config)
    }
}

/// The address once for each host in it: a host that does not answer must not use up the time of the next.
fn one_by_one(address: &str) -> Result<Vec<String>, UrlError> {
    let (scheme, rest) = address.split_once("://").ok_or(UrlError::Form)?;
    if !matches!(scheme, "postgres" | "postgresql") {
        return Err(UrlError::Form);
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (format!("{user}@"), hosts),
        None => (String::new(), authority),
    };
    Ok(hosts
        .split(',')
        .map(|host| format!("postgres://{user}{host}{path}"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> UrlError {
        PostgresUrl::parse(text).err().unwrap()
    }

    #[test]
    fn each_host_has_its_own_way() {
        let url = PostgresUrl::parse("postgres://me:p%40ss@one:1,two/base?connect_timeout=3").unwrap();
        assert_eq!(url.hosts.len(), 2);
        for (config, (host, port)) in url.hosts.iter().zip([("one", Some(1)), ("two", None)]) {
            assert_eq!(config.get_hosts(), [Host::Tcp(host.to_owned())]);
            assert_eq!(config.get_ports().first().copied(), Some(port.unwrap_or(5432)));
            assert_eq!(config.get_password(), Some(&b"p@ss"[..]));
            assert_eq!(config.get_dbname(), Some("base"));
            assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
            assert_eq!(config.get_ssl_mode(), SslMode::Prefer);
        }
        assert!(url.keeps_state);
    }

    #[test]
    fn parameters_of_our_own_are_understood() {
        let url = PostgresUrl::parse(
            "postgresql:///base?host=/run/postgresql&sslmode=verify-full&prepared_statements=off&target_session_attrs=any",
        )
        .unwrap();
        let [config] = &url.hosts[..] else {
            panic!("{}", url.hosts.len())
        };
        assert_eq!(config.get_hosts(), [Host::Unix("/run/postgresql".into())]);
        assert_eq!(config.get_ssl_mode(), SslMode::Require);
        assert_eq!(config.get_target_session_attrs(), TargetSessionAttrs::Any);
        assert!(!url.keeps_state);
    }

    #[test]
    fn a_line_is_guarded_where_the_server_shows_who_it_is_or_is_here() {
        let certificate = rcgen::generate_simple_self_signed(["db".to_owned()]).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), certificate.cert.pem()).unwrap();
        let roots = format!("sslrootcert={}", file.path().display());
        for (text, expected) in [
            ("postgres://db/x".to_owned(), false),
            ("postgres://db/x?sslmode=require".to_owned(), false),
            (format!("postgres://db/x?{roots}"), false),
            (format!("postgres://db/x?sslmode=require&{roots}"), true),
            (format!("postgres://db/x?sslmode=verify-ca&{roots}"), true),
            ("postgres://db/x?sslmode=verify-full".to_owned(), true),
            ("postgres://localhost,127.0.0.1,[::1]/x".to_owned(), true),
            ("postgres://localhost,db/x".to_owned(), false),
            ("postgres://localhost/x?hostaddr=192.0.2.1".to_owned(), false),
            ("postgres:///x?host=/run/postgresql".to_owned(), true),
        ] {
            assert_eq!(PostgresUrl::parse(&text).unwrap().is_guarded(), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_refused_and_not_repeated() {
        for text in [
            "",
            "mysql://host/x",
            "postgres://",
            "postgres://host:port/",
            "postgres://host/x?colour=red",
        ] {
            assert_eq!(refusal(text), UrlError::Form, "{text}");
        }
        for (text, name) in [
            ("postgres://host/x?sslmode=verify", "sslmode"),
            ("postgres://host/x?prepared_statements=1", "prepared_statements"),
            (
                "postgres://host/x?target_session_attrs=read-only",
                "target_session_attrs",
            ),
            ("postgres:///x?host=one,two", "host"),
            ("postgres://a,b,c,d,e,f,g,h/x", "host"),
        ] {
            assert_eq!(refusal(text), UrlError::Parameter(name), "{text}");
        }
        assert_eq!(refusal("postgres://host/x?sslmode=verify-ca"), UrlError::PublicRoots);
        assert!(matches!(
            refusal("postgres://me:secret@host/x?sslmode=verify-full&sslrootcert=%2Fnowhere"),
            UrlError::Roots(path) if path == std::path::Path::new("/nowhere")
        ));
    }
}

//! Puts the parts together as the settings say.

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use yaopai_accounts::{Accounts, Error, HashingSettings, Parts, PictureStore, RootKey};
use yaopai_buckets::{Bucket, BucketSettings};
use yaopai_console::DeskSettings;
use yaopai_courier::{Channel, LogChannel, SetupError, SmtpChannel, WebhookChannel};
use yaopai_dialects::WireSettings;
use yaopai_http::{AccessLog, Network};
use yaopai_model::{Clock as _, Limits, PasswordPolicy, Timestamp};
use yaopai_store::{OpenError, PostgresOptions, PostgresUrl, SqliteOptions, Store, base};

use crate::clock::SystemClock;
use crate::commands::Office;
use crate::config::{
    self, Config, ConfigError, HttpStatus, MailChannel, PasswordRule, PictureKeeping, S3, Secret, Settings, SmsChannel,
};
use crate::data_folder::{DataFolder, FolderError, Paths};
use crate::entropy::{DrawnAhead, OsEntropy};
use crate::readiness::Readiness;
use crate::{greeting, terminal};

/// How often it is tried to write the latest events of accounts when the server stops.
const LAST_WRITES: usize = 3;
/// How long to wait in between.
const BETWEEN_LAST_WRITES: Duration = Duration::from_millis(200);

/// Why the account base cannot be opened, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenFailure {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("数据库打不开 / the database cannot be opened: {0}。详见 / more by `yaopai doctor`")]
    Store(#[from] OpenError),
    #[error("账号库打不开 / the account base cannot be opened: {0}")]
    Base(String),
    #[error("操作系统没有随机数 / the operating system has no randomness: {0}")]
    Entropy(#[from] getrandom::Error),
}

impl From<Error> for OpenFailure {
    fn from(error: Error) -> Self {
        Self::Base(match error {
            Error::Fault(fault) => fault.to_string(),
            Error::Refused(refusal) => format!("{refusal:?}"),
        })
    }
}

/// An open account base, with what it stands on.
pub(crate) struct Base {
    pub(crate) accounts: Accounts,
    pub(crate) store: Store,
    pub(crate) clock: Arc<SystemClock>,
    pub(crate) entropy: Arc<OsEntropy>,
    pub(crate) folder: DataFolder,
}

/// Opens the account base in `folder`; makes it at the first start.
///
/// # Errors
/// See [`OpenFailure`].
pub(crate) async fn open(settings: &Settings, folder: DataFolder) -> Result<Base, OpenFailure> {
    let clock = Arc::new(SystemClock::default());
    let entropy = Arc::new(OsEntropy::check()?);
    let (sms, mail) = (sms_channel(settings)?, mail_channel(settings)?);
    let pictures = picture_store(settings, folder.paths())?;
    let root_key = match &settings.root_key {
        Some(key) => RootKey::new(*key.bytes()),
        None => RootKey::new(*folder.root_key(entropy.as_ref())?.bytes()),
    }
    .map_err(Error::from)?;
    let store = open_store(settings, folder.paths(), clock.now(), entropy.clone()).await?;
    resume(&store, &clock).await?;
    let accounts = Accounts::open(Parts {
        store: store.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        root_key,
        limits: limits(settings),
        hashing: hashing(settings),
        sms,
        mail,
        sms_countries: settings
            .sms
            .allowed_countries
            .iter()
            .map(|code| code.as_str().to_owned())
            .collect(),
        pictures,
        search_memory_bytes: count(settings.search.memory_mib).saturating_mul(1024 * 1024),
        sessions_remembered: count(settings.sessions.remembered),
    })
    .await?;
    folder.mark_initialised()?;
    Ok(Base {
        accounts,
        store,
        clock,
        entropy,
        folder,
    })
}

/// Time goes on from the latest instant that the database has seen, even if the machine's clock was set back meanwhile.
async fn resume(store: &Store, clock: &SystemClock) -> Result<(), OpenFailure> {
    let latest = store.read(base::latest_instant).await.map_err(OpenError::from)?;
    let now = clock.now();
    if latest > now {
        let behind = now.until(latest).as_secs();
        tracing::warn!(
            seconds = behind,
            "系统时钟曾被回拨 / the clock was set back; time goes on from where it was"
        );
    }
    clock.resume_from(latest);
    Ok(())
}

impl Base {
    /// Who carries out management commands on it, beside a server that listens at `address`.
    pub(crate) fn office(&self, settings: &Settings, address: SocketAddr) -> Office {
        Office {
            accounts: self.accounts.clone(),
            policy: password_policy(settings),
            origin: origin(settings, address),
            readiness: self.readiness(),
        }
    }

    /// Notes that time has come to here. Only a server does: it alone goes on noting, so that a leap shows.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn note_present(&self) -> Result<(), OpenFailure> {
        let now = self.clock.now();
        let noted = self.store.write(move |tx| base::note_instant(tx, now)).await;
        Ok(noted.map_err(OpenError::from)?)
    }

    /// What tells whether it works.
    pub(crate) fn readiness(&self) -> Readiness {
        Readiness::new(self.store.clone(), self.clock.clone())
    }

    /// Finishes what is queued and closes the database, then lets go of the folder.
    pub(crate) async fn close(self) {
        if !self.journal_is_written().await {
            tracing::warn!("最近的登录记录未能写入 / the latest events of accounts could not be written");
        }
        drop(self.accounts);
        self.store.close().await;
    }

    /// A database that is still busy with the last requests gets the time to finish them.
    async fn journal_is_written(&self) -> bool {
        for _ in 0..LAST_WRITES {
            if self.accounts.write_journal().await.is_ok() {
                return true;
            }
            #[expect(clippy::disallowed_methods, reason = "the database gets time")]
            tokio::time::sleep(BETWEEN_LAST_WRITES).await;
        }
        false
    }
}

/// Where the account base is kept.
pub(crate) enum Database {
    /// In this file.
    Sqlite(PathBuf),
    /// On this server.
    Postgres(PostgresUrl),
}

/// Where the settings say that the account base is.
///
/// # Errors
/// [`ConfigError::Together`] for what is no address of a database.
pub(crate) fn database(settings: &Settings, paths: &Paths) -> Result<Database, ConfigError> {
    match &settings.database_url {
        None => Ok(Database::Sqlite(paths.database())),
        Some(url) => parse_database(url.expose()).map_err(|error| ConfigError::together("database_url", &error)),
    }
}

/// Understands the address of a database.
///
/// # Errors
/// What is wrong with it, in words; nothing of the address is repeated.
pub(crate) fn parse_database(url: &str) -> Result<Database, String> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        let parsed = PostgresUrl::parse(url).map_err(|error| error.to_string())?;
        return Ok(Database::Postgres(parsed));
    }
    let path = url
        .strip_prefix("sqlite:")
        .map(|rest| rest.strip_prefix("//").unwrap_or(rest));
    match path {
        Some(path) if !path.is_empty() => Ok(Database::Sqlite(PathBuf::from(path))),
        Some(_) | None => {
            Err("应形如 sqlite:路径 或 postgres://… / write it as sqlite:PATH or postgres://…".to_owned())
        }
    }
}

/// Opens the database; makes its tables unless there have been some before.
async fn open_store(
    settings: &Settings,
    paths: &Paths,
    now: Timestamp,
    entropy: Arc<OsEntropy>,
) -> Result<Store, OpenFailure> {
    let must_exist = paths.is_initialised();
    Ok(match database(settings, paths)? {
        Database::Sqlite(path) => {
            let options = SqliteOptions {
                must_exist,
                ..SqliteOptions::new(now)
            };
            Store::open_sqlite(&path, &options)?
        }
        Database::Postgres(url) => {
            let options = PostgresOptions {
                must_exist,
                ..PostgresOptions::new(now, entropy)
            };
            Store::open_postgres(&url, &options).await?
        }
    })
}

/// Where pictures are kept.
///
/// # Errors
/// [`ConfigError::Together`] when the settings do not do.
pub(crate) fn picture_store(settings: &Settings, paths: &Paths) -> Result<PictureStore, ConfigError> {
    let in_folder = || PictureStore::Folder(paths.pictures());
    match settings.pictures.store {
        PictureKeeping::Folder => Ok(in_folder()),
        PictureKeeping::Database => Ok(PictureStore::Database),
        PictureKeeping::S3 => bucket(&settings.pictures.s3).map(|bucket| PictureStore::Bucket(Arc::new(bucket))),
        PictureKeeping::Auto => Ok(match database(settings, paths)? {
            Database::Sqlite(_) => in_folder(),
            Database::Postgres(_) => PictureStore::Database,
        }),
    }
}

fn bucket(set: &S3) -> Result<Bucket, ConfigError> {
    let bucket = Bucket::new(&BucketSettings {
        endpoint: needed_by_s3(set.endpoint.as_deref(), "pictures.s3.endpoint")?,
        name: needed_by_s3(set.bucket.as_deref(), "pictures.s3.bucket")?,
        region: &set.region,
        in_path: set.path_style,
        key_id: needed_by_s3(set.key_id.as_deref(), "pictures.s3.key_id")?,
        secret: needed_by_s3(set.secret.as_ref().map(Secret::expose), "pictures.s3.secret")?,
    });
    bucket.map_err(|error| {
        let key = match error {
            yaopai_buckets::SetupError::Endpoint | yaopai_buckets::SetupError::Tls(_) => "pictures.s3.endpoint",
            yaopai_buckets::SetupError::Name => "pictures.s3.bucket",
        };
        ConfigError::together(key, &error.to_string())
    })
}

fn needed_by_s3<'a>(value: Option<&'a str>, key: &str) -> Result<&'a str, ConfigError> {
    value.ok_or_else(|| {
        ConfigError::together(
            key,
            "pictures.store 为 s3 时需要这项设置 / `pictures.store = \"s3\"` needs it",
        )
    })
}

/// What carries codes to phones.
///
/// # Errors
/// [`ConfigError::Together`] when its settings do not do.
pub(crate) fn sms_channel(settings: &Settings) -> Result<Channel, ConfigError> {
    match settings.sms.channel {
        SmsChannel::Off => Ok(Channel::Off),
        SmsChannel::Log => Ok(log_channel()),
        SmsChannel::Webhook => {
            let url = needed(settings.sms.webhook.url.as_ref(), "sms.webhook.url")?;
            let secret = needed(settings.sms.webhook.secret.as_ref(), "sms.webhook.secret")?;
            WebhookChannel::new(url.expose(), secret.expose())
                .map(Channel::Webhook)
                .map_err(unfit)
        }
    }
}

/// What carries codes and notices to mailboxes.
///
/// # Errors
/// [`ConfigError::Together`] when its settings do not do.
pub(crate) fn mail_channel(settings: &Settings) -> Result<Channel, ConfigError> {
    match settings.mail.channel {
        MailChannel::Off => Ok(Channel::Off),
        MailChannel::Log => Ok(log_channel()),
        MailChannel::Smtp => {
            let url = needed(settings.mail.smtp.url.as_ref(), "mail.smtp.url")?;
            let from = settings.mail.from.as_deref().ok_or_else(|| missing("mail.from"))?;
            SmtpChannel::new(url.expose(), from).map(Channel::Smtp).map_err(unfit)
        }
    }
}

fn log_channel() -> Channel {
    Channel::Log(LogChannel::new(Box::new(terminal::say)))
}

fn needed<'a>(secret: Option<&'a Secret>, key: &str) -> Result<&'a Secret, ConfigError> {
    secret.ok_or_else(|| missing(key))
}

fn missing(key: &str) -> ConfigError {
    ConfigError::together(key, "此通道需要这项设置 / the channel that is set needs it")
}

fn unfit(error: SetupError) -> ConfigError {
    let key = match error {
        SetupError::SmtpUrl(_) | SetupError::Tls(_) => "mail.smtp.url",
        SetupError::From => "mail.from",
        SetupError::WebhookUrl(_) => "sms.webhook.url",
        SetupError::WebhookSecret => "sms.webhook.secret",
    };
    ConfigError::together(key, &error.to_string())
}

/// The bounds that operators set.
pub(crate) fn limits(settings: &Settings) -> Limits {
    let set = &settings.limits;
    Limits {
        code_life: seconds(set.code_ttl_seconds),
        code_resend: seconds(set.code_resend_seconds),
        code_guesses: set.code_guesses,
        codes_per_identifier_per_day: set.codes_per_identifier_per_day,
        codes_per_source_per_hour: set.codes_per_source_per_hour,
        codes_per_app_per_day: set.codes_per_app_per_day,
        failures_per_source_per_hour: set.failures_per_source_per_hour,
        registrations_per_source_per_hour: set.registrations_per_source_per_hour,
        challenges_per_source_per_hour: set.captchas_per_source_per_hour,
        sessions_per_account: settings.sessions.per_account,
        closing_delay: seconds(settings.accounts.closing_days.saturating_mul(24 * 60 * 60)),
    }
}

fn hashing(settings: &Settings) -> HashingSettings {
    let set = &settings.hashing;
    let cores = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    HashingSettings {
        memory_kib: set.memory_kib,
        passes: set.passes,
        lanes: set.lanes,
        threads: NonZero::new(count(set.threads)).unwrap_or(cores),
        queue: count(set.queue),
        share_percent: set.share_percent,
    }
}

/// What operators set of the wires.
pub(crate) fn wire_settings(settings: &Settings, base: &Base, access_log: &AccessLog) -> WireSettings {
    let origin = settings.cors.allow_origin.as_str();
    WireSettings {
        zone: settings.time_zone.zone(),
        cors_origin: if origin == "*" {
            None
        } else {
            HeaderValue::from_str(origin).ok()
        },
        user_http_status: match settings.dialects.user.http_status {
            HttpStatus::Mirror => yaopai_dialects::HttpStatus::Mirror,
            HttpStatus::Always200 => yaopai_dialects::HttpStatus::Always200,
        },
        public_url: settings.public_url.as_ref().map(|url| url.as_str().to_owned()),
        trusted_proxies: trusted_proxies(settings),
        password_policy: password_policy(settings),
        clock: base.clock.clone(),
        entropy: Arc::new(DrawnAhead::of(base.entropy.clone())),
        access_log: access_log.clone(),
    }
}

/// What operators set of the pages.
pub(crate) fn desk_settings(config: &Config, base: &Base, access_log: &AccessLog) -> DeskSettings {
    let settings = &config.settings;
    DeskSettings {
        zone: settings.time_zone.zone(),
        public_url: settings.public_url.as_ref().map(|url| url.as_str().to_owned()),
        trusted_proxies: trusted_proxies(settings),
        password_policy: password_policy(settings),
        shown: config::shown(&config.effective),
        clock: base.clock.clone(),
        entropy: base.entropy.clone(),
        access_log: access_log.clone(),
    }
}

/// Where people reach the server that listens at `address`.
pub(crate) fn origin(settings: &Settings, address: SocketAddr) -> String {
    let public_url = settings.public_url.as_ref();
    public_url.map_or_else(
        || format!("http://{}", greeting::reachable(address)),
        |url| url.as_str().trim_end_matches('/').to_owned(),
    )
}

/// Who speaks for others.
pub(crate) fn trusted_proxies(settings: &Settings) -> Vec<Network> {
    settings.trusted_proxies.iter().map(|proxy| proxy.network()).collect()
}

/// Whose connections are other people's: trusted proxies, and what runs on this machine, such as a proxy that nobody named.
pub(crate) fn speak_for_many(settings: &Settings) -> Vec<Network> {
    let this_machine = ["127.0.0.0/8", "::1"];
    let this_machine = this_machine.iter().filter_map(|text| Network::parse(text).ok());
    trusted_proxies(settings).into_iter().chain(this_machine).collect()
}

/// What is asked of new passwords.
pub(crate) fn password_policy(settings: &Settings) -> PasswordPolicy {
    match settings.password.policy {
        PasswordRule::Published => PasswordPolicy::Published,
        PasswordRule::Strict => PasswordPolicy::Strict,
    }
}

/// A setting's seconds.
pub(crate) fn seconds(number: u32) -> Duration {
    Duration::from_secs(u64::from(number))
}

/// A setting's number of things.
pub(crate) fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

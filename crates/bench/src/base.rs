//! An account base, opened without a server: embedded in a data folder, or on PostgreSQL with its key in one.

use std::fs;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use yaopai_accounts::{Accounts, Actor, HashingSettings, Parts, PictureStore, RootKey};
use yaopai_courier::Channel;
use yaopai_model::{App, AppSecret, Clock, Entropy, Limits, Timestamp, draw};
use yaopai_store::{PostgresOptions, PostgresUrl, SqliteOptions, Store};

use crate::Failure;

/// How long a transaction may take: ten thousand accounts wait for a disk longer than a request would.
const PATIENCE: Duration = Duration::from_secs(300);

/// An open base.
pub struct Base {
    /// Its verbs.
    pub accounts: Accounts,
    /// Its tables.
    pub store: Store,
    /// The default app and its secret, where they were made just now.
    pub new_app: Option<(App, AppSecret)>,
    _lock: fs::File,
}

impl Base {
    /// Opens the base in a data folder, and makes what a server's first start would make.
    ///
    /// # Errors
    /// That a server uses the folder, and what the disk and the database say.
    pub async fn open(folder: &Path) -> Result<Self, Failure> {
        let options = SqliteOptions {
            write_deadline: PATIENCE,
            ..SqliteOptions::new(now())
        };
        Self::open_with(folder, options).await
    }

    /// As [`Base::open`], with a database that works within other bounds.
    ///
    /// # Errors
    /// See [`Base::open`].
    pub async fn open_with(folder: &Path, options: SqliteOptions) -> Result<Self, Failure> {
        let lock = locked(folder)?;
        let store = Store::open_sqlite(&folder.join("yaopai.db"), &options)?;
        Self::on(store, folder, lock).await
    }

    /// Opens a base on PostgreSQL so, over connections as `change` would have them; the root key is in the folder.
    ///
    /// # Errors
    /// As for [`Base::open`].
    pub async fn open_postgres(
        folder: &Path,
        url: &str,
        change: impl FnOnce(PostgresOptions) -> PostgresOptions,
    ) -> Result<Self, Failure> {
        let lock = locked(folder)?;
        let options = PostgresOptions::new(MachineClock.now(), Arc::new(MachineEntropy));
        let store = Store::open_postgres(&PostgresUrl::parse(url)?, &change(options)).await?;
        Self::on(store, folder, lock).await
    }

    async fn on(store: Store, folder: &Path, lock: fs::File) -> Result<Self, Failure> {
        let parts = Parts {
            store: store.clone(),
            clock: Arc::new(MachineClock),
            entropy: Arc::new(MachineEntropy),
            root_key: RootKey::new(root_key(&folder.join("root.key"))?).map_err(in_words)?,
            limits: Limits::default(),
            hashing: HashingSettings {
                memory_kib: 8,
                passes: 1,
                lanes: 1,
                threads: NonZeroUsize::MIN,
                queue: 1_024,
                share_percent: 50,
            },
            sms: Channel::Off,
            mail: Channel::Off,
            sms_countries: Vec::new(),
            pictures: PictureStore::Folder(folder.join("pictures")),
            search_memory_bytes: 0,
            sessions_remembered: 0,
        };
        let accounts = Accounts::open(parts).await.map_err(in_words)?;
        let new_app = accounts.ensure_default_app().await.map_err(in_words)?;
        Ok(Self {
            accounts,
            store,
            new_app,
            _lock: lock,
        })
    }

    /// Credentials of the default app for a query; the secret that it had is void.
    ///
    /// # Errors
    /// What the database says.
    pub async fn app_credentials(&self) -> Result<String, Failure> {
        let app = self.accounts.app_of_host(None).await.map_err(in_words)?;
        let rotated = self
            .accounts
            .rotate_app_secret(Actor::Operator, &app.key, Duration::ZERO);
        let (app, secret) = rotated.await.map_err(in_words)?;
        Ok(format!("app_id={}&app_secret={}", app.key.as_str(), secret.expose()))
    }

    /// Closes it; a server may have it then.
    pub async fn close(self) {
        drop(self.accounts);
        self.store.close().await;
    }
}

/// The folder's lock; makes the folder when there is none.
fn locked(folder: &Path) -> Result<fs::File, Failure> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let lock = private_file(&folder.join("yaopai.lock"))?;
    lock.try_lock()
        .map_err(|_| format!("a server is using {}: stop it first", folder.display()))?;
    Ok(lock)
}

/// What a verb or the database says, in words.
pub(crate) fn in_words(error: impl std::fmt::Debug) -> Failure {
    format!("{error:?}").into()
}

/// The root key in a file; draws it when there is none.
fn root_key(path: &Path) -> Result<[u8; 32], Failure> {
    if !path.exists() {
        let drawn: [u8; 32] = draw::bytes(&MachineEntropy);
        let hex: String = drawn.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(private_file(path)?, "{hex}")?;
        return Ok(drawn);
    }
    let text = fs::read_to_string(path)?;
    let digits: Vec<u8> = text
        .trim()
        .chars()
        .filter_map(|digit| Some(digit.to_digit(16)? as u8))
        .collect();
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    bytes
        .try_into()
        .map_err(|_| format!("{} holds no key of 32 bytes", path.display()).into())
}

fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

/// The present.
pub(crate) fn now() -> Timestamp {
    MachineClock.now()
}

struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

pub(crate) struct MachineEntropy;

impl Entropy for MachineEntropy {
    #[expect(clippy::panic, reason = "as in the server: nothing may be drawn that is not random")]
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(
            clippy::disallowed_methods,
            reason = "keys that the tool makes are a base's for good"
        )]
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the operating system has no randomness: {error}");
        }
    }

    fn fill_each(&self, numbers: &mut [[u8; 4]]) {
        self.fill(numbers.as_flattened_mut());
    }
}

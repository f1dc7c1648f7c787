//! Verbs over a database in a folder of its own.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use yaopai_accounts::{
    Accounts, Caller, Error, FailureRule, HashingSettings, NewAccount, Outcome, Parts, PictureStore, Principal,
    Refusal, RootKey, SignedIn,
};
use yaopai_courier::{Channel, LogChannel, MemoryChannel};
use yaopai_model::{
    Account, AppId, Identifier, Limits, Password, PasswordPolicy, Role, SessionKind, Timestamp, TokenUse,
};
use yaopai_store::Store;
use yaopai_testkit::{Base, Database, ManualClock, SeededEntropy};

/// When all tests begin.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_000);
/// How long a write waits for others.
const PATIENCE: Duration = Duration::from_secs(10);
/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// Verbs with a default app, and all that a test turns by hand.
pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) store: Store,
    /// All that work on the base, `accounts` first.
    pub(crate) nodes: Vec<Accounts>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) entropy: Arc<SeededEntropy>,
    pub(crate) sms: MemoryChannel,
    pub(crate) mail: MemoryChannel,
    pub(crate) app: AppId,
    pub(crate) folder: TempDir,
    pub(crate) base: Base,
}

/// What a test may want to be different.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) root_key: [u8; 32],
    pub(crate) limits: Limits,
    pub(crate) hashing: HashingSettings,
    /// Whether text messages are only printed.
    pub(crate) is_trial: bool,
    /// Whether phones can be reached.
    pub(crate) has_sms: bool,
    /// Countries whose phones can be reached; empty for all.
    pub(crate) sms_countries: Vec<String>,
    /// How many nodes work on the base, where its database can be shared.
    pub(crate) nodes: usize,
    /// Where pictures are kept; none for the folder `pictures`.
    pub(crate) pictures: Option<PictureStore>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            root_key: std::array::from_fn(|index| index as u8),
            limits: Limits::default(),
            hashing: HashingSettings {
                memory_kib: 8,
                passes: 1,
                lanes: 1,
                threads: NonZeroUsize::MIN,
                queue: 100,
                share_percent: 50,
            },
            is_trial: false,
            has_sms: true,
            sms_countries: vec!["86".to_owned()],
            nodes: 1,
            pictures: None,
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let (clock, entropy) = (Arc::new(ManualClock::at(START)), Arc::new(SeededEntropy::new(7)));
        let folder = tempfile::tempdir().unwrap();
        let base = Base::make(Database::chosen(), folder.path()).unwrap();
        Self::open(folder, base, clock, entropy, setup).await.unwrap()
    }

    /// The same folder after a restart; messages that were taken are forgotten.
    pub(crate) async fn reopen(self, setup: Setup) -> Outcome<Self> {
        let Self {
            accounts,
            store,
            nodes,
            clock,
            entropy,
            folder,
            base,
            ..
        } = self;
        drop((accounts, nodes));
        store.close().await;
        Self::open(folder, base, clock, entropy, setup).await
    }

    async fn open(
        folder: TempDir,
        base: Base,
        clock: Arc<ManualClock>,
        entropy: Arc<SeededEntropy>,
        setup: Setup,
    ) -> Outcome<Self> {
        let (sms, mail) = (MemoryChannel::new(), MemoryChannel::new());
        let (mut nodes, mut stores) = (Vec::new(), Vec::new());
        let count = if Database::chosen().is_shared() { setup.nodes } else { 1 };
        for _ in 0..count {
            let store = base.open(START, PATIENCE).await.unwrap();
            let parts = Parts {
                store: store.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                root_key: RootKey::new(setup.root_key).unwrap(),
                limits: setup.limits.clone(),
                hashing: setup.hashing.clone(),
                sms: if setup.is_trial {
                    Channel::Log(LogChannel::new(Box::new(|_| {})))
                } else if setup.has_sms {
                    Channel::Memory(sms.clone())
                } else {
                    Channel::Off
                },
                mail: Channel::Memory(mail.clone()),
                sms_countries: setup.sms_countries.clone(),
                pictures: setup
                    .pictures
                    .clone()
                    .unwrap_or_else(|| PictureStore::Folder(folder.path().join("pictures"))),
                search_memory_bytes: 1 << 20,
                sessions_remembered: 100,
            };
            nodes.push(Accounts::open(parts).await?);
            stores.push(store);
        }
        let (accounts, store) = (nodes[0].clone(), stores.swap_remove(0));
        accounts.ensure_default_app().await?;
        let app = accounts.app_of_host(None).await?.id;
        Ok(Self {
            accounts,
            store,
            nodes,
            clock,
            entropy,
            sms,
            mail,
            app,
            folder,
            base,
        })
    }

    /// The files that hold everything, where that can be told: PostgreSQL's are not ours to read.
    pub(crate) fn database_files(&self) -> &'static [&'static str] {
        match Database::chosen() {
            Database::Sqlite => &["yaopai.db", "yaopai.db-wal"],
            Database::Postgres => &[],
        }
    }

    /// An account that operators made.
    pub(crate) async fn account(&self, identifier: &str, role: Role) -> Account {
        let new = NewAccount {
            identifiers: vec![Identifier::parse(identifier).unwrap()],
            password: password(),
            role,
        };
        self.accounts.create_account(self.app, new).await.unwrap()
    }

    /// Signs an account in by an identifier that it has.
    pub(crate) async fn sign_in(&self, identifier: &str) -> SignedIn {
        let identifier = Identifier::parse(identifier).unwrap();
        let caller = caller();
        let signed_in = self.accounts.sign_in_with_password(
            self.app,
            &identifier,
            password(),
            FailureRule::Wait,
            SessionKind::Week,
            &caller,
        );
        signed_in.await.unwrap()
    }

    /// An account and a live session of it.
    pub(crate) async fn signed_in(&self, identifier: &str, role: Role) -> Principal {
        self.account(identifier, role).await;
        let token = self.sign_in(identifier).await.token(TokenUse::Session);
        self.accounts.authenticate(self.app, &token).await.unwrap()
    }

    /// The account's row as it is now.
    pub(crate) async fn row(&self, account: &Account) -> Option<Account> {
        self.accounts.account_by_id(account.app, account.id).await.unwrap()
    }

    /// How many rows `sql`, a `select count(*)`, counts.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let counted = self.store.read(move |db| db.row(sql, &[])?.unwrap().integer(0));
        counted.await.unwrap()
    }
}

pub(crate) fn caller() -> Caller {
    Caller {
        via: "test",
        source: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        device: String::new(),
    }
}

pub(crate) fn password() -> Password {
    Password::chosen(PASSWORD, PasswordPolicy::Published).unwrap()
}

/// The refusal that a verb ended with.
pub(crate) fn refusal<T>(outcome: Outcome<T>) -> Refusal {
    match outcome {
        Ok(_) => panic!("not refused"),
        Err(Error::Refused(refusal)) => refusal,
        Err(Error::Fault(fault)) => panic!("{fault}"),
    }
}

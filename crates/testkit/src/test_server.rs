//! A whole server in the process of the test: real tables in a real file, real verbs, real wires. What is not real is
//! what has to repeat: time, randomness and the channels.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::tz::TimeZone;
use tempfile::TempDir;
use yaopai_accounts::{Accounts, HashingSettings, Parts, PictureStore, RootKey};
use yaopai_courier::{Channel, MemoryChannel};
use yaopai_dialects::{Failure, Front, HttpStatus, WireSettings, Wires};
use yaopai_http::{AccessLog, PeerAddress};
use yaopai_model::{App, AppSecret, Limits, PasswordPolicy, Timestamp};
use yaopai_store::{Store, Traffic};

use crate::base::{Base, Database, Locked};
use crate::entropy::NodeEntropy;
use crate::{ManualClock, SeededEntropy};

/// 2025-06-01 03:39:40 in Shanghai: when the account in the document of the `user` wire was made.
const START: Timestamp = Timestamp::from_millis(1_748_720_380_000);
const ZONE: &str = "Asia/Shanghai";
const ROOT_KEY: [u8; 32] = *b"conformance: a key for tests onl";
/// How long a write waits for others; tests lock the tables on purpose and need not wait.
const BUSY: Duration = Duration::from_millis(10);
/// How many nodes share a base where its database can be shared.
const NODES: usize = 3;

/// What a test sets of a server; the defaults are those of the product.
#[derive(Clone)]
pub struct TestSettings {
    /// The bounds that operators set.
    pub limits: Limits,
    /// How the `user` wire chooses its HTTP status.
    pub user_http_status: HttpStatus,
    /// What picture addresses begin with.
    pub public_url: Option<String>,
    /// What a new password must be.
    pub password_policy: PasswordPolicy,
    /// Whether there is a channel for SMS.
    pub has_sms: bool,
    /// Whether there is a channel for mail.
    pub has_mail: bool,
    /// Country codes to which codes are sent by SMS; empty for all.
    pub sms_countries: Vec<String>,
    /// Where a line of every call goes.
    pub access_log: AccessLog,
}

impl Default for TestSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            user_http_status: HttpStatus::default(),
            public_url: None,
            password_policy: PasswordPolicy::default(),
            has_sms: true,
            has_mail: true,
            sms_countries: vec!["86".to_owned()],
            access_log: AccessLog::off(),
        }
    }
}

/// What a test does to the database behind the server's back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// As it should be.
    Well,
    /// Another process holds the lock for writing.
    Locked,
    /// A table that every call needs is gone. There is no way back.
    Broken,
}

/// A server without a socket: one node, or several that answer in turn where the database can be shared. Nothing that they
/// answer may tell which one it was.
pub struct TestServer {
    /// The verbs, for what operators do.
    pub accounts: Accounts,
    /// The only clock there is.
    pub clock: Arc<ManualClock>,
    /// What was sent to phones.
    pub sms: MemoryChannel,
    /// What was sent to mailboxes.
    pub mail: MemoryChannel,
    /// The app of the first start.
    pub default_app: App,
    /// Its secret.
    pub default_app_secret: AppSecret,
    nodes: Vec<Node>,
    turn: AtomicUsize,
    lock: Option<Locked>,
    base: Base,
    _folder: TempDir,
}

/// One of those that work on the base.
struct Node {
    accounts: Accounts,
    store: Store,
    front: Front,
}

/// An answer with its body read.
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// Why the call failed, where it did.
    pub failure: Option<Failure>,
}

impl TestServer {
    /// Starts a server on an empty base.
    ///
    /// # Errors
    /// What did not work, in words.
    pub async fn start(database: Database, settings: TestSettings) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(text)?;
        let base = Base::make(database, folder.path())?;
        let clock = Arc::new(ManualClock::at(START));
        let (sms, mail) = (MemoryChannel::new(), MemoryChannel::new());
        let entropy = Arc::new(SeededEntropy::new(1));
        let wire_settings = Arc::new(wire_settings(&settings, clock.clone())?);
        let mut nodes = Vec::new();
        for number in 0..if database.is_shared() { NODES } else { 1 } {
            let entropy = Arc::new(NodeEntropy::new(number, entropy.clone()));
            let store = base.open(START, BUSY).await?;
            let parts = Parts {
                store: store.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                root_key: RootKey::new(ROOT_KEY).map_err(text)?,
                limits: settings.limits.clone(),
                hashing: cheap_hashing(),
                sms: channel(settings.has_sms, &sms),
                mail: channel(settings.has_mail, &mail),
                sms_countries: settings.sms_countries.clone(),
                pictures: PictureStore::Folder(folder.path().join("pictures")),
                search_memory_bytes: 1 << 20,
                sessions_remembered: 100,
            };
            let accounts = Accounts::open(parts).await.map_err(text)?;
            entropy.join();
            let wires = Wires {
                accounts: accounts.clone(),
                settings: Arc::clone(&wire_settings),
            };
            nodes.push(Node {
                accounts,
                store,
                front: Front::new(wires, Router::new()),
            });
        }
        let accounts = nodes.first().ok_or("there is a node")?.accounts.clone();
        let made = accounts.ensure_default_app().await.map_err(text)?;
        let (default_app, default_app_secret) = made.ok_or("an empty base has a default app")?;
        Ok(Self {
            accounts,
            clock,
            sms,
            mail,
            default_app,
            default_app_secret,
            nodes,
            turn: AtomicUsize::new(0),
            lock: None,
            base,
            _folder: folder,
        })
    }

    /// What all nodes together have asked of the database's server.
    pub fn traffic(&self) -> Traffic {
        let of_nodes = self.nodes.iter().map(|node| node.store.traffic());
        of_nodes.fold(Traffic::default(), |sum, traffic| Traffic {
            statements: sum.statements + traffic.statements,
            round_trips: sum.round_trips + traffic.round_trips,
        })
    }

    /// Sends a request as `source` would, and has every message that it brought about delivered.
    ///
    /// # Errors
    /// What did not work of the test's own, in words; a refusal is an answer.
    pub async fn send(&self, request: Request<Bytes>, source: IpAddr) -> Result<Answer, String> {
        let answer = self.send_alone(request, source).await?;
        if self.lock.is_none() {
            // Where the tables are broken on purpose, there is nothing to deliver.
            let _ = self.accounts.deliver_due().await;
        }
        Ok(answer)
    }

    /// Sends a request as `source` would, and nothing else.
    ///
    /// # Errors
    /// What did not work of the test's own, in words; a refusal is an answer.
    pub async fn send_alone(&self, mut request: Request<Bytes>, source: IpAddr) -> Result<Answer, String> {
        // As every client of HTTP/1.1 does.
        request
            .headers_mut()
            .entry(HOST)
            .or_insert(HeaderValue::from_static("localhost"));
        let peer = PeerAddress(SocketAddr::new(source, 49_152));
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.nodes.len();
        let node = self.nodes.get(turn).ok_or("there is a node")?;
        let (head, body) = request.into_parts();
        let response = node.front.answer(peer, head, Body::from(body)).await;
        let (mut parts, body) = response.into_parts();
        let body = body.collect().await.map_err(text)?.to_bytes();
        Ok(Answer {
            status: parts.status,
            headers: parts.headers,
            body,
            failure: parts.extensions.remove(),
        })
    }

    /// Brings the database into a state.
    ///
    /// # Errors
    /// What did not work, in words.
    pub fn put_store(&mut self, state: StoreState) -> Result<(), String> {
        self.lock = None;
        match state {
            StoreState::Well => {}
            StoreState::Locked => self.lock = Some(self.base.lock()?),
            StoreState::Broken => self.base.run("drop table identifiers")?,
        }
        Ok(())
    }
}

/// As cheap as Argon2 gets: what these hashes protect lives for milliseconds.
fn cheap_hashing() -> HashingSettings {
    HashingSettings {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
        threads: NonZeroUsize::MIN,
        queue: 16,
        share_percent: 50,
    }
}

fn channel(is_there: bool, memory: &MemoryChannel) -> Channel {
    if is_there {
        Channel::Memory(memory.clone())
    } else {
        Channel::Off
    }
}

fn wire_settings(settings: &TestSettings, clock: Arc<ManualClock>) -> Result<WireSettings, String> {
    Ok(WireSettings {
        zone: TimeZone::get(ZONE).map_err(text)?,
        cors_origin: None,
        user_http_status: settings.user_http_status,
        public_url: settings.public_url.clone(),
        trusted_proxies: Vec::new(),
        password_policy: settings.password_policy,
        clock,
        // A stream of their own, so that a call more or less moves no code and no token.
        entropy: Arc::new(SeededEntropy::new(2)),
        access_log: settings.access_log.clone(),
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

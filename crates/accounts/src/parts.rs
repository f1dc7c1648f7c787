//! What the verbs work with.

use std::sync::Arc;

use tokio::sync::{Notify, Semaphore};
use yaopai_courier::Channel;
use yaopai_model::limits::{SLIDERS_AT_ONCE, UPLOADS_AT_ONCE, UPLOADS_HELD};
use yaopai_model::{Clock, Entropy, Limits, Timestamp};
use yaopai_store::Store;

use crate::app_memory::AppMemory;
use crate::journal::Journal;
use crate::keys::{Keys, RootKey};
use crate::password_hasher::{HashingSettings, PasswordHasher};
use crate::rate_limiter::RateLimiter;
use crate::search::Search;
use crate::trial_codes::TrialCodes;
use crate::turns::Turns;
use crate::upload::{DatabasePlaces, PictureStore};
use crate::{Fault, Outcome};

/// What the verbs are given from outside.
pub struct Parts {
    /// The tables.
    pub store: Store,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// The key from which, and under which, all others are.
    pub root_key: RootKey,
    /// The bounds that operators set.
    pub limits: Limits,
    /// What a password hash costs, and how many are made at once.
    pub hashing: HashingSettings,
    /// What carries codes to phones.
    pub sms: Channel,
    /// What carries codes and notices to mailboxes.
    pub mail: Channel,
    /// Country codes, without `+`, to which codes are sent by SMS; empty for all.
    pub sms_countries: Vec<String>,
    /// Where the bytes of pictures are kept.
    pub pictures: PictureStore,
    /// Memory that may be taken to search in, in bytes; 0 leaves searching to the database.
    pub search_memory_bytes: usize,
    /// Tokens that may be remembered, with their sessions; 0 checks each at every call.
    pub sessions_remembered: usize,
}

/// All verbs over one account base. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) parts: Arc<Working>,
}

/// What the verbs share while they work. All of it is bounded.
pub(crate) struct Working {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) limits: Limits,
    pub(crate) sms: Channel,
    pub(crate) mail: Channel,
    pub(crate) sms_countries: Vec<String>,
    pub(crate) pictures: PictureStore,
    pub(crate) keys: Keys,
    pub(crate) hasher: PasswordHasher,
    pub(crate) rates: RateLimiter,
    pub(crate) turns: Turns,
    pub(crate) journal: Journal,
    pub(crate) search: Search,
    pub(crate) apps: AppMemory,
    /// Whoever draws a slider holds one.
    pub(crate) drawings: Arc<Semaphore>,
    pub(crate) outbox: Notify,
    pub(crate) trial_codes: TrialCodes,
    /// Whoever reads the body of an upload holds one.
    pub(crate) upload_places: Arc<Semaphore>,
    /// Whoever decodes an upload holds one.
    pub(crate) picture_places: Arc<Semaphore>,
    /// Whoever is at the database with a picture holds one.
    pub(crate) database_places: DatabasePlaces,
}

impl Accounts {
    /// Makes the verbs ready: unseals the keys, making those that are missing, and starts the hashing threads.
    ///
    /// # Errors
    /// A fault when the root key is not the one that the base was made with, or a thread cannot be started.
    pub async fn open(parts: Parts) -> Outcome<Self> {
        let keys = Keys::open(
            &parts.store,
            parts.root_key,
            parts.sessions_remembered,
            parts.entropy.as_ref(),
            parts.clock.now(),
        )
        .await?;
        let hasher = PasswordHasher::start(&parts.hashing, parts.entropy.as_ref())
            .map_err(|error| Fault::new(format!("cannot start the hashing threads: {error}")))?;
        Ok(Self {
            parts: Arc::new(Working {
                store: parts.store,
                clock: parts.clock,
                entropy: parts.entropy,
                limits: parts.limits,
                sms: parts.sms,
                mail: parts.mail,
                sms_countries: parts.sms_countries,
                pictures: parts.pictures,
                keys,
                hasher,
                rates: RateLimiter::new(),
                turns: Turns::new(),
                journal: Journal::default(),
                search: Search::new(parts.search_memory_bytes),
                apps: AppMemory::default(),
                drawings: Arc::new(Semaphore::new(SLIDERS_AT_ONCE)),
                outbox: Notify::new(),
                trial_codes: TrialCodes::default(),
                upload_places: Arc::new(Semaphore::new(UPLOADS_HELD)),
                picture_places: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
                database_places: DatabasePlaces::new(),
            }),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.parts.store
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        self.parts.entropy.as_ref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.parts.limits
    }
}

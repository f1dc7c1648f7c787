//! A token that somebody shows, and what was found of its session.

use std::ops::Deref;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use yaopai_model::limits::TOKEN_REMEMBERED_BYTES;
use yaopai_model::{AppId, SessionToken, Timestamp};
use yaopai_store::Version;

use crate::Snapshot;
use crate::prefetch::{prefetch, prefetch_value};
use crate::rate_limiter::Calls;
use crate::recent::Remembered;

/// A well-signed token: what it says, and its session as that was found last. Clones share both.
#[derive(Clone)]
pub struct Token(Arc<Shown>);

/// In this order, and in one piece, so that what most calls look at lies together in memory: there may be very many of these,
/// and fetching them is what takes time.
#[repr(C)]
struct Shown {
    used: AtomicBool,
    found: Mutex<Option<Found>>,
    said: SessionToken,
    text: Text,
}

/// A text that lies where it is held.
#[repr(C)]
struct Text {
    length: usize,
    bytes: [u8; TOKEN_REMEMBERED_BYTES],
}

/// A session that lived when its account had this version.
#[derive(Clone)]
struct Found {
    version: Version,
    session: LiveSession,
    /// The same that `session.account` has. It is here, too, so that both can be fetched from memory together.
    info_calls: Option<Calls>,
}

/// A session that had not been ended when it was looked up, and whose account was not disabled.
#[derive(Clone)]
pub(crate) struct LiveSession {
    pub(crate) app: AppId,
    pub(crate) account: Snapshot,
    pub(crate) ends_at: Timestamp,
}

impl Token {
    /// A token that is written like this.
    pub(crate) fn written(text: &[u8], said: SessionToken) -> Self {
        Self(Arc::new(Shown {
            used: AtomicBool::new(false),
            found: Mutex::default(),
            said,
            text: Text::of(text),
        }))
    }

    /// As it is written; empty where nobody wrote it yet, or it is longer than those that are remembered.
    pub(crate) fn text(&self) -> &[u8] {
        let Text { length, bytes } = &self.0.text;
        bytes.get(..*length).unwrap_or_default()
    }

    /// Its session as it was found at `version`, which is its account's now. What was found at an older one is not given.
    pub(crate) fn session(&self, version: Version) -> Option<LiveSession> {
        let mut found = self.found();
        let present = found.as_mut().filter(|found| found.version == version)?;
        if present.info_calls.is_none() {
            present.info_calls = present.session.account.info_calls().get().cloned();
        }
        Some(present.session.clone())
    }

    /// Keeps what was looked up after `version` had been asked for.
    pub(crate) fn keep(&self, version: Version, session: LiveSession) {
        *self.found() = Some(Found {
            version,
            session,
            info_calls: None,
        });
    }

    /// Has its account fetched from memory, if its session was found.
    pub(crate) fn prefetch_account(&self) {
        if let Some(found) = &*self.found() {
            found.session.account.prefetch();
            found.info_calls.iter().for_each(Calls::prefetch);
        }
    }

    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        self.0.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Text {
    /// `text`, or nothing where that is too long.
    fn of(text: &[u8]) -> Self {
        let mut bytes = [0; TOKEN_REMEMBERED_BYTES];
        let length = match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text);
                text.len()
            }
            None => 0,
        };
        Self { length, bytes }
    }
}

/// A token that nobody wrote yet.
impl From<SessionToken> for Token {
    fn from(said: SessionToken) -> Self {
        Self::written(b"", said)
    }
}

impl Remembered for Token {
    fn used(&self) -> &AtomicBool {
        &self.0.used
    }

    fn prefetch(&self) {
        // Of each part where it begins and ends.
        let Shown { used, said, text, .. } = &*self.0;
        prefetch_value(used);
        prefetch_value(said);
        // What is said is longer than a line, and this may lie in the middle of it.
        prefetch_value(&said.secret);
        prefetch_value(&text.length);
        // All of it: its length would have to be waited for first.
        prefetch(&text.bytes);
    }
}

impl Deref for Token {
    type Target = SessionToken;

    fn deref(&self) -> &SessionToken {
        &self.0.said
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use yaopai_model::{Account, AccountId, PublicId, SessionSecret, TokenUse};
    use yaopai_store::{SqlError, SqliteOptions, Store, accounts};
    use yaopai_testkit::{SeededEntropy, plain_account};

    use super::*;

    const ID: AccountId = AccountId(8);

    async fn store_with_account(folder: &Path) -> Store {
        let options = SqliteOptions::new(Timestamp::EPOCH);
        let store = Store::open_sqlite(&folder.join("yaopai.db"), &options).unwrap();
        let account = Account {
            id: ID,
            ..plain_account()
        };
        let written = store.write(move |tx| accounts::insert(tx, &account)).await;
        written.unwrap();
        store
    }

    fn token() -> Token {
        Token::from(SessionToken {
            account: ID,
            public_id: PublicId::parse("qpujpkjvoudsylho").unwrap(),
            secret: SessionSecret::draw(&SeededEntropy::new(1)),
            token_use: TokenUse::Session,
            expires_at: Timestamp::EPOCH,
        })
    }

    async fn look_up(store: &Store) -> LiveSession {
        let found: Result<_, SqlError> = store.read(|db| accounts::by_id(db, ID)).await;
        LiveSession {
            app: AppId(1),
            account: found.unwrap().unwrap().into(),
            ends_at: Timestamp::EPOCH,
        }
    }

    #[tokio::test]
    async fn what_was_looked_up_before_a_change_and_kept_after_it_is_not_given() {
        let folder = tempfile::tempdir().unwrap();
        let store = store_with_account(folder.path()).await;
        let token = token();

        let early = store.account_version(ID).unwrap();
        let before = look_up(&store).await;
        store
            .write(|tx| accounts::disable(tx, ID, Timestamp::EPOCH))
            .await
            .unwrap();
        token.keep(early, before);
        let now = store.account_version(ID).unwrap();
        assert!(token.session(now).is_none());

        token.keep(now, look_up(&store).await);
        let found = token.session(now).unwrap();
        assert!(found.account.disabled_at.is_some());
        assert!(token.clone().session(now).is_some());

        store.write(|tx| accounts::enable(tx, ID)).await.unwrap();
        assert!(token.session(store.account_version(ID).unwrap()).is_none());
    }
}

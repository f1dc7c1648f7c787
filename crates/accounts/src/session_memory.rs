//! Sessions that were asked for lately, with their accounts: what a look-up gave, and the version that it gave it at.

use yaopai_model::{AccountId, SessionSecret, SessionToken, Timestamp};
use yaopai_store::Version;

use crate::Snapshot;
use crate::recent::Recent;

/// The sessions, up to a bound. Nothing is ever taken out because it has become wrong: it is of an older version then,
/// and is not given.
pub(crate) struct SessionMemory(Recent<Remembered>);

/// A session that had not been ended when its account had this version.
struct Remembered {
    id: AccountId,
    secret: SessionSecret,
    version: Version,
    account: Snapshot,
    ends_at: Timestamp,
}

impl SessionMemory {
    /// Room for about `most` sessions.
    pub(crate) fn new(most: usize) -> Self {
        Self(Recent::new(most))
    }

    /// The account of a token and when its session ends, if they are remembered as of `version`, which is the account's now.
    pub(crate) fn get(&self, token: &SessionToken, version: Version) -> Option<(Snapshot, Timestamp)> {
        self.0.get(key(token), |kept| {
            let is_meant = kept.id == token.account && kept.secret.expose() == token.secret.expose();
            let is_present = kept.version == version;
            (is_meant && is_present).then(|| (kept.account.clone(), kept.ends_at))
        })
    }

    /// Remembers what was looked up after `version` had been asked for.
    pub(crate) fn put(&self, token: &SessionToken, version: Version, account: Snapshot, ends_at: Timestamp) {
        let found = Remembered {
            id: token.account,
            secret: token.secret.clone(),
            version,
            account,
            ends_at,
        };
        self.0.put(key(token), found);
    }
}

/// Secrets are drawn at random, so that their first bytes do.
fn key(token: &SessionToken) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *token.secret.expose();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use yaopai_model::{Account, AppId, Profile, PublicId, Role, TokenUse};
    use yaopai_store::{SqlError, SqliteOptions, Store, accounts};
    use yaopai_testkit::SeededEntropy;

    use super::*;

    const ID: AccountId = AccountId(8);

    async fn store_with_account(folder: &Path) -> Store {
        let options = SqliteOptions::new(Timestamp::EPOCH);
        let store = Store::open_sqlite(&folder.join("yaopai.db"), &options).unwrap();
        let account = Account {
            id: ID,
            app: AppId(1),
            public_id: PublicId::parse("qpujpkjvoudsylho").unwrap(),
            username: None,
            phone: None,
            email: None,
            role: Role::User,
            profile: Profile::default(),
            created_at: Timestamp::EPOCH,
            verified_at: None,
            last_sign_in_at: None,
            sign_in_count: 0,
            disabled_at: None,
            closing_at: None,
            permissions: Vec::new(),
            preferences: None,
            epoch: 0,
        };
        let written = store.write(move |tx| accounts::insert(tx, &account)).await;
        written.unwrap();
        store
    }

    fn token() -> SessionToken {
        SessionToken {
            account: ID,
            public_id: PublicId::parse("qpujpkjvoudsylho").unwrap(),
            secret: SessionSecret::draw(&SeededEntropy::new(1)),
            token_use: TokenUse::Session,
            expires_at: Timestamp::EPOCH,
        }
    }

    async fn look_up(store: &Store) -> Snapshot {
        let found: Result<_, SqlError> = store.read(|db| accounts::by_id(db, ID)).await;
        found.unwrap().unwrap().into()
    }

    #[tokio::test]
    async fn what_was_looked_up_before_a_change_and_remembered_after_it_is_not_given() {
        let folder = tempfile::tempdir().unwrap();
        let store = store_with_account(folder.path()).await;
        let (memory, token) = (SessionMemory::new(10), token());

        let early = store.account_version(ID).unwrap();
        let before = look_up(&store).await;
        store
            .write(|tx| accounts::disable(tx, ID, Timestamp::EPOCH))
            .await
            .unwrap();
        memory.put(&token, early, before, Timestamp::EPOCH);
        let now = store.account_version(ID).unwrap();
        assert!(memory.get(&token, now).is_none());

        memory.put(&token, now, look_up(&store).await, Timestamp::EPOCH);
        let (found, _) = memory.get(&token, now).unwrap();
        assert!(found.disabled_at.is_some());

        store.write(|tx| accounts::enable(tx, ID)).await.unwrap();
        assert!(memory.get(&token, store.account_version(ID).unwrap()).is_none());
    }

    #[tokio::test]
    async fn another_secret_with_the_same_beginning_is_another_session() {
        let folder = tempfile::tempdir().unwrap();
        let store = store_with_account(folder.path()).await;
        let (memory, token) = (SessionMemory::new(10), token());
        let version = store.account_version(ID).unwrap();
        memory.put(&token, version, look_up(&store).await, Timestamp::EPOCH);
        assert!(memory.get(&token, version).is_some());
        let mut secret = *token.secret.expose();
        secret[31] ^= 1;
        let other = SessionToken {
            secret: SessionSecret::from_bytes(secret),
            ..token.clone()
        };
        assert!(memory.get(&other, version).is_none());
        let elsewhere = SessionToken {
            account: AccountId(9),
            ..token
        };
        assert!(memory.get(&elsewhere, version).is_none());
    }
}

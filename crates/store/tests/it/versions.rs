//! A version moves on with every change of what requests are judged by, and before the change is acknowledged.

use yaopai_model::{AccountId, Timestamp};
use yaopai_store::{SqlError, Store, Tx, Version, args, sessions};

use crate::support::Place;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const ACCOUNT: AccountId = AccountId(7);
const OTHER: AccountId = AccountId(8);
const DIGEST: [u8; 32] = [1; 32];

/// A store with two accounts that have a session each.
async fn store(place: &Place) -> Store {
    let store = place.open();
    store
        .write(|tx| {
            for id in [ACCOUNT, OTHER] {
                tx.execute(
                    "insert into accounts (id, app_id, public_id, role, contact_email, extra, created_at, sign_in_count, \
                     permissions, epoch) values ($1, 1, 'abcdefghijklmnop', 0, '', '', 0, 0, '', 0)",
                    args![id.0],
                )?;
                tx.execute(
                    "insert into sessions (account_id, digest, created_at, expires_at, epoch, base_epoch, source, device) \
                     values ($1, $2, 0, $3, 0, 0, '', '')",
                    args![id.0, DIGEST, NOW],
                )?;
            }
            Ok::<_, SqlError>(())
        })
        .await
        .unwrap();
    store
}

fn versions(store: &Store) -> [Option<Version>; 3] {
    [
        store.account_version(ACCOUNT),
        store.account_version(OTHER),
        store.apps_version(),
    ]
}

/// Which of the three versions a transaction moves on: the account's, the other one's, that of the apps.
async fn moved(store: &Store, change: impl Fn(&Tx) -> Result<(), SqlError> + Send + 'static) -> [bool; 3] {
    let before = versions(store);
    store.write(change).await.unwrap();
    let after = versions(store);
    std::array::from_fn(|index| before[index] != after[index])
}

#[tokio::test]
async fn only_what_was_changed_moves_on() {
    let place = Place::new();
    let store = store(&place).await;
    let account = [true, false, false];
    let role = "update accounts set role = 2 where id = $1";
    assert_eq!(
        moved(&store, move |tx| tx.execute(role, args![ACCOUNT.0]).map(|_| ())).await,
        account
    );
    assert_eq!(
        moved(&store, |tx| sessions::carry_over(tx, ACCOUNT, &DIGEST).map(|_| ())).await,
        account
    );
    assert_eq!(
        moved(&store, |tx| sessions::end(tx, ACCOUNT, &DIGEST).map(|_| ())).await,
        account
    );
    assert_eq!(moved(&store, sessions::end_everywhere).await, [true, true, false]);
    let all = "delete from sessions";
    assert_eq!(
        moved(&store, move |tx| tx.execute(all, &[]).map(|_| ())).await,
        [false, true, false]
    );
    let gone = "delete from accounts where id = $1";
    assert_eq!(
        moved(&store, move |tx| tx.execute(gone, args![ACCOUNT.0]).map(|_| ())).await,
        account
    );
    let nothing = |_: &Tx| Ok(());
    assert_eq!(moved(&store, nothing).await, [false; 3]);
}

#[tokio::test]
async fn apps_and_their_hosts_move_on_together() {
    let place = Place::new();
    let store = store(&place).await;
    let app = [false, false, true];
    let statements = [
        "insert into apps (app_key, id, name, secret_digest, created_at) values ('k', 1, 'n', x'00', 0)",
        "update apps set name = 'm' where app_key = 'k'",
        "insert into app_hosts (host, app_id) values ('a.example', 1)",
        "update app_hosts set app_id = 2 where host = 'a.example'",
        "delete from app_hosts where host = 'a.example'",
        "delete from apps where app_key = 'k'",
    ];
    for statement in statements {
        let change = move |tx: &Tx| tx.execute(statement, &[]).map(|_| ());
        assert_eq!(moved(&store, change).await, app, "{statement}");
    }
}

/// Whoever read before a commit and comes to remember it only after: the version that they asked for first is an older one.
#[tokio::test]
async fn what_was_read_before_a_commit_has_the_version_before() {
    let place = Place::new();
    let store = store(&place).await;
    let asked = store.account_version(ACCOUNT);
    let read = store.read(|db| sessions::one(db, ACCOUNT, &DIGEST)).await.unwrap();
    assert!(read.is_some());
    let end = store.write(|tx| sessions::end(tx, ACCOUNT, &DIGEST));
    assert_eq!(end.await, Ok(true));
    assert_ne!(store.account_version(ACCOUNT), asked);
}

#[tokio::test]
async fn a_transaction_that_fails_may_move_versions_on_but_changes_nothing() {
    let place = Place::new();
    let store = store(&place).await;
    let failed = store
        .write(|tx| {
            sessions::end(tx, ACCOUNT, &DIGEST)?;
            Err::<(), _>(tx.collided())
        })
        .await;
    assert_eq!(failed, Err(SqlError::Conflict));
    let read = store.read(|db| sessions::one(db, ACCOUNT, &DIGEST)).await.unwrap();
    assert!(read.is_some());
}

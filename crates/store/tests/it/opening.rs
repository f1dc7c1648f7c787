//! Which files are opened, and which are refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use yaopai_store::{MigrationError, OpenError, Store, args};

use crate::support::{Place, ids, insert};

fn refusal(place: &Place) -> OpenError {
    Store::open_sqlite(&place.path(), &place.options).err().unwrap()
}

#[tokio::test]
async fn a_database_that_must_exist_is_never_made() {
    let mut place = Place::new();
    place.options.must_exist = true;
    assert!(matches!(refusal(&place), OpenError::Missing(_)));
    assert!(!place.path().exists());
    fs::write(place.path(), b"").unwrap();
    assert!(matches!(refusal(&place), OpenError::Missing(_)));
    assert_eq!(fs::read(place.path()).unwrap(), b"");
    rusqlite::Connection::open(place.path())
        .unwrap()
        .execute_batch("create table other (id integer)")
        .unwrap();
    assert!(
        matches!(refusal(&place), OpenError::Missing(_)),
        "a database, but not ours"
    );
}

#[tokio::test]
async fn a_database_that_exists_is_opened() {
    let mut place = Place::new();
    insert(&place.open_with_things().await, 1).await.unwrap();
    place.options.must_exist = true;
    assert_eq!(ids(&place.open()).await, [1]);
}

#[test]
fn an_empty_file_of_a_first_start_that_was_cut_off_is_used() {
    let place = Place::new();
    fs::write(place.path(), b"").unwrap();
    place.open();
}

#[tokio::test]
async fn a_file_cut_short_is_refused_and_left_alone() {
    let place = Place::new();
    let store = place.open_with_things().await;
    for id in 0..500_i64 {
        let data = vec![7; 1000];
        store
            .write(move |tx| tx.execute("insert into things (id, data) values ($1, $2)", args![id, data.clone()]))
            .await
            .unwrap();
    }
    store.close().await;
    let whole = fs::read(place.path()).unwrap();
    for length in [1, 99, 100, 4096, whole.len() / 2, whole.len() - 1] {
        fs::write(place.path(), &whole[..length]).unwrap();
        let refused = refusal(&place);
        assert!(
            matches!(refused, OpenError::Damaged(_) | OpenError::Database(_)),
            "{length}: {refused:?}"
        );
        assert_eq!(fs::read(place.path()).unwrap(), &whole[..length], "{length}");
    }
    fs::write(place.path(), &whole).unwrap();
    assert_eq!(ids(&place.open()).await.len(), 500);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let place = Place::new();
    let diary = b"Dear diary, ".repeat(1000);
    fs::write(place.path(), &diary).unwrap();
    assert!(matches!(refusal(&place), OpenError::Damaged(_)));
    assert_eq!(fs::read(place.path()).unwrap(), diary);
}

#[tokio::test]
async fn the_files_are_their_owners_only() {
    let place = Place::new();
    let mode = |name| fs::metadata(place.file(name)).unwrap().permissions().mode() & 0o777;
    let store = place.open_with_things().await;
    store.read(|db| db.rows("select id from things", &[])).await.unwrap();
    assert_eq!(
        [mode("yaopai.db"), mode("yaopai.db-wal"), mode("yaopai.db-shm")],
        [0o600; 3]
    );
    store.close().await;
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o644)).unwrap();
    place.open();
    assert_eq!(mode("yaopai.db"), 0o600);
}

fn tamper(place: &Place, sql: &str) {
    let connection = rusqlite::Connection::open(place.path()).unwrap();
    assert!(connection.execute(sql, []).unwrap() > 0);
}

#[tokio::test]
async fn a_schema_made_by_another_text_is_refused() {
    let place = Place::new();
    place.open().close().await;
    tamper(
        &place,
        "update schema_migrations set checksum = x'00' where version = 1",
    );
    assert!(matches!(
        refusal(&place),
        OpenError::Migration(MigrationError::Changed { version: 1 })
    ));
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let place = Place::new();
    place.open().close().await;
    tamper(
        &place,
        "insert into schema_migrations (version, name, checksum, applied_at) values (999, 'later', x'00', 0)",
    );
    assert!(matches!(
        refusal(&place),
        OpenError::Migration(MigrationError::Newer { found: 999, .. })
    ));
}

#[tokio::test]
async fn migrations_are_recorded_once() {
    let place = Place::new();
    place.open().close().await;
    let store = place.open();
    let sql = "select version, name, applied_at from schema_migrations order by version";
    let rows = store.read(move |db| db.rows(sql, &[])).await.unwrap();
    assert_eq!((rows[0].integer(0).unwrap(), rows[0].text(1).unwrap()), (1, "init"));
    assert!(rows.iter().all(|row| row.timestamp(2).unwrap() == place.options.now));
    let versions: Vec<_> = rows.iter().map(|row| row.integer(0).unwrap()).collect();
    assert_eq!(versions, (1..).take(rows.len()).collect::<Vec<i64>>());
}

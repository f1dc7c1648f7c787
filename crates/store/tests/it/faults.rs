//! What happens when the disk, the file or another process does not play along.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use yaopai_store::{BackupError, Db, MigrationError, OpenError, SqlError, Store, args, backup};

use crate::support::{Place, ids, insert};

/// Works until it is stopped.
const ENDLESS: &str = "with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n";

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_that_is_none_is_stopped() {
    let place = Place::new();
    let store = place.open();
    assert_eq!(
        store.read(|db| db.row(ENDLESS, &[])).await.unwrap_err(),
        SqlError::Deadline
    );
    assert_eq!(
        store.write(|tx| tx.row(ENDLESS, &[])).await.unwrap_err(),
        SqlError::Deadline
    );
    assert_eq!(store.check().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_past_its_deadline_is_stopped() {
    let mut place = Place::new();
    place.options.scanners = 1;
    place.options.scan_deadline = Duration::from_millis(100);
    let store = place.open();
    for _ in 0..3 {
        assert_eq!(
            store.scan(|db| db.row(ENDLESS, &[])).await.unwrap_err(),
            SqlError::Deadline
        );
    }
    let mut next = store.scan(|db| db.row("select 1", &[])).await;
    while next.is_err() {
        next = store.scan(|db| db.row("select 1", &[])).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_that_nobody_waits_for_is_stopped() {
    let mut place = Place::new();
    place.options.scanners = 1;
    place.options.scan_deadline = Duration::from_secs(3600);
    let store = place.open();
    let (begun, has_begun) = mpsc::sync_channel(1);
    let scanning = store.clone();
    let scan = tokio::spawn(async move {
        scanning
            .scan(move |db: &Db| {
                begun.send(()).unwrap();
                db.row(ENDLESS, &[])
            })
            .await
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap())
        .await
        .unwrap();
    scan.abort();
    // It would never get the only connection otherwise.
    assert!(store.scan(|db| db.row("select 1", &[])).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_scans_are_refused_at_once() {
    let mut place = Place::new();
    place.options.scanners = 1;
    place.options.scan_deadline = Duration::from_secs(3600);
    let store = place.open();
    let mut scans = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let store = store.clone();
        scans.spawn(async move { store.scan(|db| db.row(ENDLESS, &[])).await });
    }
    let refused = scans.join_next().await.unwrap().unwrap();
    assert_eq!(refused.unwrap_err(), SqlError::Overloaded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_that_writes_is_waited_for_and_then_reported() {
    let mut place = Place::new();
    place.options.busy_timeout = Duration::from_millis(50);
    let store = place.open_with_things().await;
    let other = rusqlite::Connection::open(place.path()).unwrap();
    other.execute_batch("begin immediate").unwrap();
    assert!(matches!(insert(&store, 1).await, Err(SqlError::Unavailable(_))));
    assert_eq!(ids(&store).await, [], "reading goes on");
    other.execute_batch("rollback").unwrap();
    assert_eq!(insert(&store, 2).await, Ok(1));
    assert_eq!(ids(&store).await, [2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_without_room_acknowledges_nothing_and_recovers() {
    let place = Place::new();
    let store = place.open_with_things().await;
    store
        .write(|tx| tx.row("pragma max_page_count = 200", &[]))
        .await
        .unwrap();
    let mut acknowledged = Vec::new();
    for id in 0..1000 {
        match fill(&store, id).await {
            Ok(_) => acknowledged.push(id),
            Err(SqlError::Unavailable(_)) => break,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(acknowledged.len() < 1000, "it never filled up");
    assert_eq!(ids(&store).await, acknowledged);
    store
        .write(|tx| tx.row("pragma max_page_count = 100000", &[]))
        .await
        .unwrap();
    fill(&store, 1000).await.unwrap();
    acknowledged.push(1000);
    assert_eq!(ids(&store).await, acknowledged);
}

async fn fill(store: &Store, id: i64) -> Result<u64, SqlError> {
    let sql = "insert into things (id, data) values ($1, $2)";
    store.write(move |tx| tx.execute(sql, args![id, vec![7; 8000]])).await
}

/// The same with a real limit of the system's, in a process of its own: files may not grow past 400 KiB or so.
#[test]
fn a_disk_without_room_acknowledges_nothing_and_recovers() {
    let place = Place::new();
    let limited = Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; ulimit -S -f 800; exec "$@""#, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "faults::on_a_small_disk", "--ignored", "--nocapture"])
        .current_dir(place.folder())
        .output()
        .unwrap();
    assert!(limited.status.success(), "{}", String::from_utf8_lossy(&limited.stderr));
    assert!(place.path().exists(), "the child did nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by a_disk_without_room_acknowledges_nothing_and_recovers"]
async fn on_a_small_disk() {
    let options = Place::new().options;
    let store = Store::open_sqlite("yaopai.db".as_ref(), &options).unwrap();
    store
        .write(|tx| tx.execute("create table things (id integer primary key, data blob)", &[]))
        .await
        .unwrap();
    let mut acknowledged = Vec::new();
    let mut writes = tokio::task::JoinSet::new();
    for id in 0..200 {
        let store = store.clone();
        writes.spawn(async move { (id, fill(&store, id).await) });
    }
    while let Some(written) = writes.join_next().await {
        match written.unwrap() {
            (id, Ok(_)) => acknowledged.push(id),
            (_, Err(SqlError::Unavailable(_))) => {}
            (id, Err(error)) => panic!("{id}: {error}"),
        }
    }
    acknowledged.sort_unstable();
    assert!(acknowledged.len() < 200, "it never filled up");
    assert_eq!(ids(&store).await, acknowledged);
    // A whole group may have failed where a single write still finds room.
    for id in 200.. {
        match fill(&store, id).await {
            Ok(_) => acknowledged.push(id),
            Err(_) => break,
        }
    }
    while store.check().await.is_ok() {}
    assert!(
        matches!(store.check().await, Err(SqlError::Unavailable(_))),
        "not ready while nothing can be written"
    );

    let pid = std::process::id().to_string();
    assert!(
        Command::new("prlimit")
            .args(["--pid", &pid, "--fsize=unlimited"])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(store.check().await, Ok(()));
    fill(&store, 1000).await.unwrap();
    acknowledged.push(1000);
    assert_eq!(ids(&store).await, acknowledged);
    store.close().await;
    let store = Store::open_sqlite("yaopai.db".as_ref(), &options).unwrap();
    assert_eq!(ids(&store).await, acknowledged);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_consistent_while_writing_goes_on() {
    let place = Place::new();
    let store = place.open_with_things().await;
    for id in 0..50 {
        insert(&store, id).await.unwrap();
    }
    let writing = tokio::spawn({
        let store = store.clone();
        async move {
            for id in 50..150 {
                insert(&store, id).await.unwrap();
            }
        }
    });
    let copy = Place::new();
    store.backup_to(&copy.path()).await.unwrap();
    writing.await.unwrap();
    assert_eq!(fs::metadata(copy.path()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        fs::read_dir(copy.folder()).unwrap().count(),
        1,
        "nothing else is left behind"
    );
    let held = ids(&copy.open()).await;
    assert!(held.len() >= 50, "what was acknowledged before is in it");
    assert_eq!(held, (0..).take(held.len()).collect::<Vec<i64>>());
    assert_eq!(ids(&store).await.len(), 150);
}

#[tokio::test]
async fn a_backup_needs_no_server() {
    let place = Place::new();
    let store = place.open_with_things().await;
    insert(&store, 1).await.unwrap();
    store.close().await;
    let copy = Place::new();
    backup(&place.path(), &copy.path()).unwrap();
    assert_eq!(ids(&copy.open()).await, [1]);
}

#[tokio::test]
async fn a_backup_overwrites_nothing() {
    let place = Place::new();
    let store = place.open();
    let target = place.file("precious");
    fs::write(&target, "precious").unwrap();
    assert!(matches!(store.backup_to(&target).await, Err(BackupError::Exists(_))));
    assert_eq!(fs::read(&target).unwrap(), b"precious");
    let nowhere = place.file("no/such/folder");
    assert!(matches!(store.backup_to(&nowhere).await, Err(BackupError::Io(_))));
    assert!(matches!(
        backup(&place.file("nothing"), &place.file("copy")),
        Err(BackupError::Database(_))
    ));
    assert!(!place.file("nothing").exists() && !place.file("copy").exists());
}

#[tokio::test]
async fn what_is_deleted_cannot_be_read_from_the_file() {
    let place = Place::new();
    let store = place.open_with_things().await;
    store
        .write(|tx| tx.execute("insert into things (id, body) values (1, 'canary-8814')", &[]))
        .await
        .unwrap();
    store.write(|tx| tx.execute("delete from things", &[])).await.unwrap();
    store.close().await;
    let bytes = fs::read(place.path()).unwrap();
    assert!(!bytes.windows(11).any(|window| window == b"canary-8814"));
}

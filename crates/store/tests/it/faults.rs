//! What happens when the disk, the file or another process does not play along.

use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use yaopai_store::{Db, SqlError, Store, args};

use crate::support::{Place, ids, insert};

/// Works until it is stopped.
const ENDLESS: &str = "with recursive n (i) as (select 1 union all select i + 1 from n) select max(i) from n";

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
    assert_eq!(insert(&store, 1).await, Err(SqlError::Overloaded));
    assert_eq!(ids(&store).await, [0_i64; 0], "reading goes on");
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

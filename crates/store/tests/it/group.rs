//! The writer: many writes share a commit, and none of them notices.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex};

use tokio::task::{JoinHandle, JoinSet};
use yaopai_store::{SqlError, Store, args};

use crate::support::{Place, ids, insert};

/// Occupies the writer until the returned sender is used.
async fn occupy(store: &Store) -> (SyncSender<()>, JoinHandle<Result<(), SqlError>>) {
    let (release, released) = mpsc::sync_channel(1);
    let (begun, has_begun) = mpsc::sync_channel(1);
    let released = Mutex::new(released);
    let occupying = store.clone();
    let task = tokio::spawn(async move {
        occupying
            .write(move |_| {
                begun.send(()).unwrap();
                released.lock().unwrap().recv().unwrap();
                Ok(())
            })
            .await
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap())
        .await
        .unwrap();
    (release, task)
}

async fn until_depth(store: &Store, depth: usize) {
    while store.queue_depth() < depth {
        tokio::task::yield_now().await;
    }
}

/// How many transactions are in the log: the frames that end one hold the size of the database after it (SQLite file
/// format, section 4.1).
fn commits(place: &Place) -> usize {
    let log = fs::read(place.file("yaopai.db-wal")).unwrap();
    let frame = 24 + usize::try_from(u32::from_be_bytes(log[8..12].try_into().unwrap())).unwrap();
    log[32..]
        .chunks_exact(frame)
        .filter(|frame| frame[4..8] != [0; 4])
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_shares_one_commit() {
    let place = Place::new();
    let store = place.open_with_things().await;
    let before = commits(&place);
    let (release, _occupied) = occupy(&store).await;
    let mut writes = JoinSet::new();
    for id in 0..100 {
        let store = store.clone();
        writes.spawn(async move { insert(&store, id).await.unwrap() });
    }
    until_depth(&store, 101).await;
    release.send(()).unwrap();
    writes.join_all().await;
    assert_eq!(ids(&store).await.len(), 100);
    assert_eq!(commits(&place) - before, 1);
    assert_eq!(store.queue_depth(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_while_others_are_run_shares_their_commit() {
    let place = Place::new();
    let store = place.open_with_things().await;
    let before = commits(&place);
    let (begun, has_begun) = mpsc::sync_channel(1);
    let (release, released) = mpsc::sync_channel::<()>(1);
    let released = Mutex::new(released);
    let first = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |tx| {
                    tx.execute("insert into things (id) values (1)", &[])?;
                    begun.send(()).unwrap();
                    released.lock().unwrap().recv().unwrap();
                    Ok::<_, SqlError>(())
                })
                .await
        }
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap())
        .await
        .unwrap();
    let second = tokio::spawn({
        let store = store.clone();
        async move { insert(&store, 2).await }
    });
    until_depth(&store, 2).await;
    release.send(()).unwrap();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(ids(&store).await, [1, 2]);
    assert_eq!(commits(&place) - before, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_is_bounded() {
    let mut place = Place::new();
    place.options.group = 10;
    let store = place.open_with_things().await;
    let before = commits(&place);
    let (release, _occupied) = occupy(&store).await;
    let mut writes = JoinSet::new();
    for id in 0..100 {
        let store = store.clone();
        writes.spawn(async move { insert(&store, id).await.unwrap() });
    }
    until_depth(&store, 101).await;
    release.send(()).unwrap();
    writes.join_all().await;
    // The one that occupied the writer is the first of the first group.
    assert_eq!(commits(&place) - before, 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_answered_before_the_commit() {
    let place = Place::new();
    let store = place.open_with_things().await;
    let (release, _occupied) = occupy(&store).await;
    let first = tokio::spawn({
        let store = store.clone();
        async move { insert(&store, 1).await }
    });
    until_depth(&store, 2).await;
    // The second job of the group holds up the commit while the first has been run already.
    let (begun, has_begun) = mpsc::sync_channel(1);
    let (go_on, may_go_on) = mpsc::sync_channel::<()>(1);
    let may_go_on = Mutex::new(may_go_on);
    let second = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |tx| {
                    begun.send(tx.rows("select id from things", &[])?.len()).unwrap();
                    may_go_on.lock().unwrap().recv().unwrap();
                    Ok::<_, SqlError>(())
                })
                .await
        }
    });
    until_depth(&store, 3).await;
    release.send(()).unwrap();
    let seen = tokio::task::spawn_blocking(move || has_begun.recv().unwrap())
        .await
        .unwrap();
    assert_eq!(seen, 1, "the first job has been run");
    assert_eq!(ids(&store).await, [0_i64; 0], "and is not committed");
    assert!(!first.is_finished());
    go_on.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(1));
    assert_eq!(ids(&store).await, [1]);
    second.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_crash() {
    let place = Place::new();
    let store = place.open_with_things().await;
    for id in 0..20 {
        insert(&store, id).await.unwrap();
        // What a crash would leave behind: the files as they are, with no one closing them.
        let after = Place::new();
        for file in ["yaopai.db", "yaopai.db-wal"] {
            fs::copy(place.file(file), after.file(file)).unwrap();
        }
        assert_eq!(ids(&after.open()).await, (0..=id).collect::<Vec<_>>());
    }
    let row = store
        .write(|tx| tx.row("pragma synchronous", &[]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        row.integer(0),
        Ok(2),
        "FULL: the copy above cannot tell what only the page cache holds"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_job_that_fails_takes_no_other_with_it() {
    let place = Place::new();
    let store = place.open_with_things().await;
    let (release, _occupied) = occupy(&store).await;
    let mut writes = JoinSet::new();
    for id in 0..60_i64 {
        let store = store.clone();
        writes.spawn(async move {
            let written = store.write(move |tx| {
                tx.execute("insert into things (id) values ($1)", args![id])?;
                match id % 4 {
                    0 => Ok(id),
                    1 => Err(SqlError::Conflict),
                    2 => panic!("on purpose"),
                    _ => tx.execute("insert into things (id) values ($1)", args![id]).map(|_| id),
                }
            });
            (id, written.await)
        });
    }
    until_depth(&store, 61).await;
    release.send(()).unwrap();
    for (id, outcome) in writes.join_all().await {
        match id % 4 {
            0 => assert_eq!(outcome, Ok(id)),
            1 => assert_eq!(outcome, Err(SqlError::Conflict)),
            2 => assert_eq!(outcome, Err(SqlError::Panicked)),
            _ => assert!(matches!(outcome, Err(SqlError::Database(_))), "{outcome:?}"),
        }
    }
    assert_eq!(ids(&store).await, (0..60).step_by(4).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_ends_the_transaction_is_left_out_and_the_others_are_run_again() {
    let place = Place::new();
    let store = place.open_with_things().await;
    let (release, _occupied) = occupy(&store).await;
    let runs = Arc::new(Mutex::new(0));
    let first = tokio::spawn({
        let (store, runs) = (store.clone(), Arc::clone(&runs));
        async move {
            store
                .write(move |tx| {
                    *runs.lock().unwrap() += 1;
                    tx.execute("insert into things (id) values (1)", &[])
                })
                .await
        }
    });
    until_depth(&store, 2).await;
    // SQLite rolls the whole transaction back when an insert is interrupted, and this one works past its bound.
    let endless = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(|tx| {
                    let sql = "with recursive n (i) as (select 1000 union all select i + 1 from n) \
                               insert into things (id) select max(i) from n";
                    let interrupted = tx.execute(sql, &[]);
                    tx.execute("insert into things (id) values (2)", &[]).ok();
                    interrupted
                })
                .await
        }
    });
    until_depth(&store, 3).await;
    let last = tokio::spawn({
        let store = store.clone();
        async move { insert(&store, 3).await }
    });
    until_depth(&store, 4).await;
    release.send(()).unwrap();
    assert_eq!(first.await.unwrap(), Ok(1));
    assert_eq!(endless.await.unwrap(), Err(SqlError::Deadline));
    assert_eq!(last.await.unwrap(), Ok(1));
    assert_eq!(ids(&store).await, [1, 3]);
    assert_eq!(*runs.lock().unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_refuses_at_once() {
    let mut place = Place::new();
    place.options.queue = 8;
    let store = place.open_with_things().await;
    let (release, _occupied) = occupy(&store).await;
    let mut writes = JoinSet::new();
    for id in 0..8 {
        let store = store.clone();
        writes.spawn(async move { insert(&store, id).await });
    }
    until_depth(&store, 9).await;
    assert_eq!(insert(&store, 99).await, Err(SqlError::Overloaded));
    assert_eq!(store.queue_depth(), 9, "what is refused does not count");
    release.send(()).unwrap();
    assert!(writes.join_all().await.iter().all(Result::is_ok));
    assert_eq!(ids(&store).await, (0..8).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_does_not_wait_for_ever() {
    let mut place = Place::new();
    place.options.write_deadline = std::time::Duration::from_millis(50);
    let store = place.open_with_things().await;
    let (release, occupied) = occupy(&store).await;
    assert_eq!(insert(&store, 1).await, Err(SqlError::Deadline));
    assert_eq!(occupied.await.unwrap(), Err(SqlError::Deadline));
    release.send(()).unwrap();
    while store.queue_depth() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ids(&store).await, [1], "the outcome was unknown, and is: written");
}

#[tokio::test]
async fn what_collides_is_undone_and_run_again() {
    let place = Place::new();
    let store = place.open_with_things().await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let written = store.write(move |tx| {
        let before = counted.fetch_add(1, Ordering::Relaxed);
        tx.execute("insert into things (id) values ($1)", args![7_i64])?;
        if before < 2 { Err(tx.collided()) } else { Ok(()) }
    });
    assert_eq!(written.await, Ok(()));
    assert_eq!((tries.load(Ordering::Relaxed), ids(&store).await), (3, vec![7]));

    let never: Result<(), SqlError> = store.write(|tx| Err(tx.collided())).await;
    assert_eq!(never, Err(SqlError::Conflict));
}

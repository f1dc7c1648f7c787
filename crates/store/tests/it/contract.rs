//! What reading and writing promise, on every database.

use std::sync::mpsc;

use tokio::task::JoinSet;
use yaopai_store::{Db, SqlError, Store, Tx, args};

use crate::contract;
use crate::support::{Place, ids, insert};

contract![
    what_is_written_can_be_read,
    returned_rows_come_through_the_transaction,
    an_error_undoes_the_whole_closure,
    a_failed_statement_cannot_be_swallowed,
    a_failed_look_up_cannot_pass_for_not_found,
    nothing_is_written_through_a_read,
    a_read_after_a_failed_one_works,
    a_scan_sees_one_snapshot,
    a_panic_is_answered_and_undone,
    counters_count_every_increment,
    a_guard_lets_one_of_many_through,
    a_write_goes_on_when_its_caller_has_gone,
    a_check_passes,
    close_finishes_what_is_queued_and_refuses_the_rest,
];

#[derive(Debug, PartialEq)]
enum Refusal {
    No,
    Fault(SqlError),
}

impl From<SqlError> for Refusal {
    fn from(error: SqlError) -> Self {
        Self::Fault(error)
    }
}

async fn what_is_written_can_be_read(store: Store) {
    assert_eq!(insert(&store, 1).await, Ok(1));
    assert_eq!(ids(&store).await, [1]);
    let changed = store
        .write(|tx| tx.execute("update things set body = $1 where id >= $2", args!["x", 2_i64]))
        .await;
    assert_eq!(changed, Ok(0));
    assert_eq!(store.write(|tx| tx.execute("delete from things", &[])).await, Ok(1));
    assert_eq!(ids(&store).await, [0_i64; 0]);
}

async fn returned_rows_come_through_the_transaction(store: Store) {
    let taken = store
        .write(|tx| {
            let sql = "insert into things (id) values ($1) on conflict (id) do nothing returning id";
            let first = tx.row(sql, args![1_i64])?.is_some();
            let second = tx.row(sql, args![1_i64])?.is_some();
            let seen = tx.row("select id from things where id = 1", &[])?.is_some();
            Ok::<_, SqlError>((first, second, seen))
        })
        .await;
    assert_eq!(taken, Ok((true, false, true)), "a transaction sees its own writes");
    let refused = store
        .write(|tx| tx.execute("insert into things (id) values (2) returning id", &[]))
        .await;
    assert!(refused.is_err(), "rows that nobody reads are a mistake");
    assert_eq!(ids(&store).await, [1]);
}

async fn an_error_undoes_the_whole_closure(store: Store) {
    let refused: Result<(), Refusal> = store
        .write(|tx| {
            tx.execute("insert into things (id) values (1)", &[])?;
            tx.execute("insert into things (id) values (2)", &[])?;
            Err(Refusal::No)
        })
        .await;
    assert_eq!(refused, Err(Refusal::No));
    assert_eq!(ids(&store).await, [0_i64; 0]);
}

async fn a_failed_statement_cannot_be_swallowed(store: Store) {
    insert(&store, 1).await.unwrap();
    let outcome: Result<(), Refusal> = store
        .write(|tx| {
            tx.execute("insert into things (id) values (2)", &[])?;
            let taken = tx.execute("insert into things (id) values (1)", &[]);
            assert!(taken.is_err());
            let after = tx.execute("insert into things (id) values (3)", &[]);
            assert_eq!(
                after, taken,
                "as in PostgreSQL, nothing more happens in this transaction"
            );
            Ok(())
        })
        .await;
    assert!(
        matches!(outcome, Err(Refusal::Fault(SqlError::Database(_)))),
        "{outcome:?}"
    );
    assert_eq!(ids(&store).await, [1]);
}

async fn a_failed_look_up_cannot_pass_for_not_found(store: Store) {
    fn look_up(db: &Db) -> Result<(), Refusal> {
        db.row("select nothing from nowhere", &[])
            .ok()
            .flatten()
            .map(|_| ())
            .ok_or(Refusal::No)
    }
    let outcomes = [
        store.read(look_up).await,
        store.scan(look_up).await,
        store.write(|tx| look_up(tx)).await,
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(Refusal::Fault(_))), "{outcome:?}");
    }
}

async fn nothing_is_written_through_a_read(store: Store) {
    let sneaky = |db: &Db| db.rows("insert into things (id) values (1) returning id", &[]);
    assert!(store.read(sneaky).await.is_err());
    assert!(store.scan(sneaky).await.is_err());
    assert_eq!(ids(&store).await, [0_i64; 0]);
}

async fn a_read_after_a_failed_one_works(store: Store) {
    for _ in 0..100 {
        assert!(
            store
                .read(|db| db.rows("select nothing from nowhere", &[]))
                .await
                .is_err()
        );
    }
    assert_eq!(ids(&store).await, [0_i64; 0]);
}

async fn a_scan_sees_one_snapshot(store: Store) {
    let (looked, has_looked) = mpsc::sync_channel(1);
    let (written, was_written) = mpsc::sync_channel(1);
    let scanning = store.clone();
    let scan = tokio::spawn(async move {
        scanning
            .scan(move |db| {
                let before = db.rows("select id from things", &[])?.len();
                looked.send(()).unwrap();
                was_written.recv().unwrap();
                let after = db.rows("select id from things", &[])?.len();
                Ok::<_, SqlError>((before, after))
            })
            .await
    });
    tokio::task::spawn_blocking(move || has_looked.recv().unwrap())
        .await
        .unwrap();
    insert(&store, 1).await.unwrap();
    written.send(()).unwrap();
    assert_eq!(scan.await.unwrap(), Ok((0, 0)));
    assert_eq!(
        store
            .scan(|db| Ok::<_, SqlError>(db.rows("select id from things", &[])?.len()))
            .await,
        Ok(1)
    );
}

async fn a_panic_is_answered_and_undone(store: Store) {
    let nobody = |_: &Db| -> Result<(), SqlError> { panic!("on purpose") };
    assert_eq!(store.read(nobody).await, Err(SqlError::Panicked));
    for _ in 0..5 {
        assert_eq!(store.scan(nobody).await, Err(SqlError::Panicked));
        assert!(
            store.scan(|db| db.rows("select id from things", &[])).await.is_ok(),
            "no transaction is left behind"
        );
    }
    let outcome: Result<(), SqlError> = store
        .write(|tx| {
            tx.execute("insert into things (id) values (1)", &[])?;
            panic!("on purpose")
        })
        .await;
    assert_eq!(outcome, Err(SqlError::Panicked));
    insert(&store, 2).await.unwrap();
    assert_eq!(ids(&store).await, [2]);
}

async fn counters_count_every_increment(store: Store) {
    insert(&store, 1).await.unwrap();
    store
        .write(|tx| tx.execute("update things set body = '0' where id = 1", &[]))
        .await
        .unwrap();
    let mut increments = JoinSet::new();
    for _ in 0..200 {
        let store = store.clone();
        increments.spawn(async move {
            store
                .write(|tx| {
                    let sql =
                        "update things set body = cast(cast(body as integer) + 1 as text) where id = 1 returning body";
                    let row = tx.row(sql, &[])?.ok_or(SqlError::BadRow {
                        table: "things",
                        column: "id",
                    })?;
                    Ok::<_, SqlError>(row.text(0)?.parse::<i64>().unwrap())
                })
                .await
                .unwrap()
        });
    }
    let mut counts = increments.join_all().await;
    counts.sort_unstable();
    assert_eq!(counts, (1..=200).collect::<Vec<i64>>());
}

async fn a_guard_lets_one_of_many_through(store: Store) {
    for round in 0..20 {
        insert(&store, round).await.unwrap();
        let mut takers = JoinSet::new();
        for taker in 0..50_i64 {
            let store = store.clone();
            takers.spawn(async move {
                let sql = "update things set body = $1 where id = $2 and body is null";
                store
                    .write(move |tx| tx.execute(sql, args![taker.to_string(), round]))
                    .await
                    .unwrap()
            });
        }
        assert_eq!(takers.join_all().await.iter().sum::<u64>(), 1, "round {round}");
    }
}

async fn a_write_goes_on_when_its_caller_has_gone(store: Store) {
    let (hold, held) = mpsc::sync_channel::<()>(1);
    let held = std::sync::Mutex::new(held);
    let abandoned = store.clone();
    let caller = tokio::spawn(async move {
        abandoned
            .write(move |tx| {
                held.lock().unwrap().recv().unwrap();
                tx.execute("insert into things (id) values (1)", &[])
            })
            .await
    });
    while store.queue_depth() == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    hold.send(()).unwrap();
    while store.queue_depth() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ids(&store).await, [1]);
}

async fn a_check_passes(store: Store) {
    for _ in 0..3 {
        assert_eq!(store.check().await, Ok(()));
    }
    assert_eq!(ids(&store).await, [0_i64; 0]);
}

async fn close_finishes_what_is_queued_and_refuses_the_rest(store: Store) {
    let (hold, held) = mpsc::sync_channel::<()>(1);
    let held = std::sync::Mutex::new(held);
    let mut writes = JoinSet::new();
    for id in 0..10 {
        let store = store.clone();
        writes.spawn(async move { insert(&store, id).await });
    }
    let blocking = store.clone();
    writes.spawn(async move {
        blocking
            .write(move |_: &Tx| {
                held.lock().unwrap().recv().unwrap();
                Ok::<_, SqlError>(1)
            })
            .await
    });
    while writes.len() == 11 && store.queue_depth() == 0 {
        tokio::task::yield_now().await;
    }
    let late = store.clone();
    let closing = tokio::spawn(store.close());
    hold.send(()).unwrap();
    closing.await.unwrap();
    for written in writes.join_all().await {
        assert!(matches!(written, Ok(1) | Err(SqlError::Unavailable(_))), "{written:?}");
    }
    assert!(matches!(insert(&late, 99).await, Err(SqlError::Unavailable(_))));
    assert!(matches!(late.check().await, Err(SqlError::Unavailable(_))));
    assert!(matches!(
        late.scan(|db| db.rows("select 1", &[])).await,
        Err(SqlError::Unavailable(_))
    ));
}

#[tokio::test]
async fn what_was_written_is_there_when_opened_again() {
    let place = Place::new();
    let store = place.open_with_things().await;
    insert(&store, 1).await.unwrap();
    store.close().await;
    assert!(!place.file("yaopai.db-wal").exists(), "closing leaves one file");
    let store = place.open();
    insert(&store, 2).await.unwrap();
    assert_eq!(ids(&store).await, [1, 2]);
}

//! What happens when a PostgreSQL server, or the line to it, does not play along.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryFutureExt as _;
use tokio::task::JoinSet;
use yaopai_model::Timestamp;
use yaopai_store::{PostgresOptions, PostgresUrl, SqlError, Store, apps, args};
use yaopai_testkit::postgres::{Pooler, Scratch, Server, Shutdown};
use yaopai_testkit::{SeededEntropy, found};

use crate::proxy::{Cut, Proxy};
use crate::support::{Base, ids, insert, server};

/// Within this every call is answered, whatever has happened to the server: twice what the store gives one, since the machine
/// may have much else to do.
const ANSWERED: Duration = Duration::from_secs(5);
/// Within this everything works when the server is back.
const RECOVERED: Duration = Duration::from_secs(10);

/// A store on a server of its own.
async fn on(server: &Server) -> (Base, Store) {
    let base = Base::on(Scratch::make_on(server.url("postgres")).unwrap());
    let store = base.open_with_things().await;
    (base, store)
}

#[expect(clippy::disallowed_methods, reason = "how long things take is what is asked here")]
async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let start = Instant::now();
    let value = work.await;
    (value, start.elapsed())
}

/// Calls of every kind are refused in time while the server is away; with or without others beside them.
async fn assert_refused(store: &Store) {
    let mut calls = JoinSet::new();
    for _ in 0..30 {
        let store = store.clone();
        calls.spawn(async move {
            let sql = "select id from things";
            let (outcomes, time) = timed(async {
                tokio::join!(
                    store.look_up(apps::default()).map_ok(drop),
                    store.read(move |db| db.rows(sql, &[]).map(drop)),
                    store.write(|tx| tx.execute("insert into things (id) values (1000)", &[]).map(drop)),
                )
            })
            .await;
            (outcomes, time)
        });
    }
    while let Some(call) = calls.join_next().await {
        let ((look_up, read, write), time) = call.unwrap();
        for outcome in [look_up, read, write] {
            assert!(
                matches!(
                    outcome,
                    Err(SqlError::Unavailable(_) | SqlError::Deadline | SqlError::InDoubt)
                ),
                "{outcome:?}"
            );
        }
        assert!(time < ANSWERED, "{time:?}");
    }
}

async fn assert_recovers(store: &Store) {
    let (worked, time) = timed(async {
        while store.check().await.is_err() {}
        while store.look_up(apps::default()).await.is_err() {}
        ids(store).await
    })
    .await;
    assert!(time < RECOVERED, "{time:?}: {worked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_restarts_is_found_again() {
    let Some(mut server) = server(&["fsync=on"]) else {
        return;
    };
    let (_base, store) = on(&server).await;
    for (id, how) in [(0, Shutdown::Fast), (1, Shutdown::Immediate), (2, Shutdown::Kill)] {
        insert(&store, id).await.unwrap();
        server.stop(how).unwrap();
        assert_refused(&store).await;
        server.start_again().unwrap();
        assert_recovers(&store).await;
        assert_eq!(ids(&store).await, (0..=id).collect::<Vec<_>>(), "after {how:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_that_nobody_saw_costs_no_call() {
    let Some(mut server) = server(&[]) else { return };
    let (_base, store) = on(&server).await;
    insert(&store, 1).await.unwrap();
    server.stop(Shutdown::Fast).unwrap();
    server.start_again().unwrap();
    for id in 2..30 {
        insert(&store, id).await.unwrap();
        assert_eq!(ids(&store).await.len(), id as usize);
        assert!(store.look_up(apps::default()).await.unwrap().is_none());
    }
}

/// The pooler keeps its clients, and leads them to what has become a standby.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_switchover_behind_a_pooler_costs_no_write() {
    let Some(mut primary) = server(&[]) else { return };
    let Some(pooler) = found(Pooler::start(&primary, 4)) else {
        return;
    };
    let standby = primary.standby(&[]).unwrap();
    // What is written is on the standby, too, before it is acknowledged.
    primary.run("alter system set synchronous_standby_names = '*'").unwrap();
    primary.run("select pg_reload_conf()").unwrap();
    primary.run("create table things (id bigint primary key)").unwrap();
    let url = format!(
        "postgres://yaopai@127.0.0.1:{},127.0.0.1:{}/postgres\
         ?sslmode=disable&target_session_attrs=read-write&prepared_statements=off",
        pooler.port(),
        standby.port()
    );
    let options = PostgresOptions {
        // Nobody looks after the connections meanwhile: the writes themselves notice.
        recheck_every: Duration::from_hours(1),
        // Time enough to connect on a busy machine.
        deadline: Duration::from_secs(10),
        ..PostgresOptions::new(Timestamp::EPOCH, Arc::new(SeededEntropy::new(1)))
    };
    let store = Store::open_postgres(&PostgresUrl::parse(&url).unwrap(), &options)
        .await
        .unwrap();
    for id in 0..100 {
        insert(&store, id).await.unwrap();
    }

    primary.stop(Shutdown::Fast).unwrap();
    standby.run("select pg_promote()").unwrap();
    primary.demote(&standby).unwrap();
    primary.start_again().unwrap();
    for id in 100..200 {
        insert(&store, id).await.unwrap();
    }
    assert_eq!(standby.run("select count(*) from things").unwrap(), "200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_holds_nobody_up() {
    let Some(server) = server(&[]) else { return };
    let (_base, store) = on(&server).await;
    insert(&store, 1).await.unwrap();
    server.freeze().unwrap();
    assert_refused(&store).await;
    assert_refused(&store).await;
    server.thaw().unwrap();
    assert_recovers(&store).await;
    let after = ids(&store).await;
    assert!(after == [1] || after == [1, 1000], "{after:?}");
}

/// Writes go on while the server is killed and started again; what was acknowledged is there, and nothing twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_a_server_is_killed() {
    let Some(mut server) = server(&["fsync=on"]) else {
        return;
    };
    let (_base, store) = on(&server).await;
    let writing = store.clone();
    let writer = tokio::spawn(async move {
        let (mut acknowledged, mut unknown) = (Vec::new(), Vec::new());
        for id in 0..2000 {
            match insert(&writing, id).await {
                Ok(_) => acknowledged.push(id),
                Err(SqlError::Deadline | SqlError::InDoubt) => unknown.push(id),
                Err(_) => tokio::task::yield_now().await,
            }
        }
        (acknowledged, unknown)
    });
    while ids(&store).await.len() < 50 {}
    server.stop(Shutdown::Kill).unwrap();
    server.start_again().unwrap();
    let (acknowledged, unknown) = writer.await.unwrap();
    assert_recovers(&store).await;
    let there = ids(&store).await;
    assert!(acknowledged.iter().all(|id| there.contains(id)));
    assert!(there.iter().all(|id| acknowledged.contains(id) || unknown.contains(id)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_cut_before_the_commit_is_tried_again() {
    let Some(base) = Base::new() else { return };
    let store = base.open_with_things().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let written = store.write(move |tx| {
        tx.execute("insert into things (id) values (1)", &[])?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            // Whoever runs the server may end any connection.
            tx.rows("select pg_terminate_backend(pg_backend_pid())", &[])?;
        }
        Ok::<_, SqlError>(())
    });
    assert_eq!(written.await, Ok(()));
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(ids(&store).await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_becomes_of_a_commit_that_was_cut_off_is_said_to_be_unknown() {
    let Some(server) = server(&[]) else { return };
    let proxy = Proxy::start(server.port()).await;
    let (_base, store) = through(&proxy, &server).await;
    insert(&store, 1).await.unwrap();
    proxy.cut(Cut::BeforeCommit);
    assert_eq!(insert(&store, 2).await, Err(SqlError::InDoubt));
    assert_eq!(ids(&store).await, [1]);
    proxy.cut(Cut::AfterCommit);
    assert_eq!(insert(&store, 3).await, Err(SqlError::InDoubt));
    assert_eq!(ids(&store).await, [1, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_others_hold_for_too_long_are_told_as_too_much_to_do() {
    let Some(mut base) = Base::new() else { return };
    base.options.lock_wait = Duration::from_millis(50);
    let store = base.open_with_things().await;
    insert(&store, 1).await.unwrap();
    let held = base.database.lock().unwrap();
    assert_eq!(insert(&store, 2).await, Err(SqlError::Overloaded));
    assert_eq!(ids(&store).await, [1], "reading goes on");
    drop(held);
    assert_eq!(insert(&store, 3).await, Ok(1));
    assert_eq!(ids(&store).await, [1, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_that_is_none_is_stopped() {
    let Some(mut base) = Base::new() else { return };
    // Time enough to connect on a busy machine.
    base.options.deadline = Duration::from_secs(1);
    let store = base.open().await;
    let endless = "with recursive n (i) as (select 1 union all select 1 from n) select max(i) from n";
    assert_eq!(
        store.read(|db| db.row(endless, &[])).await.unwrap_err(),
        SqlError::Deadline
    );
    assert_eq!(
        store.write(|tx| tx.row(endless, &[])).await.unwrap_err(),
        SqlError::Deadline
    );
    assert_eq!(store.check().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_calls_are_refused_at_once() {
    let Some(mut base) = Base::new() else { return };
    (base.options.writers, base.options.queue) = (1, 4);
    let store = base.open_with_things().await;
    let held = base.database.lock().unwrap();
    let mut writes = JoinSet::new();
    for id in 0..50 {
        let store = store.clone();
        writes.spawn(async move { insert(&store, id).await });
    }
    let (refused, time) = timed(writes.join_next()).await;
    assert_eq!(refused.unwrap().unwrap(), Err(SqlError::Overloaded));
    assert!(time < Duration::from_secs(1), "{time:?}");
    drop(held);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_value_is_in_a_message() {
    let Some(base) = Base::new() else { return };
    let store = base.open_with_things().await;
    let secret = "a secret";
    let taken = store.write(move |tx| {
        tx.execute("create unique index one_body on things (body)", &[])?;
        tx.execute("insert into things (id, body) values (1, $1)", args![secret])?;
        tx.execute("insert into things (id, body) values (2, $1)", args![secret])
    });
    let cast = store.read(move |db| db.rows("select cast(cast($1 as text) as bigint)", args![secret]));
    for message in [
        taken.await.unwrap_err().to_string(),
        cast.await.unwrap_err().to_string(),
    ] {
        assert!(!message.contains("secret"), "{message}");
    }
}

/// A store that reaches a server's database over a line that can be cut.
async fn through(proxy: &Proxy, server: &Server) -> (Base, Store) {
    let scratch = Scratch::make_on(server.url("postgres")).unwrap();
    let through = scratch
        .url()
        .replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port));
    let base = Base::on(scratch);
    base.open_with_things().await.close().await;
    let url = PostgresUrl::parse(&through).unwrap();
    let store = Store::open_postgres(&url, &base.options).await.unwrap();
    (base, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_whose_line_is_cut_is_made_again() {
    let Some(server) = server(&[]) else { return };
    let proxy = Proxy::start(server.port()).await;
    let (_base, store) = through(&proxy, &server).await;
    for _ in 0..10 {
        store.look_up(apps::default()).await.unwrap();
    }
    for _ in 0..10 {
        proxy.cut(Cut::BeforeAnything);
        assert!(store.look_up(apps::default()).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_falls_silent_is_left_by_all_who_look_up() {
    let Some(server) = server(&[]) else { return };
    let proxy = Proxy::start(server.port()).await;
    let (_base, store) = through(&proxy, &server).await;
    for _ in 0..10 {
        store.look_up(apps::default()).await.unwrap();
    }
    proxy.fall_silent();
    let mut waiting = JoinSet::new();
    for _ in 0..30 {
        let store = store.clone();
        waiting.spawn(async move { timed(store.look_up(apps::default())).await });
    }
    for (outcome, time) in waiting.join_all().await {
        let is_told = matches!(outcome, Err(SqlError::Deadline | SqlError::Unavailable(_)));
        assert!(is_told && time < ANSWERED, "{time:?}");
    }
    // Those connections stay silent.
    proxy.speak_again();
    for _ in 0..10 {
        let (found, time) = timed(store.look_up(apps::default())).await;
        assert!(found.unwrap().is_none());
        assert!(time < Duration::from_secs(1), "{time:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_look_ups_are_refused_at_once() {
    let Some(server) = server(&[]) else { return };
    let mut base = Base::on(Scratch::make_on(server.url("postgres")).unwrap());
    base.options.queue = 4;
    let store = base.open_with_things().await;
    store.look_up(apps::default()).await.unwrap();
    server.freeze().unwrap();
    let mut look_ups = JoinSet::new();
    for _ in 0..20 {
        let store = store.clone();
        look_ups.spawn(async move { timed(store.look_up(apps::default())).await });
    }
    let mut refused = 0;
    while let Some(look_up) = look_ups.join_next().await {
        let (outcome, time) = look_up.unwrap();
        match outcome.map(drop) {
            Err(SqlError::Overloaded) => {
                assert!(time < Duration::from_secs(1), "{time:?}");
                refused += 1;
            }
            outcome => assert!(
                matches!(outcome, Err(SqlError::Deadline | SqlError::Unavailable(_))),
                "{outcome:?}"
            ),
        }
    }
    assert!(refused >= 16, "{refused}");
    server.thaw().unwrap();
    assert_recovers(&store).await;
}

/// The runtime that a connection was opened on drives it, and may end while the store goes on.
#[test]
fn connections_of_a_runtime_that_has_ended_are_opened_anew() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let Some(base) = Base::new() else { return };
    let first = runtime();
    let store = first.block_on(async {
        let store = base.open().await;
        for _ in 0..10 {
            store.look_up(apps::default()).await.unwrap();
        }
        store
    });
    drop(first);
    runtime().block_on(async {
        for _ in 0..10 {
            assert!(store.look_up(apps::default()).await.unwrap().is_none());
        }
        store.close().await;
    });
}

//! A base that moves to another database, and back.

use std::panic::AssertUnwindSafe;
use std::path::Path;

use futures_util::FutureExt as _;
use rusqlite::Connection;
use yaopai_store::transfer::{Arrived, Place, Progress, Step, TransferError, transfer};
use yaopai_store::{OpenError, PostgresUrl, Store};

use crate::support::{Base, Place as Folder};

/// More than go over at once.
const MANY: i64 = 12_345;

/// A column: its name, its kind, and whether it may be null.
type Column = (String, String, bool);

/// Every table with its columns.
fn schema(connection: &Connection) -> Vec<(String, Vec<Column>)> {
    let list = "select name from sqlite_schema where type = 'table' and name <> 'schema_migrations' order by name";
    let mut statement = connection.prepare(list).unwrap();
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let columns = |name: &String| {
        let mut statement = connection
            .prepare("select name, lower(type), \"notnull\" = 0 and pk = 0 from pragma_table_info($1) order by cid")
            .unwrap();
        let columns = statement.query_map([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        columns.unwrap().map(Result::unwrap).collect()
    };
    names.iter().map(|name| (name.clone(), columns(name))).collect()
}

/// Puts rows into every table: negative numbers, every language, no value where there may be none.
fn fill(path: &Path) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("begin; delete from base_state").unwrap();
    for (name, columns) in schema(&connection) {
        let rows = if name == "accounts" { MANY } else { 7 };
        let places: Vec<_> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        let sql = format!("insert into {name} values ({})", places.join(", "));
        let mut statement = connection.prepare(&sql).unwrap();
        for row in 0..rows {
            for (index, (_, kind, nullable)) in columns.iter().enumerate() {
                let (place, number) = (index + 1, row * 1_000_003 - 3_000_000_000);
                let text = ["张三", "a", "Ä", "é", "", "Z", "😀"][usize::try_from(row % 7).unwrap()];
                match kind.as_str() {
                    _ if *nullable && (row + index as i64) % 3 == 0 => {
                        statement.raw_bind_parameter(place, rusqlite::types::Null).unwrap();
                    }
                    "integer" => statement.raw_bind_parameter(place, number).unwrap(),
                    "text" => statement
                        .raw_bind_parameter(place, format!("{text}{}", row / 7))
                        .unwrap(),
                    _ => statement
                        .raw_bind_parameter(place, [number.to_le_bytes(), [0xff; 8]].concat())
                        .unwrap(),
                }
            }
            statement.raw_execute().unwrap();
        }
    }
    connection.execute_batch("commit").unwrap();
}

/// All rows of all tables, as text, in an order.
fn dump(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut rows = Vec::new();
    for (name, columns) in schema(&connection) {
        let quoted: Vec<_> = columns.iter().map(|(column, ..)| format!("quote({column})")).collect();
        let sql = format!(
            "select '{name} ' || {} from {name} order by 1",
            quoted.join(" || ' ' || ")
        );
        let mut statement = connection.prepare(&sql).unwrap();
        rows.extend(
            statement
                .query_map([], |row| row.get::<_, String>(0))
                .unwrap()
                .map(Result::unwrap),
        );
    }
    rows
}

async fn filled() -> Folder {
    let folder = Folder::new();
    folder.open().close().await;
    fill(&folder.path());
    folder
}

fn quiet() -> impl FnMut(Progress) + Send {
    |_| ()
}

fn url(base: &Base) -> PostgresUrl {
    PostgresUrl::parse(&base.database.url()).unwrap()
}

async fn copy(base: &Base, from: Place<'_>, to: Place<'_>) -> Result<Vec<Arrived>, TransferError> {
    transfer(from, to, &base.options, &mut quiet()).await
}

#[tokio::test]
async fn every_row_of_every_table_goes_there_and_back() {
    let Some(base) = Base::new() else { return };
    let (before, after) = (filled().await, Folder::new());
    let (there, url) = (before.path(), url(&base));
    let arrived = copy(&base, Place::Sqlite(&there), Place::Postgres(&url)).await.unwrap();
    assert!(
        arrived
            .iter()
            .any(|table| table.table == "accounts" && table.rows == MANY as u64)
    );
    assert!(arrived.iter().all(|table| table.rows >= 7), "{arrived:?}");
    let back = copy(&base, Place::Postgres(&url), Place::Sqlite(&after.path()))
        .await
        .unwrap();
    assert_eq!(arrived, back, "both count and sum up the same");
    assert_eq!(dump(&there), dump(&after.path()));
    // Both are open to servers again.
    base.open().await.close().await;
    after.open().close().await;
}

#[tokio::test]
async fn a_copy_that_was_cut_off_goes_on_and_is_not_served_meanwhile() {
    let Some(base) = Base::new() else { return };
    let (before, after) = (filled().await, Folder::new());
    let (there, url) = (before.path(), url(&base));
    for cut in [
        (Step::Copying, "accounts", 5_000),
        (Step::Copying, "codes", 7),
        (Step::Comparing, "apps", 7),
    ] {
        let mut cut_off = |progress: Progress| {
            assert!(
                (progress.step, progress.table, progress.done) != cut || progress.done == 0,
                "cut off"
            );
        };
        let run = transfer(
            Place::Sqlite(&there),
            Place::Postgres(&url),
            &base.options,
            &mut cut_off,
        );
        assert!(AssertUnwindSafe(run).catch_unwind().await.is_err(), "{cut:?}");
        let opened = Store::open_postgres(&url, &base.options).await;
        assert!(matches!(opened.err(), Some(OpenError::Unfinished)), "{cut:?}");
    }
    let other = filled().await;
    Connection::open(other.path())
        .unwrap()
        .execute("delete from keys where id = 0 or sealed = x'00' or true", [])
        .unwrap();
    let another = copy(&base, Place::Sqlite(&other.path()), Place::Postgres(&url)).await;
    assert!(matches!(another, Err(TransferError::AnotherSource)), "{another:?}");

    let mut first = None;
    let mut note = |progress: Progress| {
        if progress.table == "accounts" && progress.step == Step::Copying {
            first.get_or_insert(progress.done);
        }
    };
    transfer(Place::Sqlite(&there), Place::Postgres(&url), &base.options, &mut note)
        .await
        .unwrap();
    assert_eq!(first, Some(MANY as u64), "nothing is copied twice");
    copy(&base, Place::Postgres(&url), Place::Sqlite(&after.path()))
        .await
        .unwrap();
    assert_eq!(dump(&there), dump(&after.path()));
}

#[tokio::test]
async fn large_rows_go_over_a_few_at_a_time() {
    let Some(base) = Base::new() else { return };
    let (before, after, url) = (filled().await, Folder::new(), url(&base));
    let connection = Connection::open(before.path()).unwrap();
    let pieces = "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 300) \
                  insert into picture_pieces (name, number, bytes) select 'large', n, zeroblob(32768) from numbers";
    connection.execute(pieces, []).unwrap();
    drop(connection);
    let mut batches = Vec::new();
    let mut note = |progress: Progress| {
        if progress.table == "picture_pieces" {
            batches.push(progress.step);
        }
    };
    transfer(
        Place::Sqlite(&before.path()),
        Place::Postgres(&url),
        &base.options,
        &mut note,
    )
    .await
    .unwrap();
    // 9,6 MB in batches of 4: the beginning, three batches, and three compared on either side.
    let copied = batches.iter().filter(|step| **step == Step::Copying).count();
    assert_eq!((copied, batches.len() - copied), (1 + 3, 3 + 3));
    copy(&base, Place::Postgres(&url), Place::Sqlite(&after.path()))
        .await
        .unwrap();
    assert_eq!(dump(&before.path()), dump(&after.path()));
}

#[tokio::test]
async fn a_target_that_was_touched_is_found_out() {
    let Some(base) = Base::new() else { return };
    let (before, url) = (filled().await, url(&base));
    let there = before.path();
    let mut cut_off = |progress: Progress| assert!(progress.step == Step::Copying, "cut off");
    let run = transfer(
        Place::Sqlite(&there),
        Place::Postgres(&url),
        &base.options,
        &mut cut_off,
    );
    assert!(AssertUnwindSafe(run).catch_unwind().await.is_err());
    base.database
        .run("update accounts set bio = 'x' where id = (select max(id) from accounts)")
        .unwrap();
    let outcome = copy(&base, Place::Sqlite(&there), Place::Postgres(&url)).await;
    assert!(
        matches!(outcome, Err(TransferError::Differs("accounts"))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn what_is_not_empty_is_not_overwritten_and_what_is_not_there_not_copied() {
    let Some(base) = Base::new() else { return };
    let (one, two, url) = (filled().await, filled().await, url(&base));
    let onto = copy(&base, Place::Sqlite(&one.path()), Place::Sqlite(&two.path())).await;
    assert!(matches!(onto, Err(TransferError::NotEmpty(_))), "{onto:?}");
    assert_eq!(dump(&one.path()), dump(&two.path()));

    let nowhere = one.path().with_file_name("nowhere.db");
    let from = copy(&base, Place::Sqlite(&nowhere), Place::Postgres(&url)).await;
    assert!(matches!(from, Err(TransferError::Source(_))), "{from:?}");
    assert!(!nowhere.exists());
    let from = copy(&base, Place::Postgres(&url), Place::Sqlite(&nowhere)).await;
    assert!(matches!(from, Err(TransferError::Schema)), "{from:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_to_the_source_meanwhile() {
    let Some(base) = Base::new() else { return };
    let (before, after, url) = (filled().await, Folder::new(), url(&base));
    copy(&base, Place::Sqlite(&before.path()), Place::Postgres(&url))
        .await
        .unwrap();
    let store = base.open().await;
    let (mut tried, handle) = (false, tokio::runtime::Handle::current());
    let mut write = |_: Progress| {
        if !std::mem::replace(&mut tried, true) {
            let writing = store.write(|tx| tx.execute("update base_state set value = value where name = 'a0'", &[]));
            let written = std::thread::scope(|scope| scope.spawn(|| handle.block_on(writing)).join().unwrap());
            assert!(written.is_err());
        }
    };
    tokio::task::block_in_place(|| {
        handle.block_on(transfer(
            Place::Postgres(&url),
            Place::Sqlite(&after.path()),
            &base.options,
            &mut write,
        ))
    })
    .unwrap();
    store
        .write(|tx| tx.execute("update base_state set value = value where name = 'a0'", &[]))
        .await
        .unwrap();
}

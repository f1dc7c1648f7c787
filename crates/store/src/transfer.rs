//! Copying a whole account base from one database to another, row by row.
//!
//! The tables and their keys are read off the schema itself, so that none can be forgotten. Rows go over in the order of
//! their keys, a batch at a time; what the target has is therefore always how the source begins, and a copy that was cut
//! off goes on behind the last key that arrived. In the end both sides are read once more and compared.

mod digest;
mod postgres;
mod sqlite;
mod tables;

use std::path::Path;

use crate::open::OpenError;
use crate::postgres::{PostgresOptions, PostgresUrl};
use crate::row::Value;
use crate::sql::SqlError;

use digest::TableDigest;
use tables::Table;

/// The table that a target has until it is whole. No store opens a database that has it.
pub(crate) const UNFINISHED: &str = "unfinished_transfer";

/// Rows that are on their way at once.
const BATCH_ROWS: usize = 5_000;
/// Bytes of theirs, past which no further row is taken: settings and pieces of pictures are large.
const BATCH_BYTES: usize = 4 << 20;

/// A database, as one end of a copy.
pub enum Place<'a> {
    /// A file of SQLite's.
    Sqlite(&'a Path),
    /// A PostgreSQL database.
    Postgres(&'a PostgresUrl),
}

/// How far a copy has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// To which table.
    pub table: &'static str,
    /// Rows of it that are done.
    pub done: u64,
    /// All its rows.
    pub total: u64,
}

/// What is being done to a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its rows are copied.
    Copying,
    /// Both sides are read and compared.
    Comparing,
}

/// A table that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Its name.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// A checksum over all its values, whatever the order of rows: the sum of the first sixteen bytes of each row's
    /// SHA-256, in hexadecimal.
    pub checksum: String,
}

/// Why a base was not copied.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The source cannot be opened.
    #[error("来源打不开 / the source cannot be opened: {0}")]
    Source(OpenError),
    /// The target cannot be opened.
    #[error("目标打不开 / the target cannot be opened: {0}")]
    Target(OpenError),
    /// The source has another schema than this program makes.
    #[error(
        "来源的表结构不是本版本的，请先用本版本启动一次 / the source has another schema than this version: start a server of this \
         version on it first"
    )]
    Schema,
    /// The target is in use.
    #[error("目标不是空的，不覆盖 / the target is not empty and is not overwritten: {0}")]
    NotEmpty(&'static str),
    /// The target holds part of another base.
    #[error(
        "目标里是另一个账号库的一部分，请清空后再来 / the target holds part of another base: empty it and start again"
    )]
    AnotherSource,
    /// The two sides differ in the end.
    #[error(
        "两边不一致：{0}。来源在复制期间变过，或目标被改动，请清空目标后再来 / the two sides differ in {0}: the source changed \
         between two runs, or the target was touched: empty the target and start again"
    )]
    Differs(&'static str),
    /// A database failed; what has arrived stays, and another run goes on from there.
    #[error("数据库出错，再次运行即从断点继续 / a database failed; run it again to go on from there: {0}")]
    Database(#[from] SqlError),
}

/// Copies all rows of `from` to `to`, which must be empty or hold the beginning of this very copy.
///
/// While it runs nobody can write to the source. Both databases must have the schema of this program; the target's is made.
///
/// # Errors
/// See [`TransferError`].
pub async fn transfer(
    from: Place<'_>,
    to: Place<'_>,
    options: &PostgresOptions,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Vec<Arrived>, TransferError> {
    let tables = tables::all()?;
    let mut source = End::source(&from, &tables, options).await?;
    let mut target = End::target(&to, options).await?;
    begin(&mut source, &mut target, &tables).await?;
    for table in &tables {
        copy(&mut source, &mut target, table, progress).await?;
    }
    let mut arrived = Vec::with_capacity(tables.len());
    for table in &tables {
        let sent = digest_of(&mut source, table, progress).await?;
        if digest_of(&mut target, table, progress).await? != sent {
            return Err(TransferError::Differs(table.name));
        }
        arrived.push(Arrived {
            table: table.name,
            rows: sent.rows(),
            checksum: sent.checksum(),
        });
    }
    target.run("drop table unfinished_transfer").await?;
    source.release().await?;
    Ok(arrived)
}

/// Marks the target as unfinished, or finds that it is from an earlier run of this copy.
async fn begin(source: &mut End, target: &mut End, tables: &[Table]) -> Result<(), TransferError> {
    let mark = mark(source, tables).await?;
    match target.mark().await? {
        Some(found) if found == mark => Ok(()),
        Some(_) => Err(TransferError::AnotherSource),
        None => {
            for table in tables {
                if !table.is_made_with_rows() && target.last_key(table).await?.is_some() {
                    return Err(TransferError::NotEmpty(table.name));
                }
            }
            Ok(target.put_mark(&mark).await?)
        }
    }
}

/// What tells a base from others: its sealed keys, which no two have in common.
async fn mark(source: &mut End, tables: &[Table]) -> Result<String, TransferError> {
    let mut digest = TableDigest::default();
    for table in tables.iter().filter(|table| table.name == "keys") {
        let mut rows = source.rows(table, None).await?;
        while let Some(batch) = rows.next().await? {
            batch.iter().for_each(|row| digest.add(row));
        }
    }
    Ok(digest.checksum())
}

async fn copy(
    source: &mut End,
    target: &mut End,
    table: &Table,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), TransferError> {
    let total = source.count(table).await?;
    let last = target.last_key(table).await?;
    let mut done = if last.is_some() { target.count(table).await? } else { 0 };
    let mut tell = |done| {
        progress(Progress {
            step: Step::Copying,
            table: table.name,
            done,
            total,
        });
    };
    tell(done);
    let mut rows = source.rows(table, last.as_deref()).await?;
    while let Some(batch) = rows.next().await? {
        target.insert(table, &batch).await?;
        done += batch.len() as u64;
        tell(done);
    }
    Ok(())
}

async fn digest_of(
    end: &mut End,
    table: &Table,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<TableDigest, TransferError> {
    let total = end.count(table).await?;
    let mut digest = TableDigest::default();
    let mut rows = end.rows(table, None).await?;
    while let Some(batch) = rows.next().await? {
        batch.iter().for_each(|row| digest.add(row));
        progress(Progress {
            step: Step::Comparing,
            table: table.name,
            done: digest.rows(),
            total,
        });
    }
    Ok(digest)
}

/// One row: its values, in the order of the table's columns.
type Values = Vec<Value>;

/// Rows that go over together.
#[derive(Default)]
struct Batch {
    rows: Vec<Values>,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, row: Values) {
        self.bytes += row.iter().map(size).sum::<usize>();
        self.rows.push(row);
    }

    fn has_room(&self) -> bool {
        self.rows.len() < BATCH_ROWS && self.bytes < BATCH_BYTES
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) => size_of::<i64>(),
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    }
}

/// A database that is open for a copy.
enum End {
    Sqlite(sqlite::Side),
    Postgres(postgres::Side),
}

impl End {
    async fn source(place: &Place<'_>, tables: &[Table], options: &PostgresOptions) -> Result<Self, TransferError> {
        match place {
            Place::Sqlite(path) => sqlite::Side::source(path, options.now).map(Self::Sqlite),
            Place::Postgres(url) => postgres::Side::source(url, tables, options).await.map(Self::Postgres),
        }
    }

    async fn target(place: &Place<'_>, options: &PostgresOptions) -> Result<Self, TransferError> {
        match place {
            Place::Sqlite(path) => sqlite::Side::target(path, options.now).map(Self::Sqlite),
            Place::Postgres(url) => postgres::Side::target(url, options).await.map(Self::Postgres),
        }
    }

    /// The rows of a table behind this key, in the order of keys.
    async fn rows<'a>(&'a mut self, table: &'a Table, after: Option<&[Value]>) -> Result<Rows<'a>, SqlError> {
        match self {
            Self::Sqlite(side) => Ok(Rows::Sqlite(side.rows(table, after))),
            Self::Postgres(side) => Ok(Rows::Postgres(side.rows(table, after).await?)),
        }
    }

    async fn insert(&mut self, table: &Table, rows: &[Values]) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(side) => side.insert(table, rows),
            Self::Postgres(side) => side.insert(table, rows).await,
        }
    }

    async fn count(&mut self, table: &Table) -> Result<u64, SqlError> {
        match self {
            Self::Sqlite(side) => side.count(table),
            Self::Postgres(side) => side.count(table).await,
        }
    }

    /// The largest key in a table.
    async fn last_key(&mut self, table: &Table) -> Result<Option<Values>, SqlError> {
        match self {
            Self::Sqlite(side) => side.last_key(table),
            Self::Postgres(side) => side.last_key(table).await,
        }
    }

    async fn run(&mut self, sql: &str) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(side) => side.run(sql),
            Self::Postgres(side) => side.run(sql).await,
        }
    }

    /// The mark of the copy that is under way here.
    async fn mark(&mut self) -> Result<Option<String>, SqlError> {
        match self {
            Self::Sqlite(side) => side.mark(),
            Self::Postgres(side) => side.mark().await,
        }
    }

    /// Marks an empty target, and removes the rows that the schema itself brings.
    async fn put_mark(&mut self, mark: &str) -> Result<(), SqlError> {
        // Hexadecimal digits only.
        let sql = format!(
            "begin; create table {UNFINISHED} (source text not null primary key); \
             insert into {UNFINISHED} (source) values ('{mark}'); delete from base_state; commit"
        );
        self.run(&sql).await
    }

    /// Lets others write again.
    async fn release(&mut self) -> Result<(), SqlError> {
        self.run("rollback").await
    }
}

/// Rows on their way.
enum Rows<'a> {
    Sqlite(sqlite::Rows<'a>),
    Postgres(postgres::Rows),
}

impl Rows<'_> {
    /// The next batch; none at the end.
    async fn next(&mut self) -> Result<Option<Vec<Values>>, SqlError> {
        let Batch { rows, .. } = match self {
            Self::Sqlite(rows) => rows.next()?,
            Self::Postgres(rows) => rows.next().await?,
        };
        Ok((!rows.is_empty()).then_some(rows))
    }
}

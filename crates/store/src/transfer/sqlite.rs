//! SQLite as one end of a copy.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter};
use yaopai_model::Timestamp;

use super::tables::Table;
use super::{BATCH_ROWS, Batch, TransferError, UNFINISHED, Values};
use crate::migrate::{self, SQLITE};
use crate::open::{self, SqliteOptions};
use crate::row::Value;
use crate::sql::SqlError;
use crate::sqlite::classify;

pub(super) struct Side {
    connection: Connection,
}

impl Side {
    /// A base that is there, which nobody writes to until [`super::End::release`].
    pub(super) fn source(path: &Path, now: Timestamp) -> Result<Self, TransferError> {
        let options = SqliteOptions {
            must_exist: true,
            ..SqliteOptions::new(now)
        };
        let connection = open::open_writer(path, &options).map_err(TransferError::Source)?;
        let applied = migrate::applied(&connection).map_err(classify)?;
        if applied.is_empty() || !migrate::pending(SQLITE, &applied).is_ok_and(<[_]>::is_empty) {
            return Err(TransferError::Schema);
        }
        connection.execute_batch("begin immediate").map_err(classify)?;
        Ok(Self { connection })
    }

    /// A base that is made if it is not there.
    pub(super) fn target(path: &Path, now: Timestamp) -> Result<Self, TransferError> {
        let options = SqliteOptions::new(now);
        let mut connection = open::open_writer(path, &options).map_err(TransferError::Target)?;
        migrate::migrate(&mut connection, SQLITE, &options).map_err(TransferError::Target)?;
        Ok(Self { connection })
    }

    pub(super) fn rows<'a>(&'a self, table: &'a Table, after: Option<&[Value]>) -> Rows<'a> {
        Rows {
            connection: &self.connection,
            table,
            last: after.map(<[Value]>::to_vec),
        }
    }

    /// One transaction, on the disk when this returns.
    pub(super) fn insert(&mut self, table: &Table, rows: &[Values]) -> Result<(), SqlError> {
        let places: Vec<_> = (1..=table.columns.len()).map(|number| format!("${number}")).collect();
        let (name, columns, places) = (table.name, table.column_names(), places.join(", "));
        let transaction = self.connection.transaction().map_err(classify)?;
        {
            let sql = format!("insert into {name} ({columns}) values ({places})");
            let mut statement = transaction.prepare_cached(&sql).map_err(classify)?;
            for row in rows {
                statement.execute(params_from_iter(row)).map_err(classify)?;
            }
        }
        transaction.commit().map_err(classify)
    }

    pub(super) fn count(&self, table: &Table) -> Result<u64, SqlError> {
        let sql = format!("select count(*) from {}", table.name);
        let count: i64 = self
            .connection
            .query_row(&sql, [], |row| row.get(0))
            .map_err(classify)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    pub(super) fn last_key(&self, table: &Table) -> Result<Option<Values>, SqlError> {
        let key = names_of_key(table);
        let sql = format!(
            "select {} from {} order by {} limit 1",
            key.join(", "),
            table.name,
            key.join(" desc, ") + " desc"
        );
        let found = self.connection.query_row(&sql, [], |row| values(row, key.len()));
        found.optional().map_err(classify)
    }

    pub(super) fn run(&self, sql: &str) -> Result<(), SqlError> {
        self.connection.execute_batch(sql).map_err(classify)
    }

    pub(super) fn mark(&self) -> Result<Option<String>, SqlError> {
        if !self.connection.table_exists(None, UNFINISHED).map_err(classify)? {
            return Ok(None);
        }
        let sql = format!("select source from {UNFINISHED}");
        self.connection
            .query_row(&sql, [], |row| row.get(0))
            .map(Some)
            .map_err(classify)
    }
}

fn names_of_key(table: &Table) -> Vec<&str> {
    table.key().into_iter().map(|column| column.name.as_str()).collect()
}

/// Rows in the order of their keys, each batch behind the last key of the one before.
pub(super) struct Rows<'a> {
    connection: &'a Connection,
    table: &'a Table,
    last: Option<Values>,
}

impl Rows<'_> {
    pub(super) fn next(&mut self) -> Result<Batch, SqlError> {
        let (table, key) = (self.table, names_of_key(self.table).join(", "));
        let places: Vec<_> = (1..=table.key().len()).map(|number| format!("${number}")).collect();
        let behind = if self.last.is_some() {
            format!("where ({key}) > ({})", places.join(", "))
        } else {
            String::new()
        };
        let sql = format!(
            "select {} from {} {behind} order by {key} limit {BATCH_ROWS}",
            table.column_names(),
            table.name
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(classify)?;
        let last = self.last.as_deref().unwrap_or_default();
        let mut rows = statement.query(params_from_iter(last)).map_err(classify)?;
        let mut batch = Batch::default();
        while batch.has_room()
            && let Some(row) = rows.next().map_err(classify)?
        {
            batch.push(values(row, table.columns.len()).map_err(classify)?);
        }
        if let Some(row) = batch.rows.last() {
            self.last = Some(
                table
                    .key_indexes()
                    .into_iter()
                    .map(|index| row[index].clone())
                    .collect(),
            );
        }
        Ok(batch)
    }
}

fn values(row: &rusqlite::Row<'_>, count: usize) -> rusqlite::Result<Values> {
    (0..count)
        .map(|index| {
            Ok(match row.get_ref(index)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Integer(number),
                ValueRef::Text(_) => Value::Text(row.get(index)?),
                ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
                // No table has any.
                ValueRef::Real(_) => return Err(rusqlite::Error::InvalidQuery),
            })
        })
        .collect()
}

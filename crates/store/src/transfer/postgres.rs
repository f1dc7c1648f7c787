//! PostgreSQL as one end of a copy.

use std::pin::Pin;

use futures_util::stream::Fuse;
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, RowStream};

use super::tables::{Column, Kind, Table};
use super::{Batch, TransferError, UNFINISHED, Values};
use crate::migrate::{self, POSTGRES};
use crate::open::OpenError;
use crate::postgres::{PostgresOptions, PostgresUrl, Server, classify, migrations, value};
use crate::row::Value;
use crate::sql::SqlError;

pub(super) struct Side {
    client: Client,
}

impl Side {
    /// A base that is there, which nobody writes to until [`super::End::release`].
    pub(super) async fn source(
        url: &PostgresUrl,
        tables: &[Table],
        options: &PostgresOptions,
    ) -> Result<Self, TransferError> {
        let client = connect(url, options)
            .await
            .map_err(|error| TransferError::Source(OpenError::Database(error)))?;
        let applied = migrations::applied(&client).await.map_err(failure)?;
        if applied.is_empty() || !migrate::pending(POSTGRES, &applied).is_ok_and(<[_]>::is_empty) {
            return Err(TransferError::Schema);
        }
        let names: Vec<_> = tables.iter().map(|table| table.name).collect();
        let lock = format!("begin; lock table {} in share mode", names.join(", "));
        client.batch_execute(&lock).await.map_err(failure)?;
        Ok(Self { client })
    }

    /// A base that is made if it is not there.
    pub(super) async fn target(url: &PostgresUrl, options: &PostgresOptions) -> Result<Self, TransferError> {
        let server = Server::new(url, options);
        migrations::migrate(&server, options)
            .await
            .map_err(TransferError::Target)?;
        let client = server
            .connect()
            .await
            .map_err(|error| TransferError::Target(OpenError::Database(error)))?;
        Ok(Self { client })
    }

    pub(super) async fn rows(&self, table: &Table, after: Option<&[Value]>) -> Result<Rows, SqlError> {
        let (key, after) = (table.key(), after.unwrap_or_default());
        let behind = if after.is_empty() {
            String::new()
        } else {
            let places: Vec<_> = (1..=key.len()).map(|number| format!("${number}")).collect();
            format!("where ({}) > ({})", ordered(&key, ""), places.join(", "))
        };
        let sql = format!(
            "select {} from {} {behind} order by {}",
            table.column_names(),
            table.name,
            ordered(&key, "")
        );
        let types: Vec<_> = key.iter().map(|column| sql_type(column)).collect();
        let typed = after.iter().zip(types);
        let stream = self.client.query_typed_raw(&sql, typed).await.map_err(failure)?;
        Ok(Rows {
            stream: Box::pin(stream.fuse()),
            columns: table.columns.len(),
        })
    }

    /// One statement, and so one transaction, on the disk when this returns.
    pub(super) async fn insert(&self, table: &Table, rows: &[Values]) -> Result<(), SqlError> {
        let sql = format!(
            "copy {} ({}) from stdin (format binary)",
            table.name,
            table.column_names()
        );
        let types: Vec<_> = table.columns.iter().map(sql_type).collect();
        let copied = async {
            let sink = self.client.copy_in(&sql).await?;
            let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
            for row in rows {
                let row: Vec<&(dyn ToSql + Sync)> = row.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
                writer.as_mut().write(&row).await?;
            }
            writer.finish().await
        };
        copied.await.map(drop).map_err(failure)
    }

    pub(super) async fn count(&self, table: &Table) -> Result<u64, SqlError> {
        let sql = format!("select count(*) from {}", table.name);
        let row = self.client.query_one(&sql, &[]).await.map_err(failure)?;
        let count: i64 = row.try_get(0).map_err(failure)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    pub(super) async fn last_key(&self, table: &Table) -> Result<Option<Values>, SqlError> {
        let key = table.key();
        let names: Vec<_> = key.iter().map(|column| column.name.as_str()).collect();
        let sql = format!(
            "select {} from {} order by {} limit 1",
            names.join(", "),
            table.name,
            ordered(&key, " desc")
        );
        let row = self.client.query_opt(&sql, &[]).await.map_err(failure)?;
        row.map(|row| values(&row, key.len())).transpose()
    }

    pub(super) async fn run(&self, sql: &str) -> Result<(), SqlError> {
        self.client.batch_execute(sql).await.map_err(failure)
    }

    pub(super) async fn mark(&self) -> Result<Option<String>, SqlError> {
        let sql = format!("select to_regclass('{UNFINISHED}') is not null");
        let is_there = self.client.query_one(&sql, &[]).await.and_then(|row| row.try_get(0));
        if !is_there.map_err(failure)? {
            return Ok(None);
        }
        let row = self
            .client
            .query_one(&format!("select source from {UNFINISHED}"), &[])
            .await;
        row.and_then(|row| row.try_get(0)).map(Some).map_err(failure)
    }
}

async fn connect(url: &PostgresUrl, options: &PostgresOptions) -> Result<Client, SqlError> {
    Server::new(url, options).connect().await
}

/// The columns of a key in the order that SQLite has: by bytes, whatever the database's language.
fn ordered(key: &[&Column], direction: &str) -> String {
    let columns: Vec<_> = key
        .iter()
        .map(|column| match column.kind {
            Kind::Text => format!("{} collate \"C\"{direction}", column.name),
            Kind::Integer | Kind::Blob => format!("{}{direction}", column.name),
        })
        .collect();
    columns.join(", ")
}

fn sql_type(column: &Column) -> Type {
    match column.kind {
        Kind::Integer => Type::INT8,
        Kind::Text => Type::TEXT,
        Kind::Blob => Type::BYTEA,
    }
}

/// Rows as the server sends them; no more are in memory than were asked for.
pub(super) struct Rows {
    stream: Pin<Box<Fuse<RowStream>>>,
    columns: usize,
}

impl Rows {
    pub(super) async fn next(&mut self) -> Result<Batch, SqlError> {
        let mut batch = Batch::default();
        while batch.has_room()
            && let Some(row) = self.stream.try_next().await.map_err(failure)?
        {
            batch.push(values(&row, self.columns)?);
        }
        Ok(batch)
    }
}

fn values(row: &tokio_postgres::Row, count: usize) -> Result<Values, SqlError> {
    (0..count).map(|index| value(row, "transfer", index)).collect()
}

fn failure(error: Error) -> SqlError {
    classify(&error, "transfer").error
}

//! The tables there are, read off the schema.

use rusqlite::Connection;

use crate::migrate::SQLITE;
use crate::sql::SqlError;
use crate::sqlite::classify;

/// A table, and the statements that a copy needs of it.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: Vec<Column>,
}

pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Which column of the key it is, counted from 1; 0 for none of it.
    key: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
    Blob,
}

/// All tables of the newest schema, by name.
pub(super) fn all() -> Result<Vec<Table>, SqlError> {
    let scratch = Connection::open_in_memory().map_err(classify)?;
    for migration in SQLITE {
        scratch.execute_batch(migration.sql).map_err(classify)?;
    }
    let names = "select name from sqlite_schema where type = 'table' order by name";
    let mut statement = scratch.prepare(names).map_err(classify)?;
    let names: Vec<String> = statement
        .query_map([], |row| row.get(0))
        .and_then(Iterator::collect)
        .map_err(classify)?;
    names.into_iter().map(|name| read(&scratch, name)).collect()
}

fn read(scratch: &Connection, name: String) -> Result<Table, SqlError> {
    let mut statement = scratch
        .prepare("select name, type, pk from pragma_table_info($1) order by cid")
        .map_err(classify)?;
    let columns = statement.query_map([&name], |row| {
        let kind: String = row.get(1)?;
        Ok(Column {
            name: row.get(0)?,
            kind: match kind.to_ascii_lowercase().as_str() {
                "integer" => Kind::Integer,
                "text" => Kind::Text,
                _ => Kind::Blob,
            },
            key: row.get(2)?,
        })
    });
    let columns = columns.and_then(Iterator::collect).map_err(classify)?;
    // There are some twenty, and they are named in reports: they may as well stay.
    Ok(Table {
        name: Box::leak(name.into_boxed_str()),
        columns,
    })
}

impl Table {
    /// Whether the schema itself puts rows into it.
    pub(super) fn is_made_with_rows(&self) -> bool {
        self.name == "base_state"
    }

    pub(super) fn column_names(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
        names.join(", ")
    }

    /// The columns of the key, in its order.
    pub(super) fn key(&self) -> Vec<&Column> {
        let mut key: Vec<_> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        key
    }

    /// Where in a row the columns of the key stand, in its order.
    pub(super) fn key_indexes(&self) -> Vec<usize> {
        let mut indexes: Vec<_> = (0..self.columns.len())
            .filter(|index| self.columns[*index].key > 0)
            .collect();
        indexes.sort_by_key(|index| self.columns[*index].key);
        indexes
    }
}

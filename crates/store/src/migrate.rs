//! Bringing the schema up to date: forward only, each step once, in a transaction of its own.

use aws_lc_rs::digest::{SHA256, digest};
use rusqlite::{Connection, TransactionBehavior};
use yaopai_model::Timestamp;

use crate::open::{OpenError, SqliteOptions};
use crate::sqlite::classify;

/// A step from one schema to the next.
#[derive(Clone, Copy)]
pub(crate) struct Migration {
    /// Counted from 1, without gaps.
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    /// The statements, in the words of the database.
    pub(crate) sql: &'static str,
}

/// All steps of SQLite's, oldest first. One that has been released is never changed again.
pub(crate) const SQLITE: &[Migration] = &[
    Migration {
        version: 1,
        name: "init",
        sql: include_str!("../migrations/0001_init/sqlite.sql"),
    },
    Migration {
        version: 2,
        name: "console",
        sql: include_str!("../migrations/0002_console/sqlite.sql"),
    },
];

/// The same steps for PostgreSQL.
pub(crate) const POSTGRES: &[Migration] = &[
    Migration {
        version: 1,
        name: "init",
        sql: include_str!("../migrations/0001_init/postgres.sql"),
    },
    Migration {
        version: 2,
        name: "console",
        sql: include_str!("../migrations/0002_console/postgres.sql"),
    },
];

/// Why the schema of a database cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    /// A newer program has migrated this database.
    #[error("the database has schema {found}, and this program knows none after {known}: run the newer program")]
    Newer {
        /// The newest version in the database.
        found: i64,
        /// The newest version in this program.
        known: i64,
    },
    /// The database was migrated by steps that are not those of this program.
    #[error("schema {version} of the database was made by another text than this program has for it")]
    Changed {
        /// The first version that differs.
        version: i64,
    },
}

/// Applies the steps that `connection` has not seen yet.
///
/// # Errors
/// [`OpenError::Migration`] when the database is not this program's to use; [`OpenError::Missing`] when it is empty
/// and must not be; or what the database says to a step, of which nothing remains then.
pub(crate) fn migrate(
    connection: &mut Connection,
    migrations: &[Migration],
    options: &SqliteOptions,
) -> Result<(), OpenError> {
    let applied = applied(connection).map_err(classify)?;
    if options.must_exist && applied.is_empty() {
        return Err(OpenError::Missing(connection.path().unwrap_or_default().into()));
    }
    for migration in pending(migrations, &applied)? {
        apply(connection, migration, options.now).map_err(classify)?;
        tracing::info!(
            version = migration.version,
            name = migration.name,
            "migrated the database"
        );
    }
    Ok(())
}

/// The versions and checksums of the steps that were applied, oldest first.
pub(crate) fn applied(connection: &Connection) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    if !connection.table_exists(None, "schema_migrations")? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare("select version, checksum from schema_migrations order by version")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// What is left of `migrations` after `applied`, which must be how they begin.
pub(crate) fn pending<'a>(
    migrations: &'a [Migration],
    applied: &[(i64, Vec<u8>)],
) -> Result<&'a [Migration], MigrationError> {
    let known = migrations.last().map_or(0, |migration| migration.version);
    let found = applied.last().map_or(0, |(version, _)| *version);
    if found > known {
        return Err(MigrationError::Newer { found, known });
    }
    for (migration, (version, checksum)) in migrations.iter().zip(applied) {
        if migration.version != *version || migration.checksum() != *checksum {
            return Err(MigrationError::Changed { version: *version });
        }
    }
    Ok(migrations.get(applied.len()..).unwrap_or_default())
}

fn apply(connection: &mut Connection, migration: &Migration, now: Timestamp) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute(
        "create table if not exists schema_migrations (version integer primary key, name text not null, \
         checksum blob not null, applied_at integer not null) strict",
        [],
    )?;
    transaction.execute_batch(migration.sql)?;
    transaction.execute(
        "insert into schema_migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)",
        (migration.version, migration.name, migration.checksum(), now.as_millis()),
    )?;
    transaction.commit()
}

impl Migration {
    pub(crate) fn checksum(&self) -> Vec<u8> {
        digest(&SHA256, self.sql.as_bytes()).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration {
        version: 1,
        name: "first",
        sql: "create table a (id integer)",
    };
    const SECOND: Migration = Migration {
        version: 2,
        name: "second",
        sql: "create table b (id integer)",
    };
    const BROKEN: Migration = Migration {
        version: 2,
        name: "broken",
        sql: "create table b (id integer); create nonsense",
    };

    fn run(connection: &mut Connection, migrations: &[Migration]) -> Result<(), OpenError> {
        migrate(connection, migrations, &SqliteOptions::new(Timestamp::EPOCH))
    }

    fn refusal(connection: &mut Connection, migrations: &[Migration]) -> MigrationError {
        match run(connection, migrations) {
            Err(OpenError::Migration(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_is_new_is_applied() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, &[FIRST]).unwrap();
        run(&mut connection, &[FIRST]).unwrap();
        assert!(!connection.table_exists(None, "b").unwrap());
        run(&mut connection, &[FIRST, SECOND]).unwrap();
        assert!(connection.table_exists(None, "b").unwrap());
        assert_eq!(
            applied(&connection).unwrap(),
            [(1, FIRST.checksum()), (2, SECOND.checksum())]
        );
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(matches!(
            run(&mut connection, &[FIRST, BROKEN]),
            Err(OpenError::Database(_))
        ));
        assert!(connection.table_exists(None, "a").unwrap());
        assert!(!connection.table_exists(None, "b").unwrap());
        run(&mut connection, &[FIRST, SECOND]).unwrap();
    }

    #[test]
    fn what_was_applied_must_be_how_the_steps_begin() {
        let mut connection = Connection::open_in_memory().unwrap();
        run(&mut connection, &[FIRST, SECOND]).unwrap();
        assert_eq!(
            refusal(&mut connection, &[FIRST]),
            MigrationError::Newer { found: 2, known: 1 }
        );
        assert_eq!(
            refusal(&mut connection, &[FIRST, BROKEN]),
            MigrationError::Changed { version: 2 }
        );
        connection
            .execute("delete from schema_migrations where version = 1", [])
            .unwrap();
        assert_eq!(
            refusal(&mut connection, &[FIRST, SECOND]),
            MigrationError::Changed { version: 2 }
        );
    }

    #[test]
    fn the_steps_of_this_program_are_numbered_from_one_and_the_same_everywhere() {
        let steps = |migrations: &[Migration]| -> Vec<_> {
            migrations
                .iter()
                .map(|migration| (migration.version, migration.name))
                .collect()
        };
        let versions: Vec<_> = SQLITE.iter().map(|migration| migration.version).collect();
        assert_eq!(versions, (1..).take(SQLITE.len()).collect::<Vec<_>>());
        assert_eq!(steps(SQLITE), steps(POSTGRES));
    }
}

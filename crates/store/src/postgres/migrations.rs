//! Bringing the schema up to date, while other processes may be about to do the same.

use tokio_postgres::{Client, Error, Transaction};

use super::errors::classify;
use super::options::PostgresOptions;
use super::server::Server;
use crate::migrate::{Migration, POSTGRES, pending};
use crate::open::OpenError;
use crate::sql::SqlError;
use crate::transfer::UNFINISHED;

/// Where it is written down which steps were applied.
const LEDGER: &str = "create table if not exists schema_migrations (version bigint not null primary key, \
                      name text not null, checksum bytea not null, applied_at bigint not null)";
const HAS_LEDGER: &str = "select to_regclass('schema_migrations') is not null";
/// Taken until the end of the transaction: whoever comes second finds the steps applied.
const LOCK: &str = "lock table schema_migrations in exclusive mode";
const APPLIED: &str = "select version, checksum from schema_migrations order by version";
const NOTE: &str = "insert into schema_migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)";

/// Applies the steps that the database has not seen yet, all in one transaction.
///
/// # Errors
/// [`OpenError::Migration`] when the database is not this program's to use; [`OpenError::Empty`] when it is empty and
/// must not be; or what the database says. Nothing remains of the steps then.
pub(crate) async fn migrate(server: &Server, options: &PostgresOptions) -> Result<(), OpenError> {
    within(options, async {
        let mut client = server.connect().await?;
        make_ledger(&mut client, options.must_exist).await?;
        apply_pending(&mut client, POSTGRES, options).await
    })
    .await
}

/// Waits no longer than migrations may take: a server that is frozen answers nothing.
async fn within(options: &PostgresOptions, step: impl Future<Output = Result<(), OpenError>>) -> Result<(), OpenError> {
    tokio::time::timeout(options.migration_deadline, step)
        .await
        .unwrap_or(Err(OpenError::Database(SqlError::Deadline)))
}

/// Refuses a database that a copy was not finished to.
///
/// # Errors
/// [`OpenError::Unfinished`], or what the database says.
pub(crate) async fn refuse_unfinished(server: &Server, options: &PostgresOptions) -> Result<(), OpenError> {
    within(options, async {
        let client = server.connect().await?;
        let sql = format!("select to_regclass('{UNFINISHED}') is not null");
        if is_true(&client, &sql).await.map_err(|error| unfit(&error))? {
            return Err(OpenError::Unfinished);
        }
        Ok(())
    })
    .await
}

/// The versions and checksums of the steps that were applied, oldest first.
pub(crate) async fn applied(client: &Client) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    if !is_true(client, HAS_LEDGER).await? {
        return Ok(Vec::new());
    }
    let rows = client.query_typed(APPLIED, &[]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// What a query answers. Outside of a transaction it must not be prepared: behind a pooler the next message may come to
/// another server, which does not know it.
async fn is_true(client: &Client, sql: &str) -> Result<bool, Error> {
    client.query_typed_one(sql, &[]).await?.try_get(0)
}

async fn make_ledger(client: &mut Client, must_exist: bool) -> Result<(), OpenError> {
    let found = is_true(client, HAS_LEDGER).await.map_err(|error| unfit(&error))?;
    match (found, must_exist) {
        (true, _) => return Ok(()),
        (false, true) => return Err(OpenError::Empty),
        (false, false) => {}
    }
    // Two that make the same table at once collide in the catalogue, whatever `if not exists` says.
    if client.batch_execute(LEDGER).await.is_err() {
        client.batch_execute(LEDGER).await.map_err(|error| unfit(&error))?;
    }
    Ok(())
}

async fn apply_pending(
    client: &mut Client,
    migrations: &[Migration],
    options: &PostgresOptions,
) -> Result<(), OpenError> {
    let transaction = client.transaction().await.map_err(|error| unfit(&error))?;
    let applied = lock_and_read(&transaction).await.map_err(|error| unfit(&error))?;
    if options.must_exist && applied.is_empty() {
        return Err(OpenError::Empty);
    }
    let pending = pending(migrations, &applied)?;
    for migration in pending {
        apply(&transaction, migration, options)
            .await
            .map_err(|error| unfit(&error))?;
    }
    transaction.commit().await.map_err(|error| unfit(&error))?;
    for migration in pending {
        tracing::info!(
            version = migration.version,
            name = migration.name,
            "migrated the database"
        );
    }
    Ok(())
}

async fn lock_and_read(transaction: &Transaction<'_>) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    transaction.batch_execute(LOCK).await?;
    let rows = transaction.query(APPLIED, &[]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

async fn apply(transaction: &Transaction<'_>, migration: &Migration, options: &PostgresOptions) -> Result<(), Error> {
    transaction.batch_execute(migration.sql).await?;
    let (version, name, checksum) = (migration.version, migration.name, migration.checksum());
    let now = options.now.as_millis();
    transaction.execute(NOTE, &[&version, &name, &checksum, &now]).await?;
    Ok(())
}

fn unfit(error: &Error) -> OpenError {
    OpenError::Database(classify(error, "migrating").error)
}

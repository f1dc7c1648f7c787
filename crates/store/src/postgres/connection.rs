//! PostgreSQL: one connection, and how it is read and written.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::pin::pin;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use tokio_postgres::{Client, RowStream, Statement};
use yaopai_model::limits::{PREPARED_STATEMENTS, RESULT_ROWS};

use super::errors::classify;
use super::line::Line;
use super::numbers::Numbers;
use super::server::Server;
use super::traffic::Counters;
use super::values::{ANY, fit, value};
use crate::account_changes::Horizon;
use crate::row::{Arg, Row};
use crate::sql::SqlError;

/// An open connection, used by one thread.
pub(crate) struct Connection {
    client: Client,
    line: Arc<Line>,
    /// How its transactions begin.
    begin: String,
    /// `None` where the connection is to keep nothing.
    prepared: Option<RefCell<HashMap<Prepared, Statement>>>,
    numbers: Arc<Numbers>,
    traffic: Arc<Counters>,
    /// What the transaction has taken of them.
    taken: RefCell<Vec<(&'static str, i64)>>,
    /// Of what there was none left.
    missing: Cell<Option<&'static str>>,
    in_transaction: Cell<bool>,
    is_lost: Cell<bool>,
}

/// A statement, and whether it locks the rows that it reads.
type Prepared = (&'static str, bool);

impl Connection {
    /// `begin` is how its transactions begin.
    pub(crate) fn new(client: Client, line: Arc<Line>, server: &Server, begin: String) -> Self {
        Self {
            client,
            line,
            begin,
            prepared: server.keeps_state.then(RefCell::default),
            numbers: Arc::clone(&server.numbers),
            traffic: Arc::clone(&server.traffic),
            taken: RefCell::default(),
            missing: Cell::new(None),
            in_transaction: Cell::new(false),
            is_lost: Cell::new(false),
        }
    }

    pub(crate) fn rows(&self, sql: &'static str, args: &[Arg]) -> Result<Vec<Row>, SqlError> {
        self.traffic.count_statement();
        Ok(self.run((sql, false), args)?.0)
    }

    /// As [`Connection::rows`], and the rows are locked until the transaction ends.
    pub(crate) fn lock_rows(&self, sql: &'static str, args: &[Arg]) -> Result<Vec<Row>, SqlError> {
        self.traffic.count_statement();
        Ok(self.run((sql, true), args)?.0)
    }

    pub(crate) fn execute(&self, sql: &'static str, args: &[Arg]) -> Result<u64, SqlError> {
        self.traffic.count_statement();
        let (rows, changed) = self.run((sql, false), args)?;
        if rows.is_empty() {
            Ok(changed)
        } else {
            Err(SqlError::Database(format!("rows that nobody reads: {sql}")))
        }
    }

    fn run(&self, statement: Prepared, args: &[Arg]) -> Result<(Vec<Row>, u64), SqlError> {
        let (sql, _) = statement;
        let wanted = match self.prepare(statement)? {
            Some(prepared) => Wanted::Prepared(prepared),
            None => Wanted::Text(text_of(statement)),
        };
        if !wanted.takes(args) {
            return Err(SqlError::Database(format!("arguments do not fit: {sql}")));
        }
        self.wait(sql, async {
            let stream = match &wanted {
                Wanted::Prepared(prepared) => self.client.query_raw(prepared, args).await?,
                Wanted::Text(text) => {
                    let typed = args.iter().map(|arg| (arg, ANY));
                    self.client.query_typed_raw(text, typed).await?
                }
            };
            collect(stream, sql).await
        })?
    }

    fn prepare(&self, statement: Prepared) -> Result<Option<Statement>, SqlError> {
        let Some(cache) = &self.prepared else {
            return Ok(None);
        };
        if let Some(prepared) = cache.borrow().get(&statement) {
            return Ok(Some(prepared.clone()));
        }
        let text = text_of(statement);
        let prepared = self.wait(statement.0, self.client.prepare(&text))?;
        keep(&mut cache.borrow_mut(), statement, prepared.clone());
        Ok(Some(prepared))
    }

    pub(crate) fn begin(&self) -> Result<(), SqlError> {
        self.control(&self.begin)?;
        self.in_transaction.set(true);
        Ok(())
    }

    /// One of the numbers that are reserved, for this transaction.
    pub(crate) fn number(&self, name: &'static str) -> Option<i64> {
        let number = self.numbers.take(name);
        match number {
            Some(number) => self.taken.borrow_mut().push((name, number)),
            None => self.missing.set(Some(name)),
        }
        number
    }

    /// Of what a number was wanted and there was none, since the last call, and how many to reserve.
    pub(crate) fn missing_number(&self) -> Option<(&'static str, u32)> {
        Some((self.missing.take()?, self.numbers.block))
    }

    pub(crate) fn add_numbers(&self, name: &'static str, numbers: impl IntoIterator<Item = i64>) {
        self.numbers.put(name, numbers);
    }

    fn give_numbers_back(&self) {
        for (name, number) in self.taken.take() {
            self.numbers.put(name, [number]);
        }
    }

    /// Makes the transaction durable; what became of it is unknown when the connection is lost meanwhile.
    pub(crate) fn commit(&self) -> Result<(), SqlError> {
        let committed = self.control("commit");
        self.in_transaction.set(false);
        match committed {
            Ok(()) => drop(self.taken.take()),
            Err(_) if self.is_lost() => {
                // They may be in use.
                self.taken.take();
                return Err(SqlError::InDoubt);
            }
            Err(_) => self.give_numbers_back(),
        }
        committed
    }

    /// Runs what a new connection begins with, which no call's cost includes.
    pub(crate) fn set_up(&self, sql: &str) -> Result<(), SqlError> {
        self.wait(sql, self.client.batch_execute(sql))
    }

    /// Runs statements without arguments or result.
    pub(crate) fn control(&self, sql: &str) -> Result<(), SqlError> {
        self.traffic.count_control();
        self.wait(sql, self.client.batch_execute(sql))?;
        if sql == "rollback" {
            self.in_transaction.set(false);
            self.give_numbers_back();
        }
        Ok(())
    }

    /// Whether a transaction stands. A connection that is lost has none: the server ends it.
    pub(crate) fn in_transaction(&self) -> bool {
        self.in_transaction.get() && !self.is_lost()
    }

    /// Whether the connection is of no more use.
    pub(crate) fn is_lost(&self) -> bool {
        self.is_lost.get() || self.client.is_closed()
    }

    /// Whether the server is a standby, which takes no writes.
    pub(crate) fn is_standby(&self) -> Result<bool, SqlError> {
        let (rows, _) = self.run((IS_STANDBY, false), &[])?;
        rows.first().map_or(Ok(false), |row| Ok(row.integer(0)? == 1))
    }

    /// Notes a change of an account under the transaction's own number.
    pub(crate) fn note_change(&self, account: i64) -> Result<(), SqlError> {
        self.execute(
            "insert into account_changes (account_id, version) values ($1, pg_current_xact_id()::text::bigint) \
             on conflict (account_id) do update set version = excluded.version",
            &[Arg::from(account)],
        )?;
        Ok(())
    }

    /// The numbers of transactions, as this snapshot has them: the smallest that is not over, and the first that is not
    /// given yet.
    pub(crate) fn horizon(&self) -> Result<Horizon, SqlError> {
        let rows = self.rows(
            "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint",
            &[],
        )?;
        let row = rows
            .first()
            .ok_or_else(|| SqlError::Database("no snapshot".to_owned()))?;
        Ok(Horizon {
            settled: row.integer(0)?,
            unused: row.integer(1)?,
        })
    }

    /// Writes a row as it is, which is a change all the same.
    pub(crate) fn touch(&self) -> Result<(), SqlError> {
        self.execute("update base_state set value = value where name = 'latest_instant'", &[])?;
        Ok(())
    }

    /// Waits for an answer, and gives the connection up where there is none in time or it is of no more use.
    fn wait<T>(
        &self,
        sql: &str,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, SqlError> {
        match self.line.wait(answer) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                let failure = classify(&error, sql);
                if failure.is_fatal {
                    self.is_lost.set(true);
                }
                Err(failure.error)
            }
            Err(deadline) => {
                self.is_lost.set(true);
                Err(deadline)
            }
        }
    }
}

/// Asks whether the server is a standby: 1 or 0.
pub(crate) const IS_STANDBY: &str = "select case when pg_is_in_recovery() then 1 else 0 end";

/// What is sent: a statement that the server has seen, or its text.
enum Wanted {
    Prepared(Statement),
    Text(String),
}

impl Wanted {
    fn takes(&self, args: &[Arg]) -> bool {
        match self {
            Self::Prepared(statement) => fit(args, statement.params()),
            Self::Text(_) => fit(args, &vec![ANY; args.len()]),
        }
    }
}

fn text_of((sql, locks): Prepared) -> String {
    if locks {
        format!("{sql} for update")
    } else {
        sql.to_owned()
    }
}

/// Keeps a prepared statement. Past the bound all begin anew: there are fewer statements than that.
pub(crate) fn keep<K: Eq + Hash>(prepared: &mut HashMap<K, Statement>, key: K, statement: Statement) {
    if prepared.len() >= PREPARED_STATEMENTS {
        prepared.clear();
    }
    prepared.insert(key, statement);
}

/// The rows of a result and how many were changed, or why the result is not taken.
pub(crate) async fn collect(
    stream: RowStream,
    sql: &'static str,
) -> Result<Result<(Vec<Row>, u64), SqlError>, tokio_postgres::Error> {
    let mut stream = pin!(stream);
    let mut rows = Ok(Vec::new());
    while let Some(row) = stream.try_next().await? {
        // The rest of a result that is not taken is read all the same, so that the connection stays in step.
        rows = rows.and_then(|mut rows: Vec<Row>| {
            if rows.len() == RESULT_ROWS {
                return Err(SqlError::Database(format!("more than {RESULT_ROWS} rows: {sql}")));
            }
            let values = (0..row.len()).map(|column| value(&row, sql, column));
            rows.push(Row::new(sql, values.collect::<Result<_, _>>()?));
            Ok(rows)
        });
    }
    Ok(rows.map(|rows| (rows, stream.rows_affected().unwrap_or(0))))
}

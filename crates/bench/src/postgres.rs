//! Reads, sign-ins and registrations on PostgreSQL, beside a bare loop over tokio-postgres that sends the same statements
//! in the same transactions.
//!
//! What the loop sends is what a server was asked while the verbs ran once, one after the other, so it cannot fall behind
//! the code. Both contenders begin with copies of one base and do the same for the same people.

mod log;
mod replay;
mod verbs;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use yaopai_model::limits::SERVER_CONNECTIONS;
use yaopai_store::PostgresOptions;
use yaopai_testkit::postgres::Server;

use crate::Failure;
use crate::base::Base;
use crate::figures::{median, microseconds};
use crate::process;
use crate::report::Line;
use crate::server::Place;
use log::{Recorder, connect};
use replay::{Operation, Replay};
use verbs::{PEOPLE, Verbs, Work};

const ROUNDS: usize = 5;
/// Who ask at once.
const CLIENTS: usize = 32;

/// What one contender did in each round.
#[derive(Default)]
struct Rounds {
    rates: Vec<f64>,
    /// Processor time of this process for one operation, and of the database's.
    cpu: Vec<(Duration, Duration)>,
}

/// Measures.
///
/// # Errors
/// What the disk and the database say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    // As durable as it is by default, unlike a server for tests.
    let server = Server::start(&[log::SETTINGS, &["fsync=on"]].concat())?;
    let folder = place.folder.join(format!("yaopai-postgres-{}", std::process::id()));
    let measured = on(&server, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    measured
}

async fn on(server: &Server, folder: &Path) -> Result<Vec<Line>, Failure> {
    server.run("create database empty")?;
    Base::open_postgres(folder, &server.url("empty"), |options| options)
        .await?
        .close()
        .await;
    for database in ["recorded", "bare", "ours"] {
        server.run(&format!("create database {database} template empty"))?;
    }
    let recorded = record(server, folder).await?;
    let base = Base::open_postgres(folder, &server.url("ours"), |options| options).await?;
    let ours = Verbs::of(&base);
    let mut bare = Replay::connect(&server.url("bare"), 2 * SERVER_CONNECTIONS).await?;
    let mut lines = Vec::new();
    for (work, operations) in Work::ALL.into_iter().zip(recorded) {
        let operations = Arc::new(operations);
        // As many as the store has threads for reading, and for reading and writing.
        let connections = match work {
            Work::Read => SERVER_CONNECTIONS,
            Work::Registration | Work::SignIn => 2 * SERVER_CONNECTIONS,
        };
        let (mut theirs, mut own) = (Rounds::default(), Rounds::default());
        for round in 0..ROUNDS {
            let part = work.part(round, ROUNDS);
            let asked = bare.send(&operations, part.clone(), connections);
            theirs.measure(server, "bare", part.len(), asked).await?;
            let done = ours.carry_out(work, part.clone(), CLIENTS);
            own.measure(server, "ours", part.len(), done).await?;
        }
        lines.push(compare(work, theirs, own));
    }
    base.close().await;
    see_that_both_have_the_same(server).await?;
    Ok(lines)
}

/// What each work asks of the database, for each person by itself.
async fn record(server: &Server, folder: &Path) -> Result<Vec<Vec<Operation>>, Failure> {
    let recorder = Recorder::start(server, "recorded").await?;
    // One connection of a kind, so that what is asked is asked in one order.
    let one_of_each = |options| PostgresOptions {
        look_ups: 1,
        readers: 1,
        writers: 1,
        ..options
    };
    let base = Base::open_postgres(folder, &server.url("recorded"), one_of_each).await?;
    // What connections begin with is no part of what is measured.
    base.store.check().await?;
    let verbs = Verbs::of(&base);
    for work in Work::ALL {
        for person in 0..PEOPLE {
            recorder.mark().await?;
            verbs.one(work, person).await?;
        }
    }
    drop(verbs);
    base.close().await;
    let mut operations = recorder.finish().await?.into_iter();
    Ok(Work::ALL.map(|_| operations.by_ref().take(PEOPLE).collect()).into())
}

impl Rounds {
    async fn measure(
        &mut self,
        server: &Server,
        database: &str,
        operations: usize,
        work: impl Future<Output = Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let own = std::process::id();
        let (database_before, before) = (database_cpu(server, database)?, process::cpu_time(own)?);
        let started = Instant::now();
        work.await?;
        let took = started.elapsed();
        let (after, database_after) = (process::cpu_time(own)?, database_cpu(server, database)?);
        self.rates.push(operations as f64 / took.as_secs_f64());
        let each = |time: Duration| time.div_f64(operations as f64);
        self.cpu
            .push((each(after - before), each(database_after - database_before)));
        Ok(())
    }

    fn figures(&mut self) -> String {
        let (mut own, mut database): (Vec<_>, Vec<_>) = self.cpu.iter().copied().unzip();
        format!(
            "{:.0}/s, {} µs and {} µs of the database's",
            median(&mut self.rates),
            microseconds(median(&mut own)),
            microseconds(median(&mut database))
        )
    }
}

/// The processor time of the processes that serve this process's connections to a database. They live as long as those.
fn database_cpu(server: &Server, database: &str) -> Result<Duration, Failure> {
    let processes = server.run(&format!(
        "select pid from pg_stat_activity where datname = '{database}' and backend_type = 'client backend'"
    ))?;
    let pids = processes.lines().map(str::parse);
    pids.map(|pid| process::cpu_time(pid?)).sum()
}

fn compare(work: Work, mut theirs: Rounds, mut ours: Rounds) -> Line {
    let pairs = ours.rates.iter().zip(&theirs.rates);
    let mut rates: Vec<f64> = pairs.map(|(ours, theirs)| ours / theirs).collect();
    let whole = |(own, database): &(Duration, Duration)| (*own + *database).as_secs_f64();
    let pairs = ours.cpu.iter().zip(&theirs.cpu);
    let mut cpu: Vec<f64> = pairs.map(|(ours, theirs)| whole(ours) / whole(theirs)).collect();
    Line {
        what: format!("PostgreSQL: {}", work.name()),
        baseline: format!("tokio-postgres: {}", theirs.figures()),
        ours: ours.figures(),
        ratio: format!("CPU {:.2}, rate {:.2}", median(&mut cpu), median(&mut rates)),
        reach: "rate ≥ 0.8",
    }
}

/// Makes sure that both did the same.
async fn see_that_both_have_the_same(server: &Server) -> Result<(), Failure> {
    for table in [
        "accounts",
        "identifiers",
        "passwords",
        "sessions",
        "counters",
        "streaks",
    ] {
        let mut counts = Vec::new();
        for database in ["bare", "ours"] {
            let client = connect(&server.url(database)).await?;
            let row = client.query_one(&format!("select count(*) from {table}"), &[]).await?;
            counts.push(row.try_get::<_, i64>(0)?);
        }
        if counts.first() != counts.last() {
            return Err(format!("the loop and the verbs left {counts:?} rows in {table}").into());
        }
    }
    Ok(())
}

//! Registrations that are on the disk when they are answered, with the cost of the hash taken out, beside the same on a disk
//! in memory, where making them durable costs nothing, and the same with a commit for each.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use yaopai_accounts::Caller;
use yaopai_model::{AppId, Identifier, Password, Username};
use yaopai_store::SqliteOptions;

use crate::Failure;
use crate::base::{Base, in_words, now};
use crate::figures::median;
use crate::report::Line;
use crate::server::Place;

pub(crate) const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
pub(crate) const CLIENTS: [usize; 2] = [64, 256];
/// A file system in memory.
const IN_MEMORY: &str = "/dev/shm";

/// A base, and how many were registered in it.
pub(crate) struct Contender {
    folder: PathBuf,
    base: Base,
    app: AppId,
    registered: u32,
    rates: Vec<f64>,
}

/// Measures.
///
/// # Errors
/// What the disks and the database say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let (grouped, single) = (SqliteOptions::new(now()), one_to_a_commit());
    let mut durable = Contender::open(&place.folder, "grouped", grouped.clone()).await?;
    let mut alone = Contender::open(&place.folder, "alone", single).await?;
    let mut volatile = Contender::open(Path::new(IN_MEMORY), "volatile", grouped).await?;
    let mut lines = Vec::new();
    for clients in CLIENTS {
        let mut ratios = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (fast, slow) = (volatile.round(clients).await?, alone.round(clients).await?);
            let rate = durable.round(clients).await?;
            ratios.0.push(rate / fast);
            ratios.1.push(rate / slow);
        }
        lines.push(Line {
            what: format!("registrations, {clients} clients"),
            baseline: format!(
                "in memory: {:.0}/s; one to a commit: {:.0}/s",
                volatile.median(),
                alone.median()
            ),
            ours: format!("{:.0}/s", durable.median()),
            ratio: format!(
                "rate {:.2}; {:.1} × one to a commit",
                median(&mut ratios.0),
                median(&mut ratios.1)
            ),
            reach: "rate ≥ 0.5, ≥ 15 × one to a commit",
        });
    }
    durable.remove().await?;
    alone.remove().await?;
    volatile.remove().await?;
    Ok(lines)
}

/// A transaction for each, which waits for the disk by itself.
pub(crate) fn one_to_a_commit() -> SqliteOptions {
    SqliteOptions {
        group: 1,
        ..SqliteOptions::new(now())
    }
}

impl Contender {
    pub(crate) async fn open(parent: &Path, name: &str, options: SqliteOptions) -> Result<Self, Failure> {
        let folder = parent.join(format!("yaopai-registrations-{name}-{}", std::process::id()));
        let base = Base::open_with(&folder, options).await?;
        let app = base.accounts.app_of_host(None).await.map_err(in_words)?.id;
        Ok(Self {
            folder,
            base,
            app,
            registered: 0,
            rates: Vec::new(),
        })
    }

    /// How many are registered in a second by so many clients at once.
    pub(crate) async fn round(&mut self, clients: usize) -> Result<f64, Failure> {
        let (started, first) = (Instant::now(), self.registered);
        let mut batch = first;
        let mut tasks = Vec::new();
        for client in 0..clients as u32 {
            let (verbs, app) = (self.base.accounts.clone(), self.app);
            tasks.push(tokio::spawn(async move {
                let mut count = 0;
                while started.elapsed() < ROUND {
                    // Everybody comes from somewhere else, and nobody has the same name.
                    let number = first + client + count * clients as u32;
                    let caller = Caller {
                        via: "bench",
                        source: IpAddr::V4(Ipv4Addr::from_bits(number)),
                        device: String::new(),
                    };
                    let name = Identifier::Username(Username::parse(&format!("person{number}"))?);
                    let password = Password::presented("seeded-people-81")?;
                    verbs
                        .register_without_proof(app, name, password, &caller)
                        .await
                        .map_err(in_words)?;
                    count += 1;
                }
                Ok::<_, Failure>(count)
            }));
        }
        let mut registered = 0;
        let mut most = 0;
        for count in try_join_all(tasks).await? {
            let count = count?;
            registered += count;
            most = most.max(count);
        }
        batch += most * clients as u32;
        self.registered = batch;
        let rate = f64::from(registered) / started.elapsed().as_secs_f64();
        self.rates.push(rate);
        Ok(rate)
    }

    /// The median of the rates since it was last asked for.
    pub(crate) fn median(&mut self) -> f64 {
        median(&mut std::mem::take(&mut self.rates))
    }

    pub(crate) async fn remove(self) -> Result<(), Failure> {
        self.base.close().await;
        Ok(std::fs::remove_dir_all(&self.folder)?)
    }
}

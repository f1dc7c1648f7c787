//! Registrations that are on the disk when they are answered, with the cost of the hash taken out, beside the same on a disk
//! in memory, where making them durable costs nothing.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use yaopai_accounts::Caller;
use yaopai_model::{AppId, Identifier, Password, Username};

use crate::Failure;
use crate::base::{Base, in_words};
use crate::figures::median;
use crate::report::Line;
use crate::server::Place;

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const CLIENTS: [usize; 3] = [1, 64, 256];
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
    let mut durable = Contender::open(&place.folder).await?;
    let mut volatile = Contender::open(Path::new(IN_MEMORY)).await?;
    let mut lines = Vec::new();
    let mut one_by_one = 0.0;
    for clients in CLIENTS {
        for _ in 0..ROUNDS {
            volatile.round(clients).await?;
            durable.round(clients).await?;
        }
        let pairs = durable.rates.iter().zip(&volatile.rates);
        let mut ratios: Vec<f64> = pairs.map(|(durable, volatile)| durable / volatile).collect();
        let (rate, fastest) = (median(&mut durable.rates), median(&mut volatile.rates));
        let (mut ratio, mut reach) = (format!("rate {:.2}", median(&mut ratios)), "—");
        if clients == 1 {
            one_by_one = rate;
        } else {
            ratio += &format!("; {:.1} × one client", rate / one_by_one);
            reach = "rate ≥ 0.5, ≥ 15 × one client";
        }
        lines.push(Line {
            what: format!("registrations, {clients} clients"),
            baseline: format!("in memory: {fastest:.0}/s"),
            ours: format!("{rate:.0}/s"),
            ratio,
            reach,
        });
        (durable.rates, volatile.rates) = (Vec::new(), Vec::new());
    }
    durable.remove().await?;
    volatile.remove().await?;
    Ok(lines)
}

impl Contender {
    pub(crate) async fn open(parent: &Path) -> Result<Self, Failure> {
        let folder = parent.join(format!("yaopai-registrations-{}", std::process::id()));
        let base = Base::open(&folder).await?;
        let app = base.accounts.app_of_host(None).await.map_err(in_words)?.id;
        Ok(Self {
            folder,
            base,
            app,
            registered: 0,
            rates: Vec::new(),
        })
    }

    pub(crate) async fn round(&mut self, clients: usize) -> Result<(), Failure> {
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
        self.rates.push(f64::from(registered) / started.elapsed().as_secs_f64());
        Ok(())
    }

    pub(crate) async fn remove(self) -> Result<(), Failure> {
        self.base.close().await;
        Ok(std::fs::remove_dir_all(&self.folder)?)
    }
}

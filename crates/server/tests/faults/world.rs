//! Nodes on one PostgreSQL, everybody who uses them, and what is measured of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};
use yaopai_model::Timestamp;
use yaopai_store::{PostgresOptions, PostgresUrl, Store};
use yaopai_testkit::SeededEntropy;

use crate::harness::{Client, Gateway, Home, Mailbox, Server};
use crate::ledger::Verdict;
use crate::load::{Load, RESIDENT};
use crate::tally::{Counts, Wire, now};

/// What nodes share beside the database.
const ROOT_KEY: &str = "8f0c5d1a6be9274430d7fa91c2be5583176ea4d09b3cf862e5417d2a9c08b6f3";
/// Within this every call is answered, whatever has happened: twice what the store gives one, since the machine may have much
/// else to do.
const ANSWERED: Duration = Duration::from_secs(5);
/// Within this everything works when the database is back.
const RECOVERED: Duration = Duration::from_secs(10);
/// How long everything has to work before the end.
const CALM: Duration = Duration::from_secs(2);
/// How long promised messages may take to come, once all is well: those whose taking was cut off at COMMIT wait until
/// their lease is over, half a minute.
const CARRIED: Duration = Duration::from_secs(40);
/// After this a message whose sending nobody has noted is sent again.
const LEASE: Duration = Duration::from_secs(32);
/// How long anything here may take before the test gives up.
const DEADLINE: Duration = Duration::from_secs(40);

/// A running world.
pub(crate) struct World {
    _homes: Vec<Home>,
    nodes: Vec<Server>,
    load: Load,
    people: JoinSet<()>,
    watch: Watch,
    /// The database's address, past whatever stands between.
    direct: String,
    waits_for_leases: bool,
}

/// What a fault is allowed to look like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    /// Nothing that touches the database works meanwhile.
    Total,
    /// Some calls go through.
    Partial,
}

impl World {
    /// Starts `nodes` on the database at `url`, which can also be reached at `direct`, and has people come.
    pub(crate) async fn begin(nodes: usize, url: &str, direct: &str) -> Self {
        let (gateway, mailbox) = (Gateway::open().await, Mailbox::open());
        let (mut homes, mut servers) = (Vec::new(), Vec::new());
        for _ in 0..nodes {
            let mut home = home(&gateway, &mailbox, url);
            servers.push(home.start().await);
            homes.push(home);
        }
        let clients: Vec<Client> = servers.iter().map(|node| node.client.clone()).collect();
        let load = Load::new(clients.clone(), servers[0].app(), gateway, mailbox);
        load.register_by_phone(RESIDENT.0).await.unwrap();
        load.register_by_email(RESIDENT.1).await.unwrap();
        load.register_by_name(RESIDENT.2).await.unwrap();
        let people = load.begin();
        let world = Self {
            _homes: homes,
            nodes: servers,
            watch: Watch::begin(&clients),
            load,
            people,
            direct: direct.to_owned(),
            waits_for_leases: false,
        };
        world.all_wires_work().await;
        world
    }

    /// Counts messages only when whatever is going to be sent again has been.
    pub(crate) fn wait_for_leases(&mut self) {
        self.waits_for_leases = true;
    }

    /// Lets a fault strike; everything before it must have worked.
    pub(crate) async fn strike(&self, fault: impl FnOnce()) {
        let before = self.load.tally.take();
        assert!(before.wrong.is_empty(), "before the fault: {:#?}", before.wrong);
        assert!(before.outages.is_empty(), "before the fault: {:?}", before.outages);
        self.watch.restart();
        tokio::task::block_in_place(fault);
    }

    /// How long the fault lasts.
    pub(crate) async fn last(&self, time: Duration) {
        assert!(timeout(time, std::future::pending::<()>()).await.is_err());
    }

    /// Ends the fault, waits until all is well, and tells how it went.
    pub(crate) async fn heal(mut self, name: &str, severity: Severity, heal: impl FnOnce()) {
        let during = self.load.tally.take();
        tokio::task::block_in_place(heal);
        let healed = now();
        self.all_wires_work().await;
        assert!(timeout(CALM, std::future::pending::<()>()).await.is_err());
        self.watch.until_all_are_ready().await;
        let ready = self.watch.ready_at().unwrap_or(healed);
        let after = self.load.tally.take();
        self.load.end();
        while let Some(left) = self.people.join_next().await {
            left.unwrap();
        }
        let last = self.load.tally.take();
        let recovery = after.last_outage.map_or(healed, |last| last.max(ready)).max(ready) - healed;
        let verdict = self.verdict().await;
        let worst = during.worst.max(after.worst).max(last.worst);
        println!("{}", row(name, &during, &after, worst, recovery, &verdict));

        let wrong: Vec<_> = [&during, &after, &last]
            .iter()
            .flat_map(|counts| &counts.wrong)
            .collect();
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
        assert_eq!(self.watch.complaints(), [""; 0], "{name}");
        assert!(worst < ANSWERED, "{name}: answered after {worst:?}");
        assert!(recovery < RECOVERED, "{name}: works after {recovery:?}");
        assert!(last.outages.is_empty(), "{name}: {:?}", last.outages);
        assert_eq!((verdict.lost, verdict.doubled), (0, 0), "{name}");
        assert_eq!(verdict.messages_doubled, 0, "{name}: messages that came twice");
        assert_eq!(verdict.messages_missing, 0, "{name}: messages that never came");
        assert!(verdict.acknowledged > 20, "{name}: {}", verdict.acknowledged);
        if severity == Severity::Total {
            for wire in Wire::ALL {
                let mut all = during.outages.keys().chain(after.outages.keys());
                let is_hit = all.any(|(hit, _)| *hit == wire);
                assert!(is_hit, "{name}: {wire:?} noticed nothing");
            }
            assert!(self.watch.has_been_unready(), "{name}: always ready");
        }
    }

    /// Ends without a fault: all has worked all the time.
    pub(crate) async fn end(self, name: &str) {
        self.heal(name, Severity::Partial, || {}).await;
    }

    /// Waits until each wire has carried out some calls from now on.
    async fn all_wires_work(&self) {
        let done = |wire| {
            self.load
                .tally
                .look(|counts| counts.done.get(&wire).copied().unwrap_or_default())
        };
        let before = Wire::ALL.map(done);
        let works = || {
            Wire::ALL
                .map(done)
                .iter()
                .zip(before)
                .all(|(now, before)| *now >= before + 8)
        };
        let mut ticks = interval(Duration::from_millis(20));
        let working = async {
            while !works() {
                ticks.tick().await;
            }
        };
        let is_working = timeout(DEADLINE, working).await.is_ok();
        let wrong = self
            .load
            .tally
            .look(|counts| format!("{:?} {:#?}", counts.outages, counts.wrong));
        assert!(is_working, "not every wire works: {wrong} {}", self.nodes[0].stderr());
    }

    async fn verdict(&self) -> Verdict {
        let received = || {
            let mut all = self.load.gateway.received();
            all.extend(self.load.mailbox.received());
            all
        };
        let mut ticks = interval(Duration::from_millis(50));
        // What has not come by then is counted as missing.
        let _carried = timeout(CARRIED, async {
            while self.load.ledger.missing(&received()) > 0 {
                ticks.tick().await;
            }
        })
        .await;
        if self.waits_for_leases {
            self.last(LEASE).await;
        }
        let url = PostgresUrl::parse(&self.direct).unwrap();
        let options = PostgresOptions::new(Timestamp::EPOCH, Arc::new(SeededEntropy::new(1)));
        let store = Store::open_postgres(&url, &options).await.unwrap();
        let verdict = self.load.ledger.judge(&store, &self.load.app(), &received()).await;
        store.close().await;
        verdict
    }
}

fn home(gateway: &Gateway, mailbox: &Mailbox, url: &str) -> Home {
    let mut home = Home::new();
    gateway.serve(&mut home);
    mailbox.serve(&mut home);
    home.set("YAOPAI_DATABASE_URL", url);
    home.set("YAOPAI_ROOT_KEY", ROOT_KEY);
    // Everybody comes from one source.
    for budget in [
        "CODES_PER_SOURCE_PER_HOUR",
        "FAILURES_PER_SOURCE_PER_HOUR",
        "REGISTRATIONS_PER_SOURCE_PER_HOUR",
        "CAPTCHAS_PER_SOURCE_PER_HOUR",
    ] {
        home.set(&format!("YAOPAI_LIMITS__{budget}"), "1000000");
    }
    home
}

/// A line of the table in `docs/faults.md`.
fn row(name: &str, during: &Counts, after: &Counts, worst: Duration, recovery: Duration, verdict: &Verdict) -> String {
    let sum = |status| -> usize {
        let all = during.outages.iter().chain(&after.outages);
        all.filter(|((_, is), _)| *is == status).map(|(_, count)| count).sum()
    };
    let done: usize = during.done.values().sum();
    format!(
        "| {name} | {done} done, {} × 500, {} × 503 | {:.2} s | {:.2} s | {} of {} lost, {} doubled; messages: {} missing, {} doubled |",
        sum(500),
        sum(503),
        worst.as_secs_f64(),
        recovery.as_secs_f64(),
        verdict.lost,
        verdict.acknowledged,
        verdict.doubled,
        verdict.messages_missing,
        verdict.messages_doubled,
    )
}

/// Asks every node all the time whether it is alive and ready.
struct Watch {
    seen: Arc<Mutex<Vec<Seen>>>,
    _asking: JoinSet<()>,
}

#[derive(Default)]
struct Seen {
    is_ready: bool,
    ready_since: Option<Instant>,
    has_been_unready: bool,
    complaints: Vec<String>,
}

impl Watch {
    fn begin(nodes: &[Client]) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::new(Mutex::new(nodes.iter().map(|_| Seen::default()).collect()));
        let mut asking = JoinSet::new();
        for (index, node) in nodes.iter().enumerate() {
            asking.spawn(watch(index, node.clone(), Arc::clone(&seen)));
        }
        Self { seen, _asking: asking }
    }

    fn restart(&self) {
        for seen in self.seen.lock().unwrap().iter_mut() {
            seen.has_been_unready = false;
            seen.ready_since = None;
        }
    }

    async fn until_all_are_ready(&self) {
        let mut ticks = interval(Duration::from_millis(20));
        let ready = async {
            while !self.seen.lock().unwrap().iter().all(|seen| seen.is_ready) {
                ticks.tick().await;
            }
        };
        assert!(timeout(DEADLINE, ready).await.is_ok(), "never ready again");
    }

    /// When the last of the nodes that were not ready became so.
    fn ready_at(&self) -> Option<Instant> {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .filter_map(|seen| seen.ready_since)
            .max()
    }

    fn has_been_unready(&self) -> bool {
        self.seen.lock().unwrap().iter().all(|seen| seen.has_been_unready)
    }

    fn complaints(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().flat_map(|seen| seen.complaints.clone()).collect()
    }
}

async fn watch(index: usize, node: Client, all: Arc<Mutex<Vec<Seen>>>) {
    let mut ticks = interval(Duration::from_millis(100));
    loop {
        ticks.tick().await;
        for (path, allowed) in [("/healthz", &[200][..]), ("/readyz", &[200, 503])] {
            let start = now();
            let answer = node.request(Method::GET, path).send().await;
            let time = start.elapsed();
            let status = answer.map_or(0, |answer| answer.status().as_u16());
            let mut all = all.lock().unwrap();
            let seen = &mut all[index];
            if !allowed.contains(&status) || time > ANSWERED {
                seen.complaints.push(format!("{path}: {status} after {time:?}"));
            }
            if path == "/readyz" {
                let is_ready = status == 200;
                if is_ready && !seen.is_ready {
                    seen.ready_since = Some(now());
                }
                seen.has_been_unready |= !is_ready;
                seen.is_ready = is_ready;
            }
        }
    }
}

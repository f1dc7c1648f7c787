//! What goes on beside the requests: sending messages, taking up new keys, sweeping up, counting.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use yaopai_accounts::{Accounts, Error, SearchState};
use yaopai_model::limits::DELIVERY_DEADLINE;
use yaopai_store::Store;

use crate::metrics::{Metrics, raise};
use crate::shutdown::Stop;

/// How often what is past its life is removed.
const SWEEP: Duration = Duration::from_secs(60);
/// How often it is looked for keys that other nodes have made.
const KEYS: Duration = Duration::from_secs(60);
/// How long to wait after that did not work: they come into use at a time that has been set.
const KEYS_TROUBLE: Duration = Duration::from_secs(5);
/// How often what people tried is written down.
const JOURNAL: Duration = Duration::from_secs(1);
/// How often what is searched in memory takes up what has changed; each search does so, too.
const SEARCH: Duration = Duration::from_millis(500);
/// How long to leave it alone after it could not.
const SEARCH_TROUBLE: Duration = Duration::from_secs(5);
/// How often gauges are set, and counters raised to what was counted elsewhere.
const MEASURE: Duration = Duration::from_secs(15);
/// The pause after sessions were counted, as a multiple of how long that took: counting keeps a thousandth of a core busy.
const SESSIONS: u32 = 1000;
/// The longest such pause; a clock that was set during the counting makes it seem to have taken long.
const SESSIONS_LONGEST: Duration = Duration::from_secs(60 * 60);
/// How long to leave them alone after they could not be counted.
const SESSIONS_TROUBLE: Duration = Duration::from_secs(5 * 60);
/// How long to leave the outbox alone after it could not be looked into.
const OUTBOX_TROUBLE: Duration = Duration::from_secs(5);
/// How long messages that are being sent have to get through once the server is told to stop: a second to note what came
/// of them, beside their own deadline.
const LAST_DELIVERIES: Duration = DELIVERY_DEADLINE.saturating_add(Duration::from_secs(1));
/// How long to leave it alone at least, so that an outbox that cannot be emptied does not keep a core busy.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// Starts the loops; each ends soon after `stop`.
pub(crate) fn start(accounts: &Accounts, store: &Store, metrics: &Arc<Metrics>, stop: &Stop) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    loops.spawn(deliver(accounts.clone(), stop.clone()));
    loops.spawn(take_up_keys(accounts.clone(), stop.clone()));
    loops.spawn(sweep(accounts.clone(), stop.clone()));
    loops.spawn(tend_search(accounts.clone(), stop.clone()));
    loops.spawn(write_journal(accounts.clone(), stop.clone()));
    loops.spawn(count_sessions(accounts.clone(), Arc::clone(metrics), stop.clone()));
    loops.spawn(measure(
        accounts.clone(),
        store.clone(),
        Arc::clone(metrics),
        stop.clone(),
    ));
    loops
}

async fn deliver(accounts: Accounts, mut stop: Stop) {
    let mut pause = Duration::ZERO;
    loop {
        tokio::select! {
            lasted = stop.lasts(pause) => if !lasted { break },
            () = accounts.outbox_changed() => {}
        }
        let delivered = tokio::select! {
            delivered = accounts.deliver_due() => delivered,
            // The rest of a full outbox waits for the next start.
            () = stop.requested_and(LAST_DELIVERIES) => break,
        };
        pause = delivered
            .as_ref()
            .map_or(OUTBOX_TROUBLE, |next| (*next).max(SHORTEST_PAUSE));
        note("outbox", delivered);
    }
}

/// Beside the sweep, which may take minutes.
async fn take_up_keys(accounts: Accounts, mut stop: Stop) {
    loop {
        let taken_up = accounts.take_up_keys().await;
        let pause = if taken_up.is_ok() { KEYS } else { KEYS_TROUBLE };
        note("keys", taken_up);
        if !stop.lasts(pause).await {
            break;
        }
    }
}

async fn sweep(accounts: Accounts, mut stop: Stop) {
    loop {
        note("sweep", accounts.sweep().await);
        if !stop.lasts(SWEEP).await {
            break;
        }
    }
}

/// What waits in the end is written when the base is closed, after the last request.
async fn write_journal(accounts: Accounts, mut stop: Stop) {
    while stop.lasts(JOURNAL).await {
        note("journal", accounts.write_journal().await);
    }
}

async fn tend_search(accounts: Accounts, mut stop: Stop) {
    loop {
        let tended = accounts.tend_search().await;
        let pause = match &tended {
            Ok(SearchState::Filling) => Duration::ZERO,
            Ok(SearchState::Current) => SEARCH,
            Ok(SearchState::Off) => break,
            Err(_) => SEARCH_TROUBLE,
        };
        note("search", tended);
        if !stop.lasts(pause).await {
            break;
        }
    }
}

async fn measure(accounts: Accounts, store: Store, metrics: Arc<Metrics>, mut stop: Stop) {
    loop {
        let measured = accounts.measure().await;
        if let Ok(measures) = &measured {
            metrics.hash_queue.set(measures.hashes_waiting);
            metrics.outbox_waiting.set(measures.messages_waiting);
            metrics.events_waiting.set(measures.events_waiting);
            raise(&metrics.events_lost, measures.events_lost);
        }
        note("measure", measured);
        metrics.search_bytes.set(accounts.search_bytes());
        metrics.store_queue.set(store.queue_depth());
        let traffic = store.traffic();
        raise(&metrics.database_statements, traffic.statements);
        raise(&metrics.database_round_trips, traffic.round_trips);
        if !stop.lasts(MEASURE).await {
            break;
        }
    }
}

async fn count_sessions(accounts: Accounts, metrics: Arc<Metrics>, mut stop: Stop) {
    loop {
        let counted = accounts.count_sessions().await;
        let pause = match &counted {
            Ok(counted) => {
                metrics.sessions.set(counted.live);
                counted.took.saturating_mul(SESSIONS).clamp(MEASURE, SESSIONS_LONGEST)
            }
            Err(_) => SESSIONS_TROUBLE,
        };
        note("sessions", counted);
        if !stop.lasts(pause).await {
            break;
        }
    }
}

/// A loop goes on after a failure: what it could not do now it does at its next turn.
fn note<T>(name: &str, outcome: Result<T, Error>) {
    match outcome {
        Ok(_) => {}
        Err(Error::Fault(fault)) => tracing::error!(name, %fault, "后台任务失败 / a background task failed"),
        Err(Error::Refused(refusal)) => {
            tracing::warn!(name, ?refusal, "后台任务被推迟 / a background task has to wait")
        }
    }
}

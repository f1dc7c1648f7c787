//! What is counted and measured anywhere in the process, as Prometheus reads it.

use prometheus::core::Collector;
use prometheus::{Error, IntCounter, IntGaugeVec, Opts, Registry, TextEncoder};
use yaopai_http::CallMetrics;

/// Everything that `/metrics` shows.
pub(crate) struct Metrics {
    registry: Registry,
    /// Calls of the wires and the pages.
    pub(crate) calls: CallMetrics,
    pub(crate) connections_refused: IntCounter,
    pub(crate) hash_queue: Gauge,
    pub(crate) outbox_waiting: Gauge,
    pub(crate) sessions: Gauge,
    pub(crate) events_waiting: Gauge,
    pub(crate) events_lost: IntCounter,
    pub(crate) database_statements: IntCounter,
    pub(crate) database_round_trips: IntCounter,
    pub(crate) search_bytes: Gauge,
    pub(crate) store_queue: Gauge,
}

/// What was measured last. Without labels it is one number, which as part of a vector is not shown before it is set: until it has been
/// measured nobody knows it, and it is not zero.
pub(crate) struct Gauge(IntGaugeVec);

impl Metrics {
    /// Nothing has been counted or measured.
    ///
    /// # Errors
    /// When two have one name.
    pub(crate) fn new() -> Result<Self, Error> {
        let registry = Registry::new();
        let counter = |name: &str, help: &str| shown_by(&registry, IntCounter::new(name, help)?);
        let gauge =
            |name: &str, help: &str| shown_by(&registry, IntGaugeVec::new(Opts::new(name, help), &[])?).map(Gauge);
        Ok(Self {
            calls: CallMetrics::register(&registry)?,
            connections_refused: counter(
                "yaopai_connections_refused",
                "Connections closed because their source had as many as one may have.",
            )?,
            hash_queue: gauge("yaopai_hash_queue", "Password hashes that wait for a thread.")?,
            outbox_waiting: gauge("yaopai_outbox_waiting", "Messages that wait to be sent.")?,
            sessions: gauge(
                "yaopai_sessions",
                "Live sessions, at most a million; counted every 15 s, more seldom the longer counting takes, but at least every hour.",
            )?,
            events_waiting: gauge("yaopai_events_waiting", "Events of accounts that wait to be written.")?,
            events_lost: counter(
                "yaopai_events_lost",
                "Events of accounts and figures that were given up.",
            )?,
            database_statements: counter("yaopai_database_statements", "Statements sent to PostgreSQL.")?,
            database_round_trips: counter("yaopai_database_round_trips", "Answers waited for from PostgreSQL.")?,
            search_bytes: gauge("yaopai_search_bytes", "Memory that searching accounts takes, in bytes.")?,
            store_queue: gauge("yaopai_store_queue", "Writes that wait for the database.")?,
            registry,
        })
    }

    /// All of it in Prometheus' text form, version 0.0.4.
    ///
    /// # Errors
    /// Those of the encoder, of which none is known to occur.
    pub(crate) fn render(&self) -> Result<String, Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

impl Gauge {
    pub(crate) fn set(&self, measured: impl TryInto<i64>) {
        let no_labels: &[&str] = &[];
        let measured = measured.try_into().unwrap_or(i64::MAX);
        self.0.with_label_values(no_labels).set(measured);
    }
}

/// The same metric, which `registry` shows from now on.
fn shown_by<M: Collector + Clone + 'static>(registry: &Registry, metric: M) -> Result<M, Error> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

/// Raises a counter to what was counted elsewhere.
pub(crate) fn raise(counter: &IntCounter, counted: u64) {
    counter.inc_by(counted.saturating_sub(counter.get()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_shown_under_its_name() {
        let metrics = Metrics::new().unwrap();
        metrics.connections_refused.inc();
        metrics.hash_queue.set(2_u32);
        metrics.outbox_waiting.set(3_u32);
        metrics.sessions.set(4_u32);
        metrics.events_waiting.set(5_u32);
        raise(&metrics.events_lost, 6);
        raise(&metrics.database_statements, 7);
        raise(&metrics.database_round_trips, 8);
        metrics.search_bytes.set(9_u32);
        metrics.store_queue.set(10_u32);
        let text = metrics.render().unwrap();
        let mut shown: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        shown.sort_unstable();
        let expected = [
            "yaopai_connections_refused 1",
            "yaopai_database_round_trips 8",
            "yaopai_database_statements 7",
            "yaopai_events_lost 6",
            "yaopai_events_waiting 5",
            "yaopai_hash_queue 2",
            "yaopai_outbox_waiting 3",
            "yaopai_search_bytes 9",
            "yaopai_sessions 4",
            "yaopai_store_queue 10",
        ];
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn gauges_are_shown_once_they_were_measured() {
        let metrics = Metrics::new().unwrap();
        assert!(!metrics.render().unwrap().contains("yaopai_sessions"));
        metrics.sessions.set(7_u32);
        metrics.sessions.set(8_u32);
        let text = metrics.render().unwrap();
        assert!(
            text.contains("# TYPE yaopai_sessions gauge\nyaopai_sessions 8\n"),
            "{text}"
        );
    }

    #[test]
    fn counters_are_shown_from_the_beginning_and_never_fall() {
        let metrics = Metrics::new().unwrap();
        assert!(metrics.render().unwrap().contains("\nyaopai_events_lost 0\n"));
        for (counted, shown) in [(3, 3), (5, 5), (4, 5)] {
            raise(&metrics.events_lost, counted);
            assert_eq!(metrics.events_lost.get(), shown);
        }
    }
}

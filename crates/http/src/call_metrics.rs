//! What is counted and measured of calls, as Prometheus reads it.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry};

/// Upper bounds of the latency histograms, in seconds: from a point look-up to the deadline of a write.
const LATENCIES: [f64; 12] = [
    0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0,
];

/// How many calls there were and how long they took, by wire and route. Clones share it.
#[derive(Clone)]
pub struct CallMetrics {
    requests: IntCounterVec,
    seconds: HistogramVec,
}

impl CallMetrics {
    /// Has `registry` show `yaopai_requests_total` and `yaopai_request_seconds`.
    ///
    /// # Errors
    /// When it shows some by these names already.
    pub fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let requests = Opts::new(
            "yaopai_requests_total",
            "Calls by wire, route and outcome (the code in the answer).",
        );
        let seconds = HistogramOpts::new("yaopai_request_seconds", "How long calls took, by wire and route.")
            .buckets(LATENCIES.to_vec());
        let metrics = Self {
            // The library tells series apart by their values written one after the other: numbers stay apart from paths where
            // they come first.
            requests: IntCounterVec::new(requests, &["outcome", "wire", "route"])?,
            seconds: HistogramVec::new(seconds, &["wire", "route"])?,
        };
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.seconds.clone()))?;
        Ok(metrics)
    }
}

/// A route's own part of the metrics that were given with its first call.
#[derive(Default)]
pub(crate) struct RouteMetrics {
    seconds: OnceLock<Histogram>,
    /// By what the envelopes said in their `code`.
    outcomes: Mutex<BTreeMap<i64, IntCounter>>,
}

impl RouteMetrics {
    /// Counts a call of this `route` of `wire`.
    pub(crate) fn note(&self, metrics: &CallMetrics, wire: &str, route: &str, code: i64, latency: Duration) {
        // As many labels as were registered, in their order.
        let seconds = || metrics.seconds.with_label_values(&[wire, route]);
        self.seconds.get_or_init(seconds).observe(latency.as_secs_f64());
        let outcome = || metrics.requests.with_label_values(&[&*code.to_string(), wire, route]);
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.entry(code).or_insert_with(outcome).inc();
    }
}

#[cfg(test)]
mod tests {
    use prometheus::TextEncoder;

    use super::*;

    #[test]
    fn calls_are_counted_by_outcome_and_measured_by_route() {
        let registry = Registry::new();
        let metrics = CallMetrics::register(&registry).unwrap();
        let route = RouteMetrics::default();
        for (code, millis) in [(200, 3), (200, 30), (-1, 20_000)] {
            route.note(&metrics, "user", "/user/info", code, Duration::from_millis(millis));
        }
        let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        for line in [
            r#"yaopai_requests_total{outcome="-1",route="/user/info",wire="user"} 1"#,
            r#"yaopai_requests_total{outcome="200",route="/user/info",wire="user"} 2"#,
            r#"yaopai_request_seconds_bucket{route="/user/info",wire="user",le="0.0025"} 0"#,
            r#"yaopai_request_seconds_bucket{route="/user/info",wire="user",le="0.005"} 1"#,
            r#"yaopai_request_seconds_bucket{route="/user/info",wire="user",le="10"} 2"#,
            r#"yaopai_request_seconds_bucket{route="/user/info",wire="user",le="+Inf"} 3"#,
            r#"yaopai_request_seconds_sum{route="/user/info",wire="user"} 20.033"#,
        ] {
            assert!(text.lines().any(|shown| shown == line), "{line}\n{text}");
        }
    }

    #[test]
    fn a_registry_shows_them_once() {
        let registry = Registry::new();
        CallMetrics::register(&registry).unwrap();
        assert!(CallMetrics::register(&registry).is_err());
    }
}

//! Logs and metrics: what operators see from outside.

use std::io;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, filter::Targets, fmt};

use yaopai_http::{AccessLog, AccessWriter, LineFormat};

use crate::config::{LogFormat, LogLevel};

/// Upper bounds of the latency histograms, in seconds: from a point look-up to the deadline of a write.
const LATENCIES: [f64; 12] = [
    0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0,
];

/// Sends log records to standard error, one line each. Only the first call has an effect. The access log's last lines are
/// written when its writer is dropped.
///
/// # Errors
/// When there can be no thread that writes the access log.
pub(crate) fn start_logging(format: LogFormat, level: LogLevel) -> io::Result<(AccessLog, Option<AccessWriter>)> {
    // Libraries talk of what they carry when they are verbose, and that is other people's secrets: none below `warn`.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("yaopai", filter(level));
    let layer = match format {
        LogFormat::Text => fmt::layer().with_writer(std::io::stderr).with_ansi(false).boxed(),
        LogFormat::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(std::io::stderr)
            .boxed(),
    };
    // An error means that logging was started before.
    let _ = tracing_subscriber::registry()
        .with(layer.with_filter(filter))
        .try_init();
    start_access_log(format, level)
}

fn start_access_log(format: LogFormat, level: LogLevel) -> io::Result<(AccessLog, Option<AccessWriter>)> {
    if filter(level) < LevelFilter::INFO {
        return Ok((AccessLog::off(), None));
    }
    let format = match format {
        LogFormat::Text => LineFormat::Text,
        LogFormat::Json => LineFormat::Json,
    };
    let (log, writer) = AccessLog::start(format, io::stderr())?;
    Ok((log, Some(writer)))
}

/// Has a panic leave where it happened in the log, and nothing of what it said: that may hold what somebody sent.
pub(crate) fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tracing::error!(place, "内部错误 / a bug of ours: a task panicked");
    }));
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

/// Collects what is counted and measured anywhere in the process.
///
/// # Errors
/// When something collects already.
pub(crate) fn start_metrics() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &LATENCIES)?
        .install_recorder()?;
    metrics::describe_counter!(
        "yaopai_requests_total",
        "Calls by wire, route and outcome (the code in the answer)."
    );
    metrics::describe_histogram!("yaopai_request_seconds", "How long calls took, by wire and route.");
    metrics::describe_counter!(
        "yaopai_connections_refused",
        "Connections closed because their source had as many as one may have."
    );
    metrics::describe_gauge!("yaopai_hash_queue", "Password hashes that wait for a thread.");
    metrics::describe_gauge!("yaopai_outbox_waiting", "Messages that wait to be sent.");
    metrics::describe_gauge!(
        "yaopai_sessions",
        "Live sessions, at most a million; counted every 15 s, more seldom the longer counting takes, but at least every hour."
    );
    metrics::describe_gauge!("yaopai_events_waiting", "Events of accounts that wait to be written.");
    metrics::describe_counter!(
        "yaopai_events_lost",
        "Events of accounts and figures that were given up."
    );
    metrics::describe_counter!("yaopai_database_statements", "Statements sent to PostgreSQL.");
    metrics::describe_counter!("yaopai_database_round_trips", "Answers waited for from PostgreSQL.");
    metrics::describe_gauge!("yaopai_search_bytes", "Memory that searching accounts takes, in bytes.");
    metrics::describe_gauge!("yaopai_store_queue", "Writes that wait for the database.");
    Ok(handle)
}

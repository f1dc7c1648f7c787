//! What operators read of the process as it runs: the log and the access log.

use std::io;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, filter::Targets, fmt};

use yaopai_http::{AccessLog, AccessWriter, LineFormat};

use crate::config::{LogFormat, LogLevel};

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

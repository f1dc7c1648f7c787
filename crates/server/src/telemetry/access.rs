//! Writes the access log. Every request leaves a line in it, so lines are put together by hand and leave together: writing
//! each by itself would cost as much as answering.

use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::config::LogFormat;

/// How long a line waits for others to leave with. A crash loses as much.
const GATHERED: Duration = Duration::from_millis(50);
/// What waits at most, in bytes, before whoever has a line has to write.
const WAITING: usize = 64 * 1024;

/// Takes the lines.
pub(super) struct AccessLayer {
    format: LogFormat,
    lines: Arc<Lines>,
}

/// Writes what waits; the rest of it when this is dropped.
pub(crate) struct AccessWriter {
    lines: Arc<Lines>,
    thread: Option<JoinHandle<()>>,
}

struct Lines {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// The second that it is, and how it is written.
    second: Option<(i64, String)>,
    is_closed: bool,
}

/// The layer, and what writes its lines to standard error.
///
/// # Errors
/// When there can be no thread for it.
pub(super) fn start(format: LogFormat) -> io::Result<(AccessLayer, AccessWriter)> {
    let lines = Arc::new(Lines {
        waiting: Mutex::default(),
        changed: Condvar::new(),
    });
    let writing = Arc::clone(&lines);
    let thread = std::thread::Builder::new()
        .name("access-log".to_owned())
        .spawn(move || writing.write_until_closed())?;
    let writer = AccessWriter {
        lines: Arc::clone(&lines),
        thread: Some(thread),
    };
    Ok((AccessLayer { format, lines }, writer))
}

impl Drop for AccessWriter {
    fn drop(&mut self) {
        self.lines.waiting().is_closed = true;
        self.lines.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl<S: Subscriber> Layer<S> for AccessLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields {
            format: self.format,
            text: String::with_capacity(256),
        };
        event.record(&mut fields);
        #[expect(
            clippy::disallowed_methods,
            reason = "as in the rest of the log, lines have the machine's time"
        )]
        let now = Timestamp::now();
        self.lines
            .add(self.format, event.metadata().target(), &fields.text, now);
    }
}

impl Lines {
    fn add(&self, format: LogFormat, target: &str, fields: &str, now: Timestamp) {
        let mut waiting = self.waiting();
        let is_first = waiting.bytes.is_empty();
        waiting.add(format, target, fields, now);
        if waiting.bytes.len() >= WAITING {
            // The lock is kept: others have to wait as well then.
            write_out(&waiting.bytes);
            waiting.bytes.clear();
        } else if is_first {
            self.changed.notify_one();
        }
    }

    fn write_until_closed(&self) {
        let mut leaving = Vec::new();
        loop {
            let mut waiting = self.waiting();
            while waiting.bytes.is_empty() {
                if waiting.is_closed {
                    return;
                }
                waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            let gathered = self
                .changed
                .wait_timeout_while(waiting, GATHERED, |waiting| !waiting.is_closed);
            let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut waiting.bytes, &mut leaving);
            drop(waiting);
            write_out(&leaving);
            leaving.clear();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// A line as the rest of the log has them.
    fn add(&mut self, format: LogFormat, target: &str, fields: &str, now: Timestamp) {
        let second = self.second.take().filter(|(second, _)| *second == now.as_second());
        let (at, written) = second.unwrap_or_else(|| (now.as_second(), now.strftime("%Y-%m-%dT%H:%M:%S").to_string()));
        let micros = now.subsec_microsecond();
        // Writing into memory does not fail.
        let _ = match format {
            LogFormat::Text => writeln!(self.bytes, "{written}.{micros:06}Z  INFO {target}:{fields}"),
            LogFormat::Json => writeln!(
                self.bytes,
                r#"{{"timestamp":"{written}.{micros:06}Z","level":"INFO"{fields},"target":"{target}"}}"#
            ),
        };
        self.second = Some((at, written));
    }
}

fn write_out(lines: &[u8]) {
    // Nobody is left to be told that the log cannot be written.
    let _ = io::stderr().write_all(lines);
}

/// The fields of a line: ` name=value` each, or `,"name":value`.
struct Fields {
    format: LogFormat,
    text: String,
}

impl Fields {
    fn add(&mut self, field: &Field, value: impl fmt::Display) {
        // Writing into memory does not fail.
        let _ = match self.format {
            LogFormat::Text => write!(self.text, " {}={value}", field.name()),
            LogFormat::Json => write!(self.text, r#","{}":{value}"#, field.name()),
        };
    }
}

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.add(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        if value.bytes().all(is_plain) {
            self.add(field, format_args!("\"{value}\""));
        } else {
            let json = serde_json::Value::from(value);
            self.add(field, json);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    /// What a call leaves, with the instant cut off that nobody can foresee.
    fn line(format: LogFormat) -> String {
        let (layer, writer) = start(format).unwrap();
        let lines = Arc::clone(&writer.lines);
        let mut held = lines.waiting();
        held.bytes.push(b'|');
        drop(held);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::info!(
                target: "access", wire = "user", route = "/a\"\n", status = 200_u16, code = -1_i64, latency_ms = 3_u128,
                app = Some(1_i64), account = None::<i64>
            );
        });
        let text = String::from_utf8(std::mem::take(&mut lines.waiting().bytes)).unwrap();
        text.trim_start_matches('|').to_owned()
    }

    #[test]
    fn a_line_looks_like_the_rest_of_the_log() {
        let text = line(LogFormat::Text);
        let (instant, rest) = text.split_at(28);
        assert!(instant.ends_with("Z "), "{text}");
        assert!(instant.trim().parse::<Timestamp>().is_ok(), "{text}");
        assert_eq!(
            rest,
            " INFO access: wire=\"user\" route=\"/a\\\"\\n\" status=200 code=-1 latency_ms=3 app=1\n"
        );
    }

    #[test]
    fn a_line_may_be_json() {
        let json: serde_json::Value = serde_json::from_str(&line(LogFormat::Json)).unwrap();
        assert_eq!(json["route"], "/a\"\n");
        assert_eq!(json["latency_ms"], 3);
        assert_eq!(json["level"], "INFO");
        assert_eq!(json["target"], "access");
        assert!(json["timestamp"].as_str().unwrap().parse::<Timestamp>().is_ok());
        assert!(json.get("account").is_none());
    }
}

//! Writes the lines. Every request leaves one, so they are put together by hand and leave together: writing each by itself
//! would cost as much as answering.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use http::Method;
use yaopai_model::Timestamp;

use super::Answered;

/// How long a line waits for others to leave with. A crash loses as much.
const GATHERED: Duration = Duration::from_millis(50);
/// What waits at most, in bytes, before whoever has a line has to write.
const WAITING: usize = 64 * 1024;
/// More than most lines have, in bytes.
const LINE: usize = 320;

/// How a line is written, as the rest of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineFormat {
    /// `instant  INFO access: name=value …`
    Text,
    /// An object of JSON.
    Json,
}

/// Where the lines go. Clones share it.
#[derive(Clone)]
pub(super) struct LineSink {
    format: LineFormat,
    lines: Arc<Lines>,
}

/// Writes what waits; the rest of it when this is dropped.
pub struct AccessWriter {
    lines: Arc<Lines>,
    thread: Option<JoinHandle<()>>,
}

struct Lines {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    output: Mutex<Box<dyn io::Write + Send>>,
}

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    /// The second that it is, and how it is written.
    second: Option<(i64, String)>,
    is_closed: bool,
}

impl LineSink {
    /// Lines go to `output`, by way of the writer.
    ///
    /// # Errors
    /// When there can be no thread for it.
    pub(super) fn start(
        format: LineFormat,
        output: impl io::Write + Send + 'static,
    ) -> io::Result<(Self, AccessWriter)> {
        let lines = Arc::new(Lines {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            output: Mutex::new(Box::new(output)),
        });
        let writing = Arc::clone(&lines);
        let thread = std::thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || writing.write_until_closed())?;
        let writer = AccessWriter {
            lines: Arc::clone(&lines),
            thread: Some(thread),
        };
        Ok((Self { format, lines }, writer))
    }

    pub(super) fn write(&self, route: &LoggedRoute, answered: &Answered<'_>) {
        self.lines.add(self.format, route, answered);
    }
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

impl Lines {
    fn add(&self, format: LineFormat, route: &LoggedRoute, answered: &Answered<'_>) {
        let mut waiting = self.waiting();
        let is_first = waiting.bytes.is_empty();
        waiting.add(format, route, answered);
        if waiting.bytes.len() >= WAITING {
            // The lock is kept: others have to wait as well then.
            self.write_out(&waiting.bytes);
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
            self.write_out(&leaving);
            leaving.clear();
        }
    }

    fn write_out(&self, lines: &[u8]) {
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody is left to be told that the log cannot be written.
        let _ = output.write_all(lines);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A route as lines name it, which is written once: all its calls have it in common.
pub(super) struct LoggedRoute {
    surface: &'static str,
    path: String,
    text: OnceLock<String>,
    json: OnceLock<String>,
}

impl LoggedRoute {
    pub(super) fn new(surface: &'static str, path: String) -> Self {
        Self {
            surface,
            path,
            text: OnceLock::new(),
            json: OnceLock::new(),
        }
    }

    pub(super) const fn surface(&self) -> &'static str {
        self.surface
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// What stands between the instant and the method.
    fn written(&self, format: LineFormat) -> &str {
        let (written, between) = match format {
            LineFormat::Text => (&self.text, &TEXT),
            LineFormat::Json => (&self.json, &JSON),
        };
        let write = || {
            let (surface, path) = (self.surface, &self.path);
            [between.wire, surface, between.route, path, between.method].concat()
        };
        written.get_or_init(write)
    }
}

/// What stands between the values of a line. Values are numbers and texts of ours, in which there is nothing to escape.
struct Between {
    instant: &'static str,
    wire: &'static str,
    route: &'static str,
    method: &'static str,
    status: &'static str,
    code: &'static str,
    latency: &'static str,
    request_id: &'static str,
    app: &'static str,
    account: &'static str,
    end: &'static str,
}

const TEXT: Between = Between {
    instant: "",
    wire: "Z  INFO access: wire=\"",
    route: "\" route=\"",
    method: "\" method=\"",
    status: "\" status=",
    code: " code=",
    latency: " latency_ms=",
    request_id: " request_id=\"",
    app: " app=",
    account: " account=",
    end: "\n",
};

const JSON: Between = Between {
    instant: r#"{"timestamp":""#,
    wire: r#"Z","level":"INFO","wire":""#,
    route: r#"","route":""#,
    method: r#"","method":""#,
    status: r#"","status":"#,
    code: r#","code":"#,
    latency: r#","latency_ms":"#,
    request_id: r#","request_id":""#,
    app: r#","app":"#,
    account: r#","account":"#,
    end: ",\"target\":\"access\"}\n",
};

impl LineFormat {
    const fn between(self) -> &'static Between {
        match self {
            Self::Text => &TEXT,
            Self::Json => &JSON,
        }
    }
}

impl Waiting {
    /// A line as the rest of the log has them.
    fn add(&mut self, format: LineFormat, route: &LoggedRoute, answered: &Answered<'_>) {
        let between = format.between();
        self.bytes.reserve(LINE);
        self.text(between.instant);
        self.instant(answered.answered_at);
        self.text(route.written(format));
        self.text(known_method(answered.method));
        self.text(between.status);
        self.number(i64::from(answered.status.as_u16()));
        self.text(between.code);
        self.number(answered.code);
        self.text(between.latency);
        self.number(i64::try_from(answered.latency().as_millis()).unwrap_or(i64::MAX));
        self.text(between.request_id);
        self.text(answered.request_id.as_str());
        self.text("\"");
        if let Some(app) = answered.record.app.get() {
            self.text(between.app);
            self.number(app);
        }
        if let Some(account) = answered.record.account.get() {
            self.text(between.account);
            self.number(account);
        }
        self.text(between.end);
    }

    fn instant(&mut self, at: Timestamp) {
        let second = self.second.take().filter(|(second, _)| *second == at.as_seconds());
        let second = second.unwrap_or_else(|| (at.as_seconds(), written_second(at)));
        self.text(&second.1);
        self.second = Some(second);
        let millis = at.as_millis().rem_euclid(1000);
        // Three digits, behind a one that is not shown.
        self.text(".");
        self.text(itoa::Buffer::new().format(1000 + millis).get(1..).unwrap_or_default());
    }

    fn number(&mut self, number: i64) {
        self.text(itoa::Buffer::new().format(number));
    }

    fn text(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

fn written_second(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_seconds()).map_or_else(
        |_| at.as_seconds().to_string(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
    )
}

/// A method's name is the client's to choose, so only known ones are written.
fn known_method(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "OPTIONS", "HEAD", "PUT", "PATCH", "DELETE"];
    KNOWN
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use yaopai_model::{AccountId, AppId};

    use super::*;
    use crate::samples::note_call;
    use crate::{AccessLog, CallRecord};

    /// What a call leaves.
    fn line(format: LineFormat, record: &CallRecord) -> String {
        let (log, writer) = AccessLog::start(format, io::sink()).unwrap();
        // So that the writer has been told already, and sleeps.
        writer.lines.waiting().bytes.push(b'|');
        note_call(&log, &Method::from_bytes(b"BREW").unwrap(), -1, record);
        let text = String::from_utf8(std::mem::take(&mut writer.lines.waiting().bytes)).unwrap();
        text.trim_start_matches('|').to_owned()
    }

    #[test]
    fn a_line_looks_like_the_rest_of_the_log() {
        let record = CallRecord::default();
        record.note_app(AppId(1));
        record.note_app(AppId(2));
        assert_eq!(
            line(LineFormat::Text, &record),
            format!(
                "2023-11-14T22:13:20.005Z  INFO access: wire=\"user\" route=\"/user/info\" method=\"other\" status=200 \
                 code=-1 latency_ms=3 request_id=\"{}\" app=1\n",
                "07".repeat(16)
            )
        );
    }

    #[test]
    fn a_line_may_be_json() {
        let record = CallRecord::default();
        record.note_account(AccountId(8));
        let text = line(LineFormat::Json, &record);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["timestamp"], "2023-11-14T22:13:20.005Z");
        assert_eq!(json["level"], "INFO");
        assert_eq!(json["target"], "access");
        assert_eq!(json["route"], "/user/info");
        assert_eq!(json["latency_ms"], 3);
        assert_eq!(json["account"], 8);
        assert!(json.get("app").is_none());
    }
}

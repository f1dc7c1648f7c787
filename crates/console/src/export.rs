//! Exports: files that are sent as they are read.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Serialize;
use serde_json::Error as JsonError;
use yaopai_accounts::{AccountExport, AuditEntry, AuditExport, Error, Outcome};
use yaopai_model::Account;

use crate::receiver::Receiver;

/// The media type of a JSON object on each line.
const JSON_LINES: &str = "application/jsonl";

/// What is read a piece at a time.
pub(crate) trait Export: Send + 'static {
    /// What it is made of.
    type Row: Send;

    /// The next piece; none at the end.
    fn next(&mut self) -> impl Future<Output = Outcome<Option<Vec<Self::Row>>>> + Send;
}

impl Export for AccountExport {
    type Row = Account;

    fn next(&mut self) -> impl Future<Output = Outcome<Option<Vec<Account>>>> + Send {
        Self::next(self)
    }
}

impl Export for AuditExport {
    type Row = AuditEntry;

    fn next(&mut self) -> impl Future<Output = Outcome<Option<Vec<AuditEntry>>>> + Send {
        Self::next(self)
    }
}

/// How a file is written that a page offers.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON object on each line.
    JsonLines,
}

impl Format {
    /// Reads the field of a form that asks for it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// A file called `name`, with `columns` at its head where it is a table, and each row as `line` writes it.
    pub(crate) fn file<E, F>(self, name: &str, columns: &str, export: E, receiver: Receiver, line: F) -> Response
    where
        E: Export,
        F: Fn(&E::Row) -> String + Send + 'static,
    {
        let (content_type, ending, start) = match self {
            // Spreadsheets take a file for UTF-8 by its mark.
            Self::Csv => ("text/csv; charset=utf-8", "csv", format!("\u{feff}{columns}\r\n")),
            Self::JsonLines => ("application/jsonl; charset=utf-8", "jsonl", String::new()),
        };
        let headers = [
            (CONTENT_TYPE, content_type.to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{ending}\"")),
        ];
        let written = move |row: &E::Row| Ok(line(row).into_bytes());
        (headers, body(export, receiver, start, written)).into_response()
    }
}

/// All of an export for a script, each row as `shown` shows it.
pub(crate) fn json_lines<E, S, F>(export: E, receiver: Receiver, shown: F) -> Response
where
    E: Export,
    S: Serialize,
    F: Fn(&E::Row) -> S + Send + 'static,
{
    let line = move |row: &E::Row| {
        let mut line = serde_json::to_vec(&shown(row))?;
        line.push(b'\n');
        Ok(line)
    };
    (
        [(CONTENT_TYPE, JSON_LINES)],
        body(export, receiver, String::new(), line),
    )
        .into_response()
}

/// `start`, then all of an export, each row as `line` writes it. A piece is read when the receiver has taken the last. What fails
/// on the way cuts the file off, which its receiver's client tells.
fn body<E, F>(export: E, receiver: Receiver, start: String, line: F) -> Body
where
    E: Export,
    F: Fn(&E::Row) -> Result<Vec<u8>, JsonError> + Send + 'static,
{
    let pieces = stream::try_unfold(
        (export, receiver, Some(start), line),
        async |(mut export, receiver, start, line)| {
            if let Some(start) = start {
                return Ok(Some((Bytes::from(start), (export, receiver, None, line))));
            }
            let early = |error: Error| format!("an export ended early: {error}");
            receiver.check().await.map_err(early)?;
            let Some(rows) = export.next().await.map_err(early)? else {
                return Ok(None);
            };
            let mut lines = Vec::new();
            for row in &rows {
                lines.extend(line(row).map_err(|error| error.to_string())?);
            }
            Ok::<_, String>(Some((Bytes::from(lines), (export, receiver, None, line))))
        },
    );
    Body::from_stream(pieces)
}

//! Exports: a JSON object on each line, sent as they are read.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use yaopai_accounts::{AccountExport, AuditEntry, AuditExport, Error, Outcome};
use yaopai_model::Account;

use crate::receiver::Receiver;

/// The media type of an export.
const JSON_LINES: &str = "application/jsonl";

/// What is read a piece at a time.
pub(super) trait Export: Send + 'static {
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

/// All of an export, each row as `shown` shows it. A piece is read when the asker has taken the last. What fails on the way cuts
/// the answer off, which the asker's client tells.
pub(super) fn lines<E, S, F>(export: E, receiver: Receiver, shown: F) -> Response
where
    E: Export,
    S: Serialize + 'static,
    F: Fn(&E::Row) -> S + Send + 'static,
{
    let pieces = stream::try_unfold((export, receiver, shown), async |(mut export, receiver, shown)| {
        let early = |error: Error| format!("an export ended early: {error:?}");
        receiver.check().await.map_err(early)?;
        let piece = export.next().await.map_err(early)?;
        let Some(rows) = piece else { return Ok(None) };
        let mut lines = Vec::new();
        for row in &rows {
            serde_json::to_writer(&mut lines, &shown(row)).map_err(|error| error.to_string())?;
            lines.push(b'\n');
        }
        Ok::<_, String>(Some((Bytes::from(lines), (export, receiver, shown))))
    });
    ([(CONTENT_TYPE, JSON_LINES)], Body::from_stream(pieces)).into_response()
}

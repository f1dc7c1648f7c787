//! The audit log as a file.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::tz::TimeZone;
use serde_json::json;
use yaopai_accounts::{AuditEntry, AuditExport};

use super::filter;
use crate::csv::cell;
use crate::failure::Failure;
use crate::operator::OperatorForm;
use crate::pages::app_choice::AppChoice;
use crate::receiver::Receiver;
use crate::times;

/// How an entry is written.
#[derive(Clone, Copy)]
enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON object on each line.
    JsonLines,
}

/// Sends the file, as it is read.
pub(super) async fn send(sent: OperatorForm) -> Result<Response, Failure> {
    let (operator, form) = (&sent.operator, &sent.form);
    let (format, content_type, name) = match form.text("format") {
        "csv" => (Format::Csv, "text/csv; charset=utf-8", "audit.csv"),
        "jsonl" => (Format::JsonLines, "application/jsonl; charset=utf-8", "audit.jsonl"),
        _ => return Err(Failure::BadForm),
    };
    let app = AppChoice::read(operator, form).await?.or_own(operator);
    let desk = &operator.visit.desk;
    let export = desk
        .accounts
        .export_audit(app, operator.actor(), filter(form, operator))
        .await?;
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    let zone = desk.settings.zone.clone();
    Ok((headers, body(export, operator.receiver(), format, zone)).into_response())
}

/// The file, a piece at a time. What fails on the way cuts it off, which the browser tells.
fn body(export: AuditExport, receiver: Receiver, format: Format, zone: TimeZone) -> Body {
    let start = match format {
        // Spreadsheets take a file for UTF-8 by its mark.
        Format::Csv => "\u{feff}number,at,actor,action,target,detail\r\n",
        Format::JsonLines => "",
    };
    let pieces = stream::try_unfold((export, receiver, Some(start)), move |(mut export, receiver, start)| {
        let zone = zone.clone();
        async move {
            if let Some(start) = start {
                return Ok(Some((Bytes::from(start), (export, receiver, None))));
            }
            receiver.check().await.map_err(|error| error.to_string())?;
            let piece = export.next().await.map_err(|error| error.to_string())?;
            Ok::<_, String>(piece.map(|entries| {
                let lines: String = entries.iter().map(|entry| line(entry, format, &zone)).collect();
                (Bytes::from(lines), (export, receiver, None))
            }))
        }
    });
    Body::from_stream(pieces)
}

fn line(entry: &AuditEntry, format: Format, zone: &TimeZone) -> String {
    let at = times::rfc3339(entry.at, zone);
    match format {
        Format::Csv => {
            let texts = [&at, &entry.actor, &entry.action, &entry.target, &entry.detail];
            let cells: Vec<_> = texts.into_iter().map(|text| cell(text)).collect();
            format!("{},{}\r\n", entry.number, cells.join(","))
        }
        Format::JsonLines => {
            let object = json!({
                "number": entry.number, "at": at, "actor": entry.actor, "action": entry.action, "target": entry.target,
                "detail": entry.detail,
            });
            format!("{object}\n")
        }
    }
}

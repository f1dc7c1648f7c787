//! All that is listed, as a file.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::tz::TimeZone;
use serde_json::json;
use yaopai_accounts::{AccountExport, Error, Fault};
use yaopai_model::{Account, Timestamp};

use super::listing::Listing;
use crate::csv;
use crate::failure::Failure;
use crate::operator::OperatorForm;
use crate::receiver::Receiver;
use crate::times;

/// How an account is written.
#[derive(Clone, Copy)]
enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON object on each line.
    JsonLines,
}

/// Columns of a table, keys of an object.
const NAMES: [&str; 15] = [
    "id",
    "public_id",
    "username",
    "nickname",
    "phone",
    "phone_proven",
    "email",
    "email_proven",
    "role",
    "disabled",
    "created_at",
    "verified_at",
    "last_sign_in_at",
    "sign_in_count",
    "location",
];

/// Sends the file, as it is read. Addresses are whole in it, so that it takes what a reveal does.
pub(super) async fn send(sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let format = match sent.form.text("format") {
        "csv" => Format::Csv,
        "jsonl" => Format::JsonLines,
        _ => return Err(Failure::BadForm),
    };
    let (operator, desk) = (&sent.operator, &sent.operator.visit.desk);
    let apps = desk.accounts.list_apps(operator.actor()).await?;
    let zone = desk.settings.zone.clone();
    let listing = Listing::read(&sent.form, &apps, operator.account().app, &zone);
    let export = desk
        .accounts
        .export_accounts(listing.app, operator.actor(), listing.filter)
        .await?;
    let (content_type, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "accounts.csv"),
        Format::JsonLines => ("application/jsonl; charset=utf-8", "accounts.jsonl"),
    };
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, body(export, operator.receiver(), format, zone)).into_response())
}

/// The file, a chunk at a time: the next is read when the browser has taken the last. What fails on the way cuts the file off,
/// which the browser tells.
fn body(export: AccountExport, receiver: Receiver, format: Format, zone: TimeZone) -> Body {
    let start = match format {
        // Spreadsheets take a file for UTF-8 by its mark.
        Format::Csv => format!("\u{feff}{}\r\n", NAMES.join(",")),
        Format::JsonLines => String::new(),
    };
    let chunks = stream::try_unfold((export, receiver, Some(start)), move |(mut export, receiver, start)| {
        let zone = zone.clone();
        async move {
            if let Some(start) = start {
                return Ok(Some((Bytes::from(start), (export, receiver, None))));
            }
            let early = |error: Error| Fault::new(format!("an export ended early: {error}")).to_string();
            receiver.check().await.map_err(early)?;
            let chunk = export.next().await.map_err(early)?;
            Ok::<_, String>(chunk.map(|accounts| {
                let lines: String = accounts.iter().map(|account| line(account, format, &zone)).collect();
                (Bytes::from(lines), (export, receiver, None))
            }))
        }
    });
    Body::from_stream(chunks)
}

fn line(account: &Account, format: Format, zone: &TimeZone) -> String {
    let time = |at: Option<Timestamp>| at.map(|at| times::rfc3339(at, zone));
    let phone = account.phone.as_ref();
    let email = account.email.as_ref();
    let profile = &account.profile;
    let values = [
        json!(account.id.0),
        json!(account.public_id.as_str()),
        json!(account.username.as_ref().map(|name| name.as_str())),
        json!(profile.nickname.as_ref().map(|name| name.as_str())),
        json!(phone.map(|held| held.value.as_e164())),
        json!(phone.is_some_and(|held| held.proven_at.is_some())),
        json!(email.map(|held| held.value.address())),
        json!(email.is_some_and(|held| held.proven_at.is_some())),
        json!(account.role.as_str()),
        json!(account.disabled_at.is_some()),
        json!(time(Some(account.created_at))),
        json!(time(account.verified_at)),
        json!(time(account.last_sign_in_at)),
        json!(account.sign_in_count),
        json!(profile.location.as_ref().map(|place| place.as_str())),
    ];
    match format {
        Format::Csv => {
            let cells: Vec<String> = values.iter().map(cell).collect();
            format!("{}\r\n", cells.join(","))
        }
        Format::JsonLines => {
            let pairs = NAMES.iter().zip(&values);
            let pairs: Vec<String> = pairs.map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}\n", pairs.join(","))
        }
    }
}

/// A value as a cell.
fn cell(value: &serde_json::Value) -> String {
    match value.as_str() {
        Some(text) => csv::cell(text),
        None if value.is_null() => String::new(),
        None => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_the_value_alone() {
        for (value, written) in [
            (json!("=HYPERLINK(1)"), "'=HYPERLINK(1)"),
            (json!(null), ""),
            (json!(7), "7"),
            (json!(true), "true"),
        ] {
            assert_eq!(cell(&value), written);
        }
    }
}

//! The audit log as a file.

use axum::response::Response;
use jiff::tz::TimeZone;
use serde_json::json;
use yaopai_accounts::AuditEntry;

use super::filter;
use crate::csv::cell;
use crate::export::Format;
use crate::failure::Failure;
use crate::operator::OperatorForm;
use crate::pages::app_choice::AppChoice;
use crate::times;

/// The columns of the table.
const COLUMNS: &str = "number,at,actor,action,target,detail";

/// Sends the file, as it is read.
pub(super) async fn send(sent: OperatorForm) -> Result<Response, Failure> {
    let (operator, form) = (&sent.operator, &sent.form);
    let format = Format::parse(form.text("format")).ok_or(Failure::BadForm)?;
    let app = AppChoice::read(operator, form).await?.or_own(operator);
    let desk = &operator.visit.desk;
    let export = desk
        .accounts
        .export_audit(app, operator.actor(), filter(form, operator))
        .await?;
    let zone = desk.settings.zone.clone();
    let written = move |entry: &AuditEntry| line(entry, format, &zone);
    Ok(format.file("audit", COLUMNS, export, operator.receiver(), written))
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

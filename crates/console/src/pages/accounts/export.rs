//! All that is listed, as a file.

use axum::response::Response;
use jiff::tz::TimeZone;
use serde_json::json;
use yaopai_model::{Account, Timestamp};

use super::listing::Listing;
use crate::csv;
use crate::export::Format;
use crate::failure::Failure;
use crate::operator::OperatorForm;
use crate::times;

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
    let format = Format::parse(sent.form.text("format")).ok_or(Failure::BadForm)?;
    let (operator, desk) = (&sent.operator, &sent.operator.visit.desk);
    let apps = desk.accounts.list_apps(operator.actor()).await?;
    let zone = desk.settings.zone.clone();
    let listing = Listing::read(&sent.form, &apps, operator.account().app, &zone);
    let export = desk
        .accounts
        .export_accounts(listing.app, operator.actor(), listing.filter)
        .await?;
    let written = move |account: &Account| line(account, format, &zone);
    Ok(format.file("accounts", &NAMES.join(","), export, operator.receiver(), written))
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

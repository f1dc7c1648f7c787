//! Everything that is kept of somebody, as one JSON file.

use std::io;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http_body_util::channel::{Channel, Sender};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use yaopai_accounts::{AccountEvent, Accounts, ConfirmedSession, OwnData, Session, Setting};
use yaopai_model::limits::SETTINGS_READ;
use yaopai_model::{Account, Identifier, Timestamp};

use super::holder::{HolderForm, picture_address};
use crate::failure::Failure;
use crate::times;

/// The file. Settings may be many, so they are read while the file is on its way.
pub(super) async fn download(sent: HolderForm) -> Result<Response, Failure> {
    let confirmed = sent.confirmed()?;
    let desk = &sent.holder.visit.desk;
    let data = desk.accounts.own_data(&confirmed).await?;
    let zone = desk.settings.zone.clone();
    let head = head(&data, &zone)?;

    let (sender, body) = Channel::new(1);
    tokio::spawn(send(desk.accounts.clone(), confirmed, zone, head, sender));
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"yaopai-account.json\""),
    ];
    Ok((headers, Body::new(body)).into_response())
}

/// Sends the file, unless whoever loads it goes away. What cannot be read cuts it short, which is no JSON then.
async fn send(
    accounts: Accounts,
    confirmed: ConfirmedSession,
    zone: TimeZone,
    head: String,
    mut sender: Sender<Bytes, io::Error>,
) {
    let mut piece = head;
    let mut after = String::new();
    loop {
        let page = match accounts.own_settings(&confirmed, &after).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "the download of an account was cut short");
                return sender.abort(io::Error::other("the download of an account was cut short"));
            }
        };
        for setting in &page {
            let joint = if after.is_empty() { "" } else { "," };
            piece += &format!("{joint}\n    {}", setting_value(setting, &zone));
            after.clone_from(&setting.key);
        }
        let is_last = page.len() < SETTINGS_READ as usize;
        if is_last {
            piece += "\n  ]\n}\n";
        }
        if sender.send_data(std::mem::take(&mut piece).into()).await.is_err() || is_last {
            return;
        }
    }
}

/// The file up to the first setting.
fn head(data: &OwnData, zone: &TimeZone) -> Result<String, Failure> {
    let at = |instant: Option<Timestamp>| instant.map(|instant| times::rfc3339(instant, zone));
    let mut whole = Map::new();
    whole.insert("account".to_owned(), account_value(&data.account, zone));
    whole.insert("password_changed_at".to_owned(), at(data.password_changed_at).into());
    let sessions = data.sessions.iter().map(|session| session_value(session, zone));
    whole.insert("sessions".to_owned(), sessions.collect());
    let events = data.events.iter().map(|event| event_value(event, zone));
    whole.insert("events".to_owned(), events.collect());
    let text = serde_json::to_string_pretty(&whole)
        .map_err(|error| Failure::fault(format!("an account cannot be written as JSON: {error}")))?;
    // The settings go in before the closing brace.
    let open = text.trim_end_matches('}').trim_end();
    Ok(format!("{open},\n  \"settings\": ["))
}

fn account_value(account: &Account, zone: &TimeZone) -> Value {
    let at = |instant: Option<Timestamp>| instant.map(|instant| times::rfc3339(instant, zone));
    let profile = &account.profile;
    let identifiers = account.identifiers().map(|(identifier, proven_at)| {
        let value = match &identifier {
            Identifier::Phone(phone) => phone.as_e164(),
            Identifier::Email(email) => email.address(),
            Identifier::Username(username) => username.as_str(),
        };
        json!({"kind": identifier.kind().as_str(), "value": value, "proven_at": at(proven_at)})
    });
    let preferences: Option<Value> = account
        .preferences
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    json!({
        "id": account.id.0,
        "public_id": account.public_id.as_str(),
        "identifiers": identifiers.collect::<Vec<_>>(),
        "role": account.role.as_str(),
        "permissions": account.permissions,
        "profile": {
            "nickname": profile.nickname.as_ref().map(|name| name.as_str()),
            "gender": profile.gender.map(|gender| gender.as_str()),
            "birthday": at(profile.birthday.map(|birthday| birthday.instant())),
            "location": profile.location.as_ref().map(|text| text.as_str()),
            "bio": profile.bio.as_ref().map(|text| text.as_str()),
            "contact_email": profile.contact_email.as_str(),
            "extra": profile.extra.as_str(),
            "avatar": profile.avatar.as_ref().map(|name| picture_address(name.as_str())),
            "cover": profile.cover.as_ref().map(|name| picture_address(name.as_str())),
        },
        "preferences": preferences,
        "created_at": at(Some(account.created_at)),
        "verified_at": at(account.verified_at),
        "last_sign_in_at": at(account.last_sign_in_at),
        "sign_in_count": account.sign_in_count,
    })
}

fn session_value(session: &Session, zone: &TimeZone) -> Value {
    json!({
        "scope": session.scope.as_str(),
        "device": session.device,
        "source": session.source,
        "created_at": times::rfc3339(session.created_at, zone),
        "expires_at": times::rfc3339(session.expires_at, zone),
        "seen_at": session.seen_at.map(|at| times::rfc3339(at, zone)),
    })
}

/// Who of the operators did something is theirs to know.
fn event_value(event: &AccountEvent, zone: &TimeZone) -> Value {
    json!({
        "kind": event.kind.as_str(),
        "refused": event.is_refused().then_some(event.rule.as_str()),
        "times": event.times,
        "first_at": times::rfc3339(event.first_at, zone),
        "last_at": times::rfc3339(event.last_at, zone),
        "source": event.source,
        "device": event.device,
        "via": event.via,
    })
}

fn setting_value(setting: &Setting, zone: &TimeZone) -> Value {
    json!({
        "key": setting.key,
        "value": setting.value,
        "changed_at": times::rfc3339(setting.changed_at, zone),
    })
}

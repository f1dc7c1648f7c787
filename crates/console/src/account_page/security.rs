//! By what the account is entered, and where that was done.

use askama::Template;
use axum::response::Response;
use yaopai_accounts::Session;
use yaopai_model::{Identifier, SessionScope, Timestamp};

use super::holder::{Here, Holder, Tab};
use crate::device::device_name;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::pages::html;
use crate::{session_id, times};

#[derive(Template)]
#[template(path = "account/security.html")]
struct Page {
    frame: Frame,
    here: Here,
    addresses: Vec<AddressLine>,
    username: Option<String>,
    sessions: Vec<SessionLine>,
    has_others: bool,
}

/// A kind of address and the one that the account has.
struct AddressLine {
    kind: &'static str,
    label: &'static str,
    masked: Option<String>,
    is_proven: bool,
}

/// A session, as its holder is shown it.
struct SessionLine {
    id: String,
    device: String,
    /// What the client called itself in full.
    client: String,
    source: String,
    place: &'static str,
    begun: String,
    seen: Option<String>,
    is_this: bool,
}

/// The page.
pub(super) async fn show(holder: Holder) -> Result<Response, Failure> {
    let sessions = holder.visit.desk.accounts.own_sessions(&holder.session).await?;
    let mut sessions: Vec<_> = sessions.iter().map(|session| session_line(&holder, session)).collect();
    // The one at hand first; the rest stay as they are, newest first.
    sessions.sort_by_key(|line| !line.is_this);
    let account = holder.account();
    let page = Page {
        frame: holder.frame(("登录与安全", "Sign-in and security")),
        here: holder.here(Tab::Security),
        addresses: addresses(&holder),
        username: account.username.as_ref().map(|name| name.as_str().to_owned()),
        has_others: sessions.len() > 1,
        sessions,
    };
    html(&page)
}

fn addresses(holder: &Holder) -> Vec<AddressLine> {
    let account = holder.account();
    let language = holder.visit.language;
    let line = |kind, label, held: Option<(Identifier, Option<Timestamp>)>| AddressLine {
        kind,
        label,
        is_proven: held.as_ref().is_some_and(|(_, proven_at)| proven_at.is_some()),
        masked: held.map(|(identifier, _)| identifier.masked()),
    };
    let phone = account
        .phone
        .clone()
        .map(|held| (Identifier::Phone(held.value), held.proven_at));
    let email = account
        .email
        .clone()
        .map(|held| (Identifier::Email(held.value), held.proven_at));
    vec![
        line("phone", language.pick("手机号", "Phone number"), phone),
        line("email", language.pick("邮箱", "E-mail address"), email),
    ]
}

fn session_line(holder: &Holder, session: &Session) -> SessionLine {
    let visit = &holder.visit;
    let zone = &visit.desk.settings.zone;
    let place = match session.scope {
        SessionScope::Wire => visit.language.pick("应用", "App"),
        SessionScope::Console => visit.language.pick("控制台", "Console"),
        SessionScope::AccountPage => visit.language.pick("账号页", "Account page"),
    };
    SessionLine {
        id: session_id::of(session),
        device: device_name(&session.device, visit.language),
        client: session.device.clone(),
        source: session.source.clone(),
        place,
        begun: times::minute(session.created_at, zone),
        seen: session.seen_at.map(|at| times::minute(at, zone)),
        is_this: holder.session.is(session),
    }
}

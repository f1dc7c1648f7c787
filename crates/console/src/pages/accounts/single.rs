//! One account.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use yaopai_accounts::{AccountEvent, Action, InspectedAccount, Obstacle, Refusal, Session};
use yaopai_model::{Account, Role, SettingKey, Timestamp};

use super::Named;
use super::shown::{self, Badge, Choice};
use crate::failure::{BadField, Failure};
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::pages::html;
use crate::pages::message::status;
use crate::{called, session_id, times, words};

use events::EventShown;
use hindrances::{Hindrance, WayOut, Writer};
use profile::Line;

mod events;
mod hindrances;
mod profile;

/// Characters of a setting's value that are shown.
const VALUE_SHOWN: usize = 16_384;

#[derive(Template)]
#[template(path = "accounts/single.html")]
struct Page {
    frame: Frame,
    address: String,
    name: String,
    app: String,
    badges: Vec<Badge>,
    problem: Option<String>,
    is_revealed: bool,
    is_disabled: bool,
    may: May,
    identifiers: Vec<IdentifierShown>,
    has_password: bool,
    facts: Vec<(&'static str, String)>,
    profile: Vec<Line>,
    sessions: Vec<SessionShown>,
    setting_keys: Vec<String>,
    setting: Option<(String, Option<String>)>,
    permissions: String,
    roles: Vec<Choice>,
    hindrances: Vec<Hindrance>,
    events: Vec<EventShown>,
}

/// What the operator may do here: what they may not is not offered.
struct May {
    edit: bool,
    give_role: bool,
    grant: bool,
    disable: bool,
    delete: bool,
    end_sessions: bool,
    send_code: bool,
    reveal: bool,
}

struct IdentifierShown {
    label: &'static str,
    value: String,
    /// None for a username, which nobody can prove.
    is_proven: Option<bool>,
    proven_at: Option<String>,
    /// What a code for a new password is sent to.
    code_target: Option<&'static str>,
}

struct SessionShown {
    device: String,
    source: String,
    scope: &'static str,
    created_at: String,
    seen_at: Option<String>,
    expires_at: String,
    id: String,
    is_this: bool,
}

/// What is shown that otherwise is hidden.
enum Revealed {
    Nothing,
    Addresses,
    Setting(String, Option<String>),
}

/// Shows an account.
pub(super) async fn show(Path(id): Path<String>, operator: Operator) -> Result<Response, Failure> {
    let named = Named::of(&operator, &id).await?;
    page(&operator, named, Revealed::Nothing, None).await
}

/// Shows it with its addresses whole, or with the value of one of its settings.
pub(super) async fn reveal(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let accounts = &operator.visit.desk.accounts;
    let revealed = match sent.form.raw("setting") {
        "" => {
            accounts.reveal_account(named.app, operator.actor(), named.id).await?;
            Revealed::Addresses
        }
        key => {
            let parsed = SettingKey::parse(key).map_err(|_| Failure::BadForm)?;
            let value = accounts
                .reveal_setting(named.app, operator.actor(), named.id, parsed)
                .await?;
            let shown = value.map(|value| value.as_str().chars().take(VALUE_SHOWN).collect());
            Revealed::Setting(key.to_owned(), shown)
        }
    };
    page(operator, named, revealed, None).await
}

/// The page after something that was refused.
pub(super) async fn page_of_refusal(operator: &Operator, named: Named, refusal: Refusal) -> Result<Response, Failure> {
    let text = words::refusal(refusal, operator.visit.language);
    page(operator, named, Revealed::Nothing, Some((status(refusal), text))).await
}

/// The page after a field that was not what it should be.
pub(super) async fn page_of_bad_field(operator: &Operator, named: Named, field: BadField) -> Result<Response, Failure> {
    let text = operator.visit.language.pick(field.chinese, field.english).to_owned();
    let problem = Some((StatusCode::BAD_REQUEST, text));
    page(operator, named, Revealed::Nothing, problem).await
}

async fn page(
    operator: &Operator,
    named: Named,
    revealed: Revealed,
    problem: Option<(StatusCode, String)>,
) -> Result<Response, Failure> {
    let accounts = &operator.visit.desk.accounts;
    let inspected = accounts.inspect_account(named.app, operator.actor(), named.id).await?;
    let obstacles = accounts
        .sign_in_obstacles(named.app, operator.actor(), named.id)
        .await?;
    let events = accounts.account_timeline(named.app, operator.actor(), named.id).await?;
    let apps = accounts.list_apps(operator.actor()).await?;
    let app = apps.into_iter().find(|app| app.id == named.app);
    let app = app.map_or_else(String::new, |app| app.name.as_str().to_owned());
    let (status, problem) = problem.map_or((StatusCode::OK, None), |(status, text)| (status, Some(text)));
    let seen = Seen {
        inspected,
        app,
        obstacles,
        events,
    };
    let page = written(operator, named, &seen, revealed, problem);
    Ok((status, html(&page)?).into_response())
}

/// All that a page shows of an account.
struct Seen {
    inspected: InspectedAccount,
    /// The name of its app.
    app: String,
    obstacles: Vec<Obstacle>,
    events: Vec<AccountEvent>,
}

fn written(operator: &Operator, named: Named, seen: &Seen, revealed: Revealed, problem: Option<String>) -> Page {
    let inspected = &seen.inspected;
    let account = &inspected.account;
    let address = named.address();
    let name = called::by_nickname(account);
    let frame = Frame {
        title: name.clone(),
        ..operator.frame(("账号", "Account"), Section::Accounts)
    };
    let zone = &operator.visit.desk.settings.zone;
    let is_revealed = matches!(revealed, Revealed::Addresses);
    let key = |key: &SettingKey| key.as_str().to_owned();
    let writer = Writer {
        frame: &frame,
        address: &address,
        inspected,
    };
    let hindrance = |obstacle: &Obstacle| writer.hindrance(obstacle, |at| times::second(at, zone));
    Page {
        hindrances: seen.obstacles.iter().map(hindrance).collect(),
        events: events::shown(&seen.events, frame.language, zone),
        app: seen.app.clone(),
        badges: shown::badges(account, &frame),
        problem,
        is_revealed,
        is_disabled: account.disabled_at.is_some(),
        may: May::of(inspected),
        identifiers: identifiers(account, is_revealed, &frame, |at| times::minute(at, zone)),
        has_password: inspected.has_password,
        facts: facts(account, &frame, |at| times::second(at, zone)),
        profile: profile::lines(account, is_revealed, &frame, zone),
        sessions: inspected
            .sessions
            .iter()
            .map(|session| session_shown(session, operator, &frame))
            .collect(),
        setting_keys: inspected.setting_keys.iter().map(key).collect(),
        setting: match revealed {
            Revealed::Setting(key, value) => Some((key, value)),
            Revealed::Nothing | Revealed::Addresses => None,
        },
        permissions: account.permissions.join(" "),
        roles: shown::roles(account.role.as_str(), &frame),
        name,
        address,
        frame,
    }
}

impl May {
    fn of(inspected: &InspectedAccount) -> Self {
        let may = |action| inspected.permits(action).is_ok();
        Self {
            edit: may(Action::ChangeProfile),
            give_role: may(Action::GiveRole(Role::User)),
            grant: may(Action::Grant),
            disable: may(Action::Disable),
            delete: may(Action::Delete),
            end_sessions: may(Action::EndSessions),
            send_code: may(Action::SendCode),
            reveal: may(Action::Look),
        }
    }
}

fn identifiers(
    account: &Account,
    is_revealed: bool,
    frame: &Frame,
    time: impl Fn(Timestamp) -> String,
) -> Vec<IdentifierShown> {
    let language = frame.language;
    let username = account.username.as_ref().map(|name| IdentifierShown {
        label: language.pick("用户名", "Username"),
        value: name.as_str().to_owned(),
        is_proven: None,
        proven_at: None,
        code_target: None,
    });
    let phone = account.phone.as_ref().map(|held| IdentifierShown {
        label: language.pick("手机号", "Phone"),
        value: if is_revealed {
            held.value.as_e164().to_owned()
        } else {
            held.value.masked()
        },
        is_proven: Some(held.proven_at.is_some()),
        proven_at: held.proven_at.map(&time),
        code_target: Some("phone"),
    });
    let email = account.email.as_ref().map(|held| IdentifierShown {
        label: language.pick("邮箱", "E-mail"),
        value: if is_revealed {
            held.value.address().to_owned()
        } else {
            held.value.masked()
        },
        is_proven: Some(held.proven_at.is_some()),
        proven_at: held.proven_at.map(&time),
        code_target: Some("email"),
    });
    username.into_iter().chain(phone).chain(email).collect()
}

fn facts(account: &Account, frame: &Frame, time: impl Fn(Timestamp) -> String) -> Vec<(&'static str, String)> {
    let language = frame.language;
    let never = || language.pick("从未", "never").to_owned();
    vec![
        (language.pick("编号", "Number"), account.id.0.to_string()),
        (language.pick("注册时间", "Registered"), time(account.created_at)),
        (
            language.pick("最近登录", "Last sign-in"),
            account.last_sign_in_at.map_or_else(never, &time),
        ),
        (language.pick("登录次数", "Sign-ins"), account.sign_in_count.to_string()),
    ]
}

fn session_shown(session: &Session, operator: &Operator, frame: &Frame) -> SessionShown {
    let zone = &operator.visit.desk.settings.zone;
    SessionShown {
        device: session.device.clone(),
        source: session.source.clone(),
        scope: shown::scope(session.scope, frame),
        created_at: times::minute(session.created_at, zone),
        seen_at: session.seen_at.map(|at| times::minute(at, zone)),
        expires_at: times::minute(session.expires_at, zone),
        id: session_id::of(session),
        is_this: operator.session.is(session),
    }
}

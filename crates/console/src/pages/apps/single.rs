//! One app: what it is, and changing it.

use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use yaopai_accounts::AppChange;
use yaopai_model::{App, AppKey, OpenWires};

use super::{Problem, WireShown, hosts, keeps_apps, name, rate, wires};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::{Frame, Section};
use crate::operator::{Operator, OperatorForm};
use crate::pages::html;
use crate::times;

#[derive(Template)]
#[template(path = "apps/single.html")]
struct Page {
    frame: Frame,
    app: App,
    /// What the form shows: what the app has, or what was typed.
    name: String,
    hosts: String,
    rate: String,
    wires: Vec<WireShown>,
    previous_until: Option<String>,
    overlaps: [(u32, &'static str, &'static str); 5],
    may_change: bool,
    problem: Option<String>,
}

/// How long an old secret may stay good: hours, and how they are called.
const OVERLAPS: [(u32, &str, &str); 5] = [
    (0, "立即作废", "Void at once"),
    (1, "1 小时后作废", "Void after 1 hour"),
    (24, "1 天后作废", "Void after 1 day"),
    (72, "3 天后作废", "Void after 3 days"),
    (168, "7 天后作废", "Void after 7 days"),
];

/// Shows the app.
pub(super) async fn show(Path(key): Path<String>, operator: Operator) -> Result<Response, Failure> {
    let key = AppKey::parse(&key).map_err(|_| Failure::NotFound)?;
    html(&page(&operator, &key).await?)
}

/// Changes it.
pub(super) async fn save(Path(key): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    let key = AppKey::parse(&key).map_err(|_| Failure::NotFound)?;
    let OperatorForm { operator, form } = &sent;
    let change = match read(form) {
        Ok(change) => change,
        Err(problem) => return page_again(operator, &key, form, &problem).await,
    };
    match operator
        .visit
        .desk
        .accounts
        .update_app(operator.actor(), &key, change)
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!("/console/apps/{}?done=saved", key.as_str())).into_response()),
        Err(error) => page_again(operator, &key, form, &Problem::of(error)?).await,
    }
}

fn read(form: &Form) -> Result<AppChange, Problem> {
    Ok(AppChange {
        name: Some(name(form)?),
        hosts: Some(hosts(form)?),
        requests_per_second: Some(rate(form)?),
        wires: Some(ticked_wires(form)),
    })
}

fn ticked_wires(form: &Form) -> OpenWires {
    OpenWires::of(|wire| form.is_ticked(wire.as_str()))
}

async fn page(operator: &Operator, key: &AppKey) -> Result<Page, Failure> {
    let desk = &operator.visit.desk;
    let (app, hosts) = desk.accounts.look_at_app(operator.actor(), key).await?;
    let now = desk.settings.clock.now();
    let hosts: Vec<_> = hosts.iter().map(|host| host.as_str()).collect();
    let previous_until = app.previous_secret_until.filter(|until| *until > now);
    Ok(Page {
        frame: operator.frame(("应用", "App"), Section::Apps),
        name: app.name.as_str().to_owned(),
        hosts: hosts.join("\n"),
        rate: app.requests_per_second.map(|rate| rate.to_string()).unwrap_or_default(),
        wires: wires(&app),
        previous_until: previous_until.map(|until| times::minute(until, &desk.settings.zone)),
        overlaps: OVERLAPS,
        may_change: keeps_apps(operator),
        problem: None,
        app,
    })
}

/// The form again with what was typed, and why it had no effect.
async fn page_again(operator: &Operator, key: &AppKey, form: &Form, problem: &Problem) -> Result<Response, Failure> {
    let page = page(operator, key).await?;
    let typed = App {
        wires: ticked_wires(form),
        ..page.app.clone()
    };
    let page = Page {
        name: form.text("name").to_owned(),
        hosts: form.text("hosts").to_owned(),
        rate: form.text("rate").to_owned(),
        wires: wires(&typed),
        problem: Some(problem.text(operator.visit.language)),
        ..page
    };
    let status: StatusCode = problem.status();
    Ok((status, html(&page)?).into_response())
}

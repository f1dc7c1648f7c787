//! Looking after apps.

mod create;
mod list;
mod secret;
mod single;

use http::StatusCode;
use yaopai_accounts::{Action, Error, Refusal};
use yaopai_model::limits::HOSTS_PER_APP;
use yaopai_model::{App, AppName, HostName, WireName};

use super::message::status;
use crate::failure::Failure;
use crate::form::Form;
use crate::language::Language;
use crate::operator::Operator;
use crate::routes::RouteTable;
use crate::words;

/// Adds the pages of apps.
pub(super) fn add_routes(table: RouteTable) -> RouteTable {
    table
        .get("/apps", list::show)
        .get("/apps/new", create::show)
        .post("/apps/new", create::create)
        .get("/apps/{key}", single::show)
        .post("/apps/{key}", single::save)
        .post("/apps/{key}/rotate", secret::rotate)
        .post("/apps/{key}/end-overlap", secret::end_overlap)
}

/// Whether buttons that change apps are shown; what they do is the verbs' question.
fn keeps_apps(operator: &Operator) -> bool {
    operator.session.principal.reaches(Action::KeepApps)
}

/// Why a form had no effect.
enum Problem {
    Field(&'static str, &'static str),
    Refused(Refusal),
}

impl Problem {
    fn text(&self, language: Language) -> String {
        match self {
            Self::Field(chinese, english) => language.pick(chinese, english).to_owned(),
            Self::Refused(refusal) => words::refusal(*refusal, language),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Field(..) => StatusCode::BAD_REQUEST,
            Self::Refused(refusal) => status(*refusal),
        }
    }

    /// A refusal that the form can be corrected by; other failures have pages of their own.
    fn of(error: Error) -> Result<Self, Failure> {
        match error {
            Error::Refused(refusal @ (Refusal::HostTaken | Refusal::TooManyApps)) => Ok(Self::Refused(refusal)),
            error @ (Error::Refused(_) | Error::Fault(_)) => Err(error.into()),
        }
    }
}

fn name(form: &Form) -> Result<AppName, Problem> {
    let bad = Problem::Field("名称须为 1 到 64 个字符。", "A name has 1 to 64 characters.");
    AppName::parse(form.text("name")).map_err(|_| bad)
}

/// One host on each line.
fn hosts(form: &Form) -> Result<Vec<HostName>, Problem> {
    let lines = form.text("hosts").split_whitespace();
    let hosts: Result<Vec<_>, _> = lines.take(HOSTS_PER_APP as usize + 1).map(HostName::parse).collect();
    hosts.map_err(|_| {
        Problem::Field(
            "域名有误：每行一个，如 app.example.com，不带 https://。",
            "Not a host name: one on each line, such as app.example.com, without https://.",
        )
    })
}

fn rate(form: &Form) -> Result<Option<u32>, Problem> {
    let Some(text) = form.optional("rate") else {
        return Ok(None);
    };
    match text.parse() {
        Ok(0) => Ok(None),
        Ok(rate) => Ok(Some(rate)),
        Err(_) => Err(Problem::Field(
            "速率应为整数，留空为不限。",
            "The rate is a whole number; empty for no bound.",
        )),
    }
}

/// A wire as a page shows it.
struct WireShown {
    name: &'static str,
    path: &'static str,
    is_open: bool,
}

fn wires(app: &App) -> Vec<WireShown> {
    let shown = |wire: WireName| WireShown {
        name: wire.as_str(),
        path: match wire {
            WireName::ApiCloudUser => "/api/cloud_user/",
            WireName::ApiV1 => "/api/v1/",
            WireName::User => "/user/",
        },
        is_open: app.wires.has(wire),
    };
    WireName::ALL.into_iter().map(shown).collect()
}

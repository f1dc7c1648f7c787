//! The list of apps.

use askama::Template;
use axum::response::Response;
use yaopai_model::App;

use super::{WireShown, keeps_apps, wires};
use crate::failure::Failure;
use crate::frame::{Frame, Section};
use crate::operator::Operator;
use crate::pages::html;

#[derive(Template)]
#[template(path = "apps/list.html")]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    may_change: bool,
}

struct Row {
    app: App,
    wires: Vec<WireShown>,
}

/// Lists apps.
pub(super) async fn show(operator: Operator) -> Result<Response, Failure> {
    let apps = operator.visit.desk.accounts.list_apps(operator.actor()).await?;
    let row = |app: App| Row {
        wires: wires(&app),
        app,
    };
    html(&Page {
        frame: operator.frame(("应用", "Apps"), Section::Apps),
        rows: apps.into_iter().map(row).collect(),
        may_change: keeps_apps(&operator),
    })
}

//! The settings in force, for reading.

use askama::Template;
use axum::response::Response;

use super::html;
use crate::SettingGroup;
use crate::failure::Failure;
use crate::frame::{Frame, Section};
use crate::operator::Operator;
use crate::routes::RouteTable;

/// Adds the page of settings.
pub(super) fn add_routes(table: RouteTable) -> RouteTable {
    table.get("/settings", show)
}

#[derive(Template)]
#[template(path = "settings/show.html")]
struct Page<'a> {
    frame: Frame,
    groups: &'a [SettingGroup],
}

async fn show(operator: Operator) -> Result<Response, Failure> {
    let desk = &operator.visit.desk;
    desk.accounts.may_look_at_base(operator.actor()).await?;
    html(&Page {
        frame: operator.frame(("设置", "Settings"), Section::Settings),
        groups: &desk.settings.shown,
    })
}

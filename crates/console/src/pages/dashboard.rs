//! The dashboard.

use askama::Template;
use axum::response::Response;

use super::html;
use crate::failure::Failure;
use crate::frame::{Frame, Section};
use crate::operator::Operator;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Page {
    frame: Frame,
}

/// How the base is doing.
pub(crate) async fn show(operator: Operator) -> Result<Response, Failure> {
    let page = Page {
        frame: operator.frame(("概览", "Dashboard"), Section::Dashboard),
    };
    html(&page)
}

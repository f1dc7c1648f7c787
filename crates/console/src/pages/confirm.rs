//! Asking for the password again.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::html;
use crate::failure::Confirmation;
use crate::frame::Frame;
use crate::visit::Visit;
use crate::words;

#[derive(Template)]
#[template(path = "confirm.html")]
struct Page<'a> {
    frame: Frame,
    confirmation: &'a Confirmation,
    problem: Option<String>,
    back: &'static str,
}

/// The page that asks for the password, or a code in its place, and sends the form again with it; there is a way `back`.
pub(crate) fn page(visit: &Visit, confirmation: &Confirmation, back: &'static str) -> Response {
    let (secret, _) = visit.form_secret_or_new();
    let page = Page {
        frame: visit.frame(("确认身份", "Confirm"), &secret),
        confirmation,
        problem: confirmation
            .refusal
            .map(|refusal| words::refusal(refusal, visit.language)),
        back,
    };
    match html(&page) {
        Ok(page) => (StatusCode::FORBIDDEN, page).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

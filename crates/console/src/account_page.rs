//! The account page: what people look after of their own account, one file for each part.

mod address;
mod close;
mod code_sign_in;
mod confirm;
mod download;
mod forgot;
mod holder;
mod password;
mod pictures;
mod preferences;
mod profile;
mod security;
mod send_code;
mod sessions;
mod sign_in;

use axum::response::{IntoResponse as _, Redirect, Response};

use crate::around::explain_under;
use crate::failure::Failure;
use crate::routes::RouteTable;
use crate::visit::Visit;

/// What the addresses of the account page begin with.
pub(crate) const PREFIX: &str = "/account";
/// Its first page.
const HOME: &str = "/account/";

/// The account page.
pub(crate) fn routes() -> RouteTable {
    RouteTable::under(PREFIX)
        .get("/", profile::show)
        .post("/profile", profile::save)
        .post("/pictures", pictures::upload)
        .post("/preferences", preferences::save)
        .get("/security", security::show)
        .get("/password", password::show)
        .post("/password", password::change)
        .get("/address", address::show)
        .post("/address", address::ask)
        .post("/address/prove", address::prove)
        .post("/sessions/end", sessions::end)
        .post("/sessions/end-others", sessions::end_others)
        .post("/confirm", confirm::confirm)
        .get("/data", close::show)
        .post("/data/download", download::download)
        .post("/data/close", close::close)
        .get("/sign-in", sign_in::show)
        .post("/sign-in", sign_in::sign_in)
        .get("/sign-in/code", code_sign_in::show)
        .post("/sign-in/code", code_sign_in::ask)
        .post("/sign-in/code/enter", code_sign_in::enter)
        .get("/forgot", forgot::show)
        .post("/forgot", forgot::ask)
        .post("/forgot/reset", forgot::reset)
        .post("/sign-out", sign_in::sign_out)
}

/// The page for a failure.
pub(crate) fn explain(visit: &Visit, failure: Failure, request_id: &str) -> Response {
    explain_under(HOME, visit, failure, request_id)
}

/// Goes on to a page where `done` is told.
fn go(page: &str, done: &str) -> Response {
    Redirect::to(&format!("{page}?done={done}")).into_response()
}

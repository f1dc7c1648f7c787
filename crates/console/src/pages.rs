//! The pages of the console, one file each.

mod accounts;
mod app_choice;
mod apps;
mod audit;
pub(crate) mod confirm;
mod dashboard;
mod keys;
pub(crate) mod message;
mod messages;
mod preference;
mod set_up;
mod settings;
mod sign_in;
mod sign_out;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use yaopai_accounts::Refusal;
use yaopai_model::SessionSecret;

use crate::assets;
use crate::failure::Failure;
use crate::routes::RouteTable;
use crate::visit::Visit;

/// What the addresses of the console begin with.
pub(crate) const PREFIX: &str = "/console";

/// The pages of the console, in the order of its navigation.
pub(crate) fn routes() -> RouteTable {
    let table = RouteTable::under(PREFIX)
        .get("/", dashboard::show)
        .get("/setup", set_up::show)
        .post("/setup", set_up::set_up)
        .get("/sign-in", sign_in::show)
        .post("/sign-in", sign_in::sign_in)
        .post("/sign-out", sign_out::sign_out)
        .get("/preference", preference::switch)
        .get("/assets/{version}/{name}", assets::file);
    let table = accounts::add_routes(table);
    let table = apps::add_routes(table);
    let table = messages::add_routes(table);
    let table = audit::add_routes(table);
    let table = keys::add_routes(table);
    settings::add_routes(table)
}

/// A page, written.
///
/// # Errors
/// Faults only.
pub(crate) fn html(page: &impl Template) -> Result<Response, Failure> {
    Ok(Html(page.render()?).into_response())
}

/// A page for somebody who has not signed in; its forms are bound to a secret that the browser is given if it has none.
///
/// # Errors
/// Faults only.
pub(crate) fn outside<P: Template>(
    visit: &Visit,
    refusal: Option<Refusal>,
    page: impl FnOnce(&SessionSecret) -> P,
) -> Result<Response, Failure> {
    let (secret, is_new) = visit.form_secret_or_new();
    let status = refusal.map_or(StatusCode::OK, message::status);
    let mut response = (status, html(&page(&secret))?).into_response();
    if is_new {
        visit.set_form_secret(response.headers_mut(), &secret);
    }
    Ok(response)
}

/// An address of the console to go on to, if `address` is one of our pages, and no other site's.
pub(crate) fn local(address: &str) -> &str {
    local_or(address, "/console/")
}

/// `address`, if it is one of our pages, else `home`.
pub(crate) fn local_or<'a>(address: &'a str, home: &'static str) -> &'a str {
    let is_page = ["/console/", "/account/"].iter().any(|home| address.starts_with(home));
    // A header holds no control characters.
    if is_page && !address.contains(|c: char| c == '\\' || c.is_control()) {
        address
    } else {
        home
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(local("/console/accounts?q=1"), "/console/accounts?q=1");
        assert_eq!(local_or("/account/security", "/account/"), "/account/security");
        assert_eq!(local_or("/accountants", "/account/"), "/account/");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/user/info",
            "",
            "/console/\n",
            "/console/\0",
        ] {
            assert_eq!(local(elsewhere), "/console/", "{elsewhere:?}");
        }
    }
}

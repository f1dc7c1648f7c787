//! The pages of the console, one file each.

mod accounts;
pub(crate) mod confirm;
mod dashboard;
pub(crate) mod message;
mod preference;
mod set_up;
mod sign_in;
mod sign_out;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};

use crate::assets;
use crate::failure::Failure;
use crate::routes::RouteTable;

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
    accounts::add_routes(table)
}

/// A page, written.
///
/// # Errors
/// Faults only.
pub(crate) fn html(page: &impl Template) -> Result<Response, Failure> {
    Ok(Html(page.render()?).into_response())
}

/// An address of ours to go on to, if `address` is one: a path of the console, and no other site's.
pub(crate) fn local(address: &str) -> &str {
    let is_ours = address.starts_with("/console/") && !address.contains(['\\', '\n', '\r']);
    if is_ours { address } else { "/console/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(local("/console/accounts?q=1"), "/console/accounts?q=1");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/user/info",
            "",
            "/console/\n",
        ] {
            assert_eq!(local(elsewhere), "/console/", "{elsewhere:?}");
        }
    }
}

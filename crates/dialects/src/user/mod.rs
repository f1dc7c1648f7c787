//! The wire of `user`: JSON bodies, and HTTP's own codes in the envelope.

mod envelope;
mod errors;
mod info;
mod login;
mod profile;
mod reference;
mod register;

use crate::http::RouteTable;

pub(crate) use envelope::{SUCCESS, envelope, refuse, status};
pub(crate) use errors::spell;
pub(crate) use reference::reference;

/// The calls, in the document's order.
pub(crate) fn routes() -> RouteTable {
    RouteTable::under("/user")
        .post("/register", register::register)
        .post("/login", login::login)
        .get("/info", info::info)
}

//! The wire of `api_cloud_user`: parameters in query, form or headers; every call for an app.

mod app;
mod code;
mod config;
mod decode;
mod envelope;
mod errors;
mod login;
mod logout;
mod psw;
mod reference;
mod register;
mod userinfo;

use crate::http::RouteTable;

pub(crate) use app::CLOUD_TOKEN;
pub(crate) use envelope::{SUCCESS, envelope, refuse};
pub(crate) use errors::spell;
pub(crate) use reference::reference;

/// The calls, in the document's order. `registe` and `psw/rest` are spellings that the document or its clients use.
pub(crate) fn routes() -> RouteTable {
    RouteTable::under("/api/cloud_user")
        .get_or_post("/code/get", code::get)
        .get_or_post("/register", register::register)
        .get_or_post("/registe", register::register)
        .get_or_post("/login/psw", login::by_password)
        .get_or_post("/login/code", login::by_code)
        .get_or_post("/userinfo/get", userinfo::get)
        .get_or_post("/userinfo/update", userinfo::update)
        .get_or_post("/config/set", config::set)
        .get_or_post("/config/get", config::get)
        .get_or_post("/psw/rest", psw::reset)
        .get_or_post("/psw/reset", psw::reset)
        .get_or_post("/logout", logout::logout)
}

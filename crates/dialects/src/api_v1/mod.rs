//! The wire of `api_v1`: JSON bodies, tokens in `Authorization`, and a picture route beside it.

mod captcha;
mod code;
mod decode;
mod envelope;
mod errors;
mod image;
mod info;
mod login;
mod manage;
mod page;
mod password;
mod picture_address;
mod reference;
mod register;
#[cfg(test)]
mod samples;
mod shown;
mod token;
mod upload;

use crate::http::RouteTable;

pub(crate) use envelope::{SUCCESS, envelope, refuse};
pub(crate) use errors::spell;
pub(crate) use reference::reference;

/// The calls, in the document's order; last those that it leans on without describing them.
pub(crate) fn routes() -> RouteTable {
    RouteTable::under("/api/v1")
        .post("/user/register", register::register)
        .post("/user/login", login::login)
        .post("/user/login/email", login::login_email)
        .post("/user/code/email", code::code_email)
        .get("/user/info/other", info::info_other)
        .get("/user/uid", info::uid)
        .get("/user/resetpwd/check", password::resetpwd_check)
        .post("/user/pwd/modify", password::pwd_modify)
        .get("/user/token/refresh", token::token_refresh)
        .get("/user/info/get", info::info_get)
        .post("/user/info/modify", info::info_modify)
        .post("/user/cover/modify", info::cover_modify)
        .get("/user/manage/list", manage::list)
        .get("/user/manage/search", manage::search)
        // The document writes `search&keyword=…`, where the whole query is part of the path.
        .get("/user/manage/search&{*query}", manage::search)
        .post("/user/manage/modify", manage::modify)
        .post("/user/manage/role/modify", manage::role_modify)
        .post("/user/manage/delete", manage::delete)
        .get("/captcha/get", captcha::get)
        .post("/captcha/validate", captcha::validate)
        .post("/upload/image", upload::upload_image)
}

/// The uploaded pictures.
pub(crate) fn picture_routes() -> RouteTable {
    RouteTable::under("/api/image").get("/{name}", image::image)
}

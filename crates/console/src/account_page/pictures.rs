//! The portrait and the cover.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::response::Response;
use yaopai_accounts::ProfileChange;

use super::holder::Holder;
use super::{HOME, go};
use crate::Desk;
use crate::failure::Failure;
use crate::form::read_upload;

/// Takes a picture and puts it into the profile. Who is asking is settled before the body is read, so that strangers
/// cannot make us hold megabytes.
pub(super) async fn upload(State(desk): State<Desk>, request: Request) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let holder = Holder::from_request_parts(&mut parts, &desk).await?;
    let accounts = &desk.accounts;
    let _place = accounts.upload_place()?;
    let (form, image) = read_upload(parts, body, &holder.key.secret).await?;
    if image.is_empty() {
        return Err(Failure::field("请先选择一张图片。", "Choose a picture first."));
    }
    let principal = &holder.session.principal;
    let is_cover = match form.text("kind") {
        "avatar" => false,
        "cover" => true,
        _ => return Err(Failure::BadForm),
    };
    let name = accounts.upload_picture(principal, image.into()).await?;
    let (avatar, cover) = if is_cover {
        (None, Some(name))
    } else {
        (Some(name), None)
    };
    let change = ProfileChange {
        avatar,
        cover,
        ..ProfileChange::default()
    };
    accounts.change_profile(principal, change).await?;
    Ok(go(HOME, "saved"))
}

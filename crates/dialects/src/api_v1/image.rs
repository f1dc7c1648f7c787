//! `/api/image/<name>`

use ::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use yaopai_model::PictureName;

use super::envelope::refuse;
use super::errors;
use crate::{Failure, Wires};

/// A picture, to anybody. A name stands for the same bytes for ever, so that it may be kept as long as one likes.
pub(super) async fn image(State(wires): State<Wires>, Path(name): Path<String>) -> Result<Response, Failure> {
    let Ok(name) = PictureName::parse(&name) else {
        return Ok(refuse(&errors::no_such_picture()));
    };
    let Some(picture) = wires.accounts.picture(&name).await? else {
        return Ok(refuse(&errors::no_such_picture()));
    };
    let headers = [
        (CONTENT_TYPE, picture.media_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, picture.bytes).into_response())
}

//! `/api/image/<name>`

use ::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use yaopai_model::PictureName;

use super::envelope::refuse;
use super::errors;
use crate::{Failure, Wires};

/// A picture, to anybody. A name stands for the same bytes for ever, so that it may be kept as long as one likes.
/// What is not even text is no picture's name.
pub(super) async fn image(
    State(wires): State<Wires>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Failure> {
    let Some(name) = name.ok().and_then(|Path(name)| PictureName::parse(&name).ok()) else {
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

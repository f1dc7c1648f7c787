//! `/api/image/<name>`

use std::io;

use ::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http_body_util::channel::{Channel, Sender};
use yaopai_accounts::StoredPicture;
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
    let length = [(CONTENT_LENGTH, picture.byte_count)];
    Ok((headers, length, body(picture)).into_response())
}

/// A body that takes a piece from the disk when the one before is on its way.
fn body(picture: StoredPicture) -> Body {
    let (sender, body) = Channel::new(1);
    tokio::spawn(send(picture, sender));
    Body::new(body)
}

/// Sends all pieces, unless whoever loads the picture goes away. What cannot be read cuts the reply short, and its
/// length says so.
async fn send(mut picture: StoredPicture, mut sender: Sender<Bytes, io::Error>) {
    loop {
        match picture.next_piece().await {
            Ok(Some((piece, rest))) => {
                if sender.send_data(piece.into()).await.is_err() {
                    return;
                }
                picture = rest;
            }
            Ok(None) => return,
            Err(error) => {
                tracing::error!(%error, "a picture was cut short");
                return sender.abort(io::Error::other("a picture was cut short"));
            }
        }
    }
}

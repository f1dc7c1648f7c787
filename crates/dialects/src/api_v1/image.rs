//! `/api/image/<name>`

use std::io;

use ::http::HeaderValue;
use ::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::body::{Body, Bytes};
use http_body_util::channel::{Channel, Sender};
use percent_encoding::percent_decode_str;
use yaopai_accounts::StoredPicture;
use yaopai_model::PictureName;

use super::envelope::refuse;
use super::errors;
use crate::Failure;
use crate::http::{Arrived, Reply};

/// A picture, to anybody. A name stands for the same bytes for ever, so that it may be kept as long as one likes.
/// What is not even text is no picture's name.
pub(super) async fn image(arrived: Arrived) -> Result<Reply, Failure> {
    let Some(name) = name(arrived.surroundings.head.uri.path()) else {
        return Ok(refuse(&errors::no_such_picture()));
    };
    let Some(picture) = arrived.wires.accounts.picture(&name).await? else {
        return Ok(refuse(&errors::no_such_picture()));
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(picture.media_type)),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
        (CONTENT_LENGTH, HeaderValue::from(picture.byte_count)),
    ];
    Ok(Reply::bare(headers, body(picture)))
}

/// The name at the end of a path.
fn name(path: &str) -> Option<PictureName> {
    let (_, encoded) = path.rsplit_once('/')?;
    let name = percent_decode_str(encoded).decode_utf8().ok()?;
    PictureName::parse(&name).ok()
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

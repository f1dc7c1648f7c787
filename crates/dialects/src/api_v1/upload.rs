//! `upload/image`

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use serde::Serialize;
use yaopai_model::limits::UPLOAD_BODY_BYTES;

use crate::api_v1::envelope::{Reply, succeed};
use crate::api_v1::picture_address;
use crate::call::{Call, caller};
use crate::http::read_body;
use crate::{BadInput, Wires};

#[derive(Serialize)]
struct Uploaded {
    url: String,
}

/// Takes a picture. Who is asking is settled before the body is read, so that strangers cannot make us hold megabytes.
pub(super) async fn upload_image(State(wires): State<Wires>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let call = Call {
        caller: caller(&parts)?,
        wires,
        parts,
        body: Bytes::new(),
    };
    let app = call.app_of_host().await?.id;
    let principal = call.principal(app).await?;

    let body = read_body(body, UPLOAD_BODY_BYTES).await.map_err(name_image)?;
    let bytes = image_part(Request::from_parts(call.parts, Body::from(body))).await?;
    let name = call.wires.accounts.upload_picture(&principal, bytes.into()).await?;
    Ok(succeed(Uploaded {
        url: picture_address::write(&name, &call.wires.settings),
    }))
}

/// A body that is too large is a picture that is too large.
fn name_image(problem: BadInput) -> BadInput {
    if problem == BadInput::BodyTooLarge { BadInput::TooLong("image") } else { problem }
}

/// The bytes of the part `image` (RFC 7578), which browsers send empty where no file was chosen.
///
/// # Errors
/// [`BadInput::Missing`] also where the body is no multipart form; [`BadInput::Repeated`], [`BadInput::UnreadableBody`].
async fn image_part(mut request: Request) -> Result<Bytes, BadInput> {
    // The whole body was read within its bound already.
    DefaultBodyLimit::disable().apply(&mut request);
    let multipart = Multipart::from_request(request, &()).await;
    let mut parts = multipart.map_err(|_| BadInput::Missing("image"))?;
    let mut image = None;
    while let Some(part) = parts.next_field().await.map_err(|_| BadInput::UnreadableBody)? {
        if part.name() != Some("image") {
            continue;
        }
        let bytes = part.bytes().await.map_err(|_| BadInput::UnreadableBody)?;
        if image.replace(bytes).is_some() {
            return Err(BadInput::Repeated("image"));
        }
    }
    image.filter(|bytes| !bytes.is_empty()).ok_or(BadInput::Missing("image"))
}

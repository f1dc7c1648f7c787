//! `upload/image`

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use serde::Serialize;
use yaopai_model::limits::UPLOAD_BODY_BYTES;

use super::envelope::succeed;
use crate::call::Call;
use crate::http::{Arrived, Reply};
use crate::{BadInput, Failure};
use yaopai_http::read_body;

#[derive(Serialize)]
struct Uploaded {
    url: String,
}

/// Takes a picture. Who is asking is settled before the body is read, so that strangers cannot make us hold megabytes.
pub(super) async fn upload_image(arrived: Arrived) -> Result<Reply, Failure> {
    let (call, body) = Call::without_body(arrived);
    let principal = call.principal().await?;

    let _place = call.wires.accounts.upload_place()?;
    let body = read_body(body, UPLOAD_BODY_BYTES)
        .await
        .map_err(|problem| name_image(problem.into()))?;
    let form = Request::from_parts(call.head().clone(), Body::from(body));
    let bytes = image_part(form).await?;
    let name = call.wires.accounts.upload_picture(&principal, bytes.into()).await?;
    succeed(Uploaded {
        url: call.wires.settings.picture_address(&name),
    })
}

/// A body that is too large is a picture that is too large.
fn name_image(problem: BadInput) -> BadInput {
    if problem == BadInput::BodyTooLarge {
        BadInput::TooLong("image")
    } else {
        problem
    }
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
    image
        .filter(|bytes| !bytes.is_empty())
        .ok_or(BadInput::Missing("image"))
}

#[cfg(test)]
mod tests {
    use ::http::header::CONTENT_TYPE;

    use super::*;

    async fn part_of(content_type: &str, body: String) -> Result<Bytes, BadInput> {
        let request = Request::builder()
            .header(CONTENT_TYPE, content_type)
            .body(Body::from(body));
        image_part(request.unwrap()).await
    }

    /// A form with these parts: name and content.
    async fn part_of_form(parts: &[(&str, &str)]) -> Result<Bytes, BadInput> {
        let mut form = String::new();
        for (name, content) in parts {
            form += &format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n\r\n{content}\r\n"
            );
        }
        part_of("multipart/form-data; boundary=b", form + "--b--\r\n").await
    }

    #[tokio::test]
    async fn the_part_named_image_is_taken() {
        assert_eq!(
            part_of_form(&[("token", "x"), ("image", "bytes"), ("y", "")])
                .await
                .unwrap(),
            "bytes"
        );
        let large = "x".repeat(5 << 20);
        assert_eq!(part_of_form(&[("image", &large)]).await.unwrap().len(), large.len());
    }

    #[tokio::test]
    async fn without_a_file_there_is_none() {
        let none = Err(BadInput::Missing("image"));
        assert_eq!(part_of_form(&[]).await, none);
        assert_eq!(part_of_form(&[("file", "bytes")]).await, none);
        assert_eq!(part_of_form(&[("image", "")]).await, none);
        assert_eq!(part_of("application/json", "{}".to_owned()).await, none);
        assert_eq!(
            part_of_form(&[("image", "a"), ("image", "b")]).await,
            Err(BadInput::Repeated("image"))
        );
    }

    #[tokio::test]
    async fn a_form_that_ends_too_early_is_unreadable() {
        let cut = "--b\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nbyt".to_owned();
        let content_type = "multipart/form-data; boundary=b";
        assert_eq!(part_of(content_type, cut).await, Err(BadInput::UnreadableBody));
    }

    #[test]
    fn a_body_too_large_is_a_picture_too_large() {
        assert_eq!(name_image(BadInput::BodyTooLarge), BadInput::TooLong("image"));
        assert_eq!(name_image(BadInput::BodyTooSlow), BadInput::BodyTooSlow);
    }
}

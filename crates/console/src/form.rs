//! Forms, as browsers send them, and the token that shows that a form is one of ours.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts as _, Multipart, Request};
use http::request::Parts;
use yaopai_accounts::is_form_token;
use yaopai_http::read_body;
use yaopai_model::SessionSecret;
use yaopai_model::limits::{BODY_BYTES, PARAMETERS, UPLOAD_BODY_BYTES};

use crate::Desk;
use crate::failure::Failure;
use crate::visit::Visit;

/// The field that has the token.
const TOKEN: &str = "token";
/// The part of a multipart form that is a file.
const IMAGE: &str = "image";

/// The fields of a form or of a query, in their order.
#[derive(Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads fields (URL Standard, section 5.1).
    ///
    /// # Errors
    /// [`Failure::BadForm`] for more than `limits::PARAMETERS`.
    pub(crate) fn parse(encoded: &[u8]) -> Result<Self, Failure> {
        let fields: Vec<_> = form_urlencoded::parse(encoded)
            .take(PARAMETERS + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        if fields.len() > PARAMETERS {
            return Err(Failure::BadForm);
        }
        Ok(Self(fields))
    }

    /// The field `name`, without the space around it; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The field `name` as it was sent, for passwords; empty where there is none.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The field `name` where it is not empty.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Whether a box is ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        !self.raw(name).is_empty()
    }

    /// Every value of the field `name`.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter_map(move |(found, value)| (found == name).then_some(value.as_str()))
    }

    /// All fields but the token and those whose names begin with `left_out`, for asking again.
    pub(crate) fn fields_but(&self, left_out: &str) -> Vec<(String, String)> {
        let kept = |(name, _): &&(String, String)| !name.starts_with(left_out) && name != TOKEN;
        self.0.iter().filter(kept).cloned().collect()
    }
}

/// Reads a form that is bound to `secret`.
///
/// # Errors
/// [`Failure::Forgery`] without the form's token, or from another site; [`Failure::BadForm`].
pub(crate) async fn read_form(parts: &Parts, body: Body, secret: Option<&SessionSecret>) -> Result<Form, Failure> {
    let body: Bytes = read_body(body, BODY_BYTES).await?;
    own(parts, Form::parse(&body)?, secret)
}

/// Reads a form with one file (RFC 7578), the part `image`, that is bound to `secret`; the file is empty where none was
/// chosen. It may take `limits::UPLOAD_BODY_BYTES` of memory, for which its sender has to have a place.
///
/// # Errors
/// See [`read_form`].
pub(crate) async fn read_upload(parts: Parts, body: Body, secret: &SessionSecret) -> Result<(Form, Bytes), Failure> {
    let body = read_body(body, UPLOAD_BODY_BYTES).await?;
    let mut request = Request::from_parts(parts.clone(), Body::from(body));
    // The whole body was read within its bound already.
    DefaultBodyLimit::disable().apply(&mut request);
    let multipart = Multipart::from_request(request, &()).await;
    // What is no such form has no token, either.
    let mut pieces = multipart.map_err(|_| Failure::Forgery)?;
    let (mut fields, mut image) = (Vec::new(), Bytes::new());
    while let Some(piece) = pieces.next_field().await.map_err(|_| Failure::BadForm)? {
        let name = piece.name().unwrap_or_default().to_owned();
        if name == IMAGE {
            image = piece.bytes().await.map_err(|_| Failure::BadForm)?;
        } else {
            fields.push((name, piece.text().await.map_err(|_| Failure::BadForm)?));
        }
        if fields.len() > PARAMETERS {
            return Err(Failure::BadForm);
        }
    }
    Ok((own(&parts, Form(fields), Some(secret))?, image))
}

/// The form, if it is one that we gave to the holder of `secret`.
fn own(parts: &Parts, form: Form, secret: Option<&SessionSecret>) -> Result<Form, Failure> {
    let shows_token = secret.is_some_and(|secret| is_form_token(secret, form.raw(TOKEN)));
    if !shows_token || is_from_elsewhere(parts) {
        return Err(Failure::Forgery);
    }
    Ok(form)
}

/// What the browser says of where a request comes from (Fetch Metadata, `Sec-Fetch-Site`); older ones say nothing.
fn is_from_elsewhere(parts: &Parts) -> bool {
    let site = parts
        .headers
        .get("sec-fetch-site")
        .and_then(|value| value.to_str().ok());
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

/// A form that somebody sends who has not signed in.
pub(crate) struct VisitForm {
    pub(crate) visit: Visit,
    pub(crate) form: Form,
}

impl FromRequest<Desk> for VisitForm {
    type Rejection = Failure;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, desk).await?;
        let form = read_form(&parts, body, visit.form_secret().as_ref()).await?;
        Ok(Self { visit, form })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let form = Form::parse("a=+x+&b=%E5%BC%A0&a=2&c=&token=t".as_bytes()).ok().unwrap();
        assert_eq!((form.text("a"), form.raw("a")), ("x", " x "));
        assert_eq!(form.text("b"), "张");
        assert_eq!(form.all("a").count(), 2);
        assert_eq!((form.optional("c"), form.optional("d")), (None, None));
        assert_eq!(form.fields_but("a").len(), 2);
        assert!(Form::parse("a=1&".repeat(101).as_bytes()).is_err());
    }
}

//! Addresses of uploaded pictures: `/api/image/<name>`, with `public_url` before it where operators set one.

use yaopai_accounts::Refusal;
use yaopai_model::PictureName;

use crate::WireSettings;

const PATH: &str = "/api/image/";

/// The address of a picture.
pub(super) fn write(name: &PictureName, settings: &WireSettings) -> String {
    format!("{}{PATH}{}", base(settings), name.as_str())
}

/// The address of a picture that may not be there; empty where it is not.
pub(super) fn write_optional(name: Option<&PictureName>, settings: &WireSettings) -> String {
    name.map(|name| write(name, settings)).unwrap_or_default()
}

/// The picture at an address that we gave, with or without `public_url`.
///
/// # Errors
/// [`Refusal::PictureNotOwn`] for every other address: it is no upload of anybody's.
pub(super) fn parse(text: &str, settings: &WireSettings) -> Result<PictureName, Refusal> {
    let path = text.strip_prefix(base(settings)).unwrap_or(text);
    let name = path.strip_prefix(PATH).ok_or(Refusal::PictureNotOwn)?;
    PictureName::parse(name).map_err(|_| Refusal::PictureNotOwn)
}

fn base(settings: &WireSettings) -> &str {
    settings.public_url.as_deref().unwrap_or_default().trim_end_matches('/')
}

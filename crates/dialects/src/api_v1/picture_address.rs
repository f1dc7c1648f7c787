//! Addresses of uploaded pictures, as clients send them back.

use yaopai_accounts::Refusal;
use yaopai_model::PictureName;

use crate::WireSettings;

/// The picture at an address that we gave, with or without `public_url` before `/api/image/`.
///
/// # Errors
/// [`Refusal::PictureNotOwn`] for every other address: it is no upload of anybody's.
pub(super) fn parse(text: &str, settings: &WireSettings) -> Result<PictureName, Refusal> {
    let (before, name) = text.rsplit_once('/').ok_or(Refusal::PictureNotOwn)?;
    let name = PictureName::parse(name).map_err(|_| Refusal::PictureNotOwn)?;
    let is_ours = before == "/api/image" || text == settings.picture_address(&name);
    is_ours.then_some(name).ok_or(Refusal::PictureNotOwn)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{AVATAR, settings};
    use super::*;

    #[test]
    fn an_address_reads_back() {
        let name = PictureName::parse(AVATAR).unwrap();
        for (public_url, address) in [
            (None, format!("/api/image/{AVATAR}")),
            (
                Some("https://id.example.com"),
                format!("https://id.example.com/api/image/{AVATAR}"),
            ),
            (
                Some("https://example.com/id/"),
                format!("https://example.com/id/api/image/{AVATAR}"),
            ),
        ] {
            let settings = settings(public_url);
            assert_eq!(settings.picture_address(&name), address);
            assert_eq!(parse(&address, &settings), Ok(name.clone()));
            assert_eq!(parse(&format!("/api/image/{AVATAR}"), &settings), Ok(name.clone()));
        }
    }

    #[test]
    fn every_other_address_has_no_picture() {
        let settings = settings(Some("https://id.example.com"));
        for address in [
            "",
            AVATAR,
            "/api/image/",
            "/api/image/../secret.png",
            "/api/image/0123456789abcdef0123456789abcdef.gif",
            &format!("https://evil.example/api/image/{AVATAR}"),
            &format!("https://id.example.com.evil.example/api/image/{AVATAR}"),
            &format!("https://id.example.com/api/image/{AVATAR}?x=1"),
            &format!("/api/image/{AVATAR}#x"),
        ] {
            assert_eq!(parse(address, &settings), Err(Refusal::PictureNotOwn), "{address}");
        }
    }
}

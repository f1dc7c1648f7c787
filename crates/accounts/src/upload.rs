//! Pictures that people upload.

use yaopai_model::PictureName;

use crate::{Accounts, Outcome, Principal};

/// A picture as it is served.
pub struct StoredPicture {
    /// The re-encoded bytes.
    pub bytes: Vec<u8>,
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
}

impl Accounts {
    /// Takes a picture: its content decides its type; it is re-encoded and kept under a random name.
    ///
    /// # Errors
    /// `PictureUnfit`, `TooManyUploads`, `Overloaded`.
    pub async fn upload_picture(&self, principal: &Principal, bytes: Vec<u8>) -> Outcome<PictureName> {
        todo!()
    }

    /// The picture with this name, if there is one.
    ///
    /// # Errors
    /// Faults only.
    pub async fn picture(&self, name: &PictureName) -> Outcome<Option<StoredPicture>> {
        todo!()
    }
}

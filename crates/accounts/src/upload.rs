//! Pictures that people upload.

mod files;
mod import;
mod keeper;

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use yaopai_model::limits::{
    UPLOAD_BYTES, UPLOAD_MEMORY_BYTES, UPLOAD_PIXELS, UPLOAD_SIDE, UPLOAD_STORED_BYTES, UPLOADS_PER_ACCOUNT_PER_DAY,
    windows,
};
use yaopai_model::{AccountId, Entropy, PictureName, draw};
use yaopai_pictures::upload::{Format, Picture, UploadLimits, re_encode};
use yaopai_store::pictures;

use crate::budget::Budget;
use crate::{Accounts, Error, Fault, Outcome, Principal, Refusal};

pub use import::ImportedPictures;
pub(crate) use keeper::DatabasePlaces;
pub use keeper::{PictureStore, StoredPicture};

/// What an upload may cost.
const LIMITS: UploadLimits = UploadLimits {
    bytes: UPLOAD_BYTES,
    stored_bytes: UPLOAD_STORED_BYTES,
    side: UPLOAD_SIDE,
    pixels: UPLOAD_PIXELS,
    memory: UPLOAD_MEMORY_BYTES,
};

impl Accounts {
    /// Room to hold the body of one upload, until it is dropped. An account costs nothing, so whoever has one must not
    /// make us hold as much as they can send.
    ///
    /// # Errors
    /// `Overloaded`.
    pub fn upload_place(&self) -> Outcome<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.parts.upload_places).try_acquire_owned();
        Ok(place.map_err(|_| Refusal::Overloaded)?)
    }

    /// Takes a picture: its content decides its type; it is re-encoded and kept under a random name.
    ///
    /// # Errors
    /// `PictureUnfit`, `TooManyUploads`, `Overloaded`.
    pub async fn upload_picture(&self, principal: &Principal, bytes: Vec<u8>) -> Outcome<PictureName> {
        let account = principal.account.id;
        let place = Arc::clone(&self.parts.picture_places).try_acquire_owned();
        let place = place.map_err(|_| Refusal::Overloaded)?;
        self.count_upload(account).await?;
        let work = move || {
            // The place is taken until the work is done, also when nobody waits for it any more.
            let _place = place;
            re_encode(&bytes, &LIMITS)
        };
        let picture = blocking(work).await?.map_err(|_| Refusal::PictureUnfit)?;
        self.keep_picture(account, picture).await
    }

    /// Every try counts: the unfit ones cost as much.
    async fn count_upload(&self, account: AccountId) -> Outcome<()> {
        let name = format!("uploads of {}", account.0);
        let budget = Budget::new(
            &self.parts.keys,
            &name,
            UPLOADS_PER_ACCOUNT_PER_DAY,
            windows::PER_DAY,
            |seconds| Refusal::TooManyUploads { seconds },
        );
        let now = self.now();
        self.store().write(move |tx| budget.spend(tx, now)).await
    }

    /// The row comes first: if the bytes then cannot be kept, what is left is an orphan that the sweep knows of. The answer
    /// comes after both.
    async fn keep_picture(&self, account: AccountId, picture: Picture) -> Outcome<PictureName> {
        let name = draw_name(self.entropy(), picture.format)?;
        let byte_count = i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX);
        let (row, now) = (name.clone(), self.now());
        let bytes: Arc<[u8]> = picture.bytes.into();
        let in_row = self.parts.pictures.is_database().then(|| Arc::clone(&bytes));
        let _place = match in_row {
            Some(_) => Some(self.parts.database_places.take().await?),
            None => None,
        };
        let written = self.store().write(move |tx| {
            let is_new = pictures::insert(tx, &row, account, byte_count, now)?;
            // 128 random bits do not collide by chance.
            if !is_new {
                return Err(tx.collided());
            }
            in_row
                .as_deref()
                .map_or(Ok(()), |bytes| pictures::insert_bytes(tx, &row, bytes))
        });
        written.await?;
        self.parts.pictures.keep(&name, &bytes, now).await?;
        Ok(name)
    }

    /// The picture with this name, if there is one.
    ///
    /// # Errors
    /// Faults only.
    pub async fn picture(&self, name: &PictureName) -> Outcome<Option<StoredPicture>> {
        let media_type = format_of(name).media_type();
        self.parts
            .pictures
            .open(
                (self.store(), &self.parts.database_places),
                name,
                media_type,
                self.now(),
            )
            .await
    }
}

/// Runs what blocks on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| Fault::new("work on a picture panicked"))?)
}

fn draw_name(entropy: &dyn Entropy, format: Format) -> Result<PictureName, Fault> {
    let stem = draw::text(entropy, draw::LOWER_HEX, 32);
    PictureName::parse(&format!("{stem}.{}", format.extension())).map_err(|error| Fault::new(error.to_string()))
}

/// A name has one of the two endings, or it would not be one.
fn format_of(name: &PictureName) -> Format {
    if name.as_str().ends_with(".png") {
        Format::Png
    } else {
        Format::Jpeg
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_common_photograph_is_refused_for_its_size() {
        for (width, height) in [(4032u64, 3024u64), (3024, 4032), (4624, 3468), (8000, 2000)] {
            assert!(width.max(height) <= u64::from(LIMITS.side));
            assert!(width * height <= LIMITS.pixels && width * height * 4 <= LIMITS.memory);
        }
    }
}

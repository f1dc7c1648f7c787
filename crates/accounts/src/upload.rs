//! Pictures that people upload.

mod files;

use std::fs::File;
use std::io;
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

pub(crate) use files::remove;

/// What an upload may cost.
const LIMITS: UploadLimits = UploadLimits {
    bytes: UPLOAD_BYTES,
    stored_bytes: UPLOAD_STORED_BYTES,
    side: UPLOAD_SIDE,
    pixels: UPLOAD_PIXELS,
    memory: UPLOAD_MEMORY_BYTES,
};

/// Bytes of a picture that are in memory at once for whoever loads it. The whole of it never is: anybody may load
/// pictures, thousands at a time, and take as long over it as they like.
const PIECE_BYTES: usize = 32 * 1024;

/// A picture as it is served, piece by piece.
#[derive(Debug)]
pub struct StoredPicture {
    /// How many bytes all pieces have together.
    pub byte_count: u64,
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    file: File,
}

impl StoredPicture {
    /// The next piece of the re-encoded bytes, and what comes after it; none at the end.
    ///
    /// # Errors
    /// Faults only.
    pub async fn next_piece(mut self) -> Outcome<Option<(Vec<u8>, Self)>> {
        let (piece, picture) = blocking(move || (files::read_piece(&mut self.file, PIECE_BYTES), self)).await?;
        let piece = piece.map_err(unreadable)?;
        Ok((!piece.is_empty()).then_some((piece, picture)))
    }
}

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

    /// The row comes first: if the file then fails, what is left is an orphan that the sweep knows of. The answer
    /// comes after both.
    async fn keep_picture(&self, account: AccountId, picture: Picture) -> Outcome<PictureName> {
        let name = draw_name(self.entropy(), picture.format)?;
        let byte_count = i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX);
        let (row, now) = (name.clone(), self.now());
        let written = self.store().write(move |tx| {
            let is_new = pictures::insert(tx, &row, account, byte_count, now)?;
            // 128 random bits do not collide by chance.
            if is_new { Ok(()) } else { Err(tx.collided()) }
        });
        written.await?;
        let (folder, file) = (self.parts.pictures.clone(), name.clone());
        let kept = blocking(move || files::write(&folder, &file, &picture.bytes)).await?;
        kept.map_err(|error| Fault::new(format!("a picture cannot be written: {error}")))?;
        Ok(name)
    }

    /// The picture with this name, if there is one.
    ///
    /// # Errors
    /// Faults only.
    pub async fn picture(&self, name: &PictureName) -> Outcome<Option<StoredPicture>> {
        let format = format_of(name);
        let (folder, name) = (self.parts.pictures.clone(), name.clone());
        let opened = blocking(move || files::open(&folder, &name, UPLOAD_STORED_BYTES)).await?;
        let opened = opened.map_err(unreadable)?;
        Ok(opened.map(|(file, byte_count)| StoredPicture {
            byte_count,
            media_type: format.media_type(),
            file,
        }))
    }
}

fn unreadable(error: io::Error) -> Fault {
    Fault::new(format!("a picture cannot be read: {error}"))
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

//! Where the bytes of pictures are kept.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};
use yaopai_buckets::{Bucket, BucketError, Object};
use yaopai_model::limits::{PICTURE_PIECE_BYTES, PICTURES_AT_THE_DATABASE, UPLOAD_STORED_BYTES};
use yaopai_model::{PictureName, Timestamp};
use yaopai_store::{Store, pictures};

use super::{blocking, files};
use crate::{Fault, Outcome};

/// Where the bytes of pictures are kept; their rows are in the database in any case.
#[derive(Clone)]
pub enum PictureStore {
    /// In files of this folder, which serves one node.
    Folder(PathBuf),
    /// In the database, from which every node serves them.
    Database,
    /// In a bucket of an object store.
    Bucket(Arc<Bucket>),
}

/// A picture as it is served, piece by piece.
#[derive(Debug)]
pub struct StoredPicture {
    /// How many bytes all pieces have together.
    pub byte_count: u64,
    /// `image/png` or `image/jpeg`.
    pub media_type: &'static str,
    rest: Rest,
}

/// What has not been read yet.
enum Rest {
    File(File),
    Pieces {
        store: Store,
        places: DatabasePlaces,
        name: PictureName,
        next: i64,
    },
    Object(Object),
}

/// How many may be at the database with a picture: anybody may load one, in many pieces, and signing in needs the same
/// connections.
#[derive(Clone)]
pub(crate) struct DatabasePlaces(Arc<Semaphore>);

impl DatabasePlaces {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(PICTURES_AT_THE_DATABASE)))
    }

    /// Waits for a place; each has its turn.
    pub(super) async fn take(&self) -> Outcome<SemaphorePermit<'_>> {
        let place = self.0.acquire().await;
        Ok(place.map_err(|_| Fault::new("the places at the database are gone"))?)
    }
}

impl std::fmt::Debug for Rest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::File(_) => "a file",
            Self::Pieces { .. } => "rows",
            Self::Object(_) => "an object",
        })
    }
}

impl PictureStore {
    /// Whether the bytes are written with the row.
    pub(super) fn is_database(&self) -> bool {
        matches!(self, Self::Database)
    }

    /// Keeps the bytes of a picture whose row is written.
    pub(super) async fn keep(&self, name: &PictureName, bytes: &Arc<[u8]>, now: Timestamp) -> Outcome<()> {
        match self {
            Self::Database => Ok(()),
            Self::Folder(folder) => {
                let (folder, name, bytes) = (folder.clone(), name.clone(), Arc::clone(bytes));
                let kept = blocking(move || files::write(&folder, &name, &bytes)).await?;
                Ok(kept.map_err(|error| Fault::new(format!("a picture cannot be written: {error}")))?)
            }
            Self::Bucket(bucket) => Ok(bucket.put(name.as_str(), bytes.to_vec(), now).await.map_err(fault)?),
        }
    }

    /// The picture, if it is kept here.
    pub(super) async fn open(
        &self,
        (store, places): (&Store, &DatabasePlaces),
        name: &PictureName,
        media_type: &'static str,
        now: Timestamp,
    ) -> Outcome<Option<StoredPicture>> {
        let name = name.clone();
        let opened = match self {
            Self::Folder(folder) => {
                let folder = folder.clone();
                let opened = blocking(move || files::open(&folder, &name, UPLOAD_STORED_BYTES)).await?;
                let opened = opened.map_err(|error| Fault::new(format!("a picture cannot be read: {error}")))?;
                opened.map(|(file, byte_count)| (byte_count, Rest::File(file)))
            }
            Self::Database => {
                let wanted = name.clone();
                let found = store.read(move |db| pictures::byte_count(db, &wanted)).await?;
                let rest = Rest::Pieces {
                    store: store.clone(),
                    places: places.clone(),
                    name,
                    next: 0,
                };
                found.map(|byte_count| (u64::try_from(byte_count).unwrap_or(0), rest))
            }
            Self::Bucket(bucket) => {
                let found = bucket.get(name.as_str(), now).await.map_err(fault)?;
                found.map(|object| (object.byte_count, Rest::Object(object)))
            }
        };
        Ok(opened.map(|(byte_count, rest)| StoredPicture {
            byte_count,
            media_type,
            rest,
        }))
    }

    /// Removes the bytes of pictures, save for those in the database, which go with their rows.
    pub(crate) async fn remove(&self, names: &[PictureName], now: Timestamp) -> Outcome<()> {
        match self {
            Self::Database => {}
            Self::Folder(folder) => {
                let (folder, names) = (folder.clone(), names.to_vec());
                let removed = blocking(move || names.iter().try_for_each(|name| files::remove(&folder, name))).await?;
                removed.map_err(|error| Fault::new(format!("a picture cannot be removed: {error}")))?;
            }
            Self::Bucket(bucket) => {
                for name in names {
                    bucket.remove(name.as_str(), now).await.map_err(fault)?;
                }
            }
        }
        Ok(())
    }
}

impl StoredPicture {
    /// The next piece of the re-encoded bytes, and what comes after it; none at the end.
    ///
    /// # Errors
    /// Faults only.
    pub async fn next_piece(self) -> Outcome<Option<(Vec<u8>, Self)>> {
        let (piece, rest) = match self.rest {
            Rest::File(mut file) => {
                let read = blocking(move || (files::read_piece(&mut file, PICTURE_PIECE_BYTES), file)).await?;
                let piece = read
                    .0
                    .map_err(|error| Fault::new(format!("a picture cannot be read: {error}")))?;
                ((!piece.is_empty()).then_some(piece), Rest::File(read.1))
            }
            Rest::Pieces {
                store,
                places,
                name,
                next,
            } => {
                let (wanted, place) = (name.clone(), places.take().await?);
                let piece = store.read(move |db| pictures::piece(db, &wanted, next)).await?;
                drop(place);
                let rest = Rest::Pieces {
                    store,
                    places,
                    name,
                    next: next.saturating_add(1),
                };
                (piece, rest)
            }
            Rest::Object(mut object) => (object.next_piece().await.map_err(fault)?, Rest::Object(object)),
        };
        Ok(piece.map(|piece| (piece, Self { rest, ..self })))
    }
}

fn fault(error: BucketError) -> Fault {
    Fault::new(error.to_string())
}

#[cfg(test)]
mod tests {
    use yaopai_model::AccountId;
    use yaopai_store::{SqlError, SqliteOptions};

    use super::*;

    #[tokio::test]
    async fn pieces_wait_for_a_place_at_the_database() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::new(Timestamp::EPOCH);
        let store = Store::open_sqlite(&folder.path().join("base.db"), &options).unwrap();
        let name = PictureName::parse(&format!("{}.png", "0a".repeat(16))).unwrap();
        let kept = name.clone();
        let written = store.write(move |tx| {
            pictures::insert(tx, &kept, AccountId(1), 3, Timestamp::EPOCH)?;
            pictures::insert_bytes(tx, &kept, b"png")
        });
        written.await.map_err(|error: SqlError| error).unwrap();
        let places = DatabasePlaces::new();
        let opened = PictureStore::Database.open((&store, &places), &name, "image/png", Timestamp::EPOCH);
        let picture = opened.await.unwrap().unwrap();

        let taken = places.0.acquire_many(PICTURES_AT_THE_DATABASE as u32).await.unwrap();
        let mut next = std::pin::pin!(picture.next_piece());
        tokio::select! {
            biased;
            _ = &mut next => panic!("read without a place"),
            () = std::future::ready(()) => {}
        }
        drop(taken);
        let (piece, _) = next.await.unwrap().unwrap();
        assert_eq!(piece, b"png");
        assert_eq!(places.0.available_permits(), PICTURES_AT_THE_DATABASE);
    }
}

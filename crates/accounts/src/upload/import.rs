//! Pictures that move from a folder to where they are kept now.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use yaopai_model::PictureName;
use yaopai_model::limits::{SWEEP_BATCH, UPLOAD_STORED_BYTES};
use yaopai_store::{SqlError, pictures};

use super::{blocking, files};
use crate::{Accounts, Fault, Outcome};

/// What came of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportedPictures {
    /// Taken from the folder.
    pub taken: u64,
    /// Kept already.
    pub kept_already: u64,
    /// In neither place.
    pub missing: u64,
}

impl Accounts {
    /// Takes every picture that the base knows of and does not keep from `folder`, where files are named as an earlier folder
    /// of pictures had them. It can be run again; files stay where they are.
    ///
    /// # Errors
    /// Faults only; what was taken until then stays.
    pub async fn import_pictures(&self, folder: &Path) -> Outcome<ImportedPictures> {
        let (mut imported, mut last) = (ImportedPictures::default(), String::new());
        loop {
            let after = last.clone();
            let names = self
                .store()
                .scan(move |db| pictures::names_after(db, &after, SWEEP_BATCH))
                .await?;
            let Some(name) = names.last() else { return Ok(imported) };
            name.as_str().clone_into(&mut last);
            for name in names {
                *self.import(folder, &name, &mut imported).await? += 1;
            }
        }
    }

    /// Takes one picture; gives what it counts as.
    async fn import<'a>(
        &self,
        folder: &Path,
        name: &PictureName,
        imported: &'a mut ImportedPictures,
    ) -> Outcome<&'a mut u64> {
        if self.picture(name).await?.is_some() {
            return Ok(&mut imported.kept_already);
        }
        let (folder, file) = (folder.to_owned(), name.clone());
        let read = blocking(move || -> std::io::Result<_> {
            let Some((mut file, _)) = files::open(&folder, &file, UPLOAD_STORED_BYTES)? else {
                return Ok(None);
            };
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(Some(bytes))
        });
        let read = read
            .await?
            .map_err(|error| Fault::new(format!("{}: {error}", name.as_str())))?;
        let Some(bytes) = read else {
            return Ok(&mut imported.missing);
        };
        let (bytes, store) = (Arc::<[u8]>::from(bytes), &self.parts.pictures);
        if store.is_database() {
            let (name, bytes) = (name.clone(), Arc::clone(&bytes));
            let written = self.store().write(move |tx| pictures::insert_bytes(tx, &name, &bytes));
            written.await.map_err(|error: SqlError| crate::Error::from(error))?;
        }
        store.keep(name, &bytes, self.now()).await?;
        Ok(&mut imported.taken)
    }
}

//! The files of pictures: one folder, one file for each, readable by its owner only.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use yaopai_model::PictureName;

/// Writes a file so that it is either whole and on the disk, or not there.
pub(super) fn write(folder: &Path, name: &PictureName, bytes: &[u8]) -> io::Result<()> {
    make_private(folder)?;
    let unfinished = unfinished(folder, name);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, finished(folder, name))?;
    // The new name is on the disk once its folder is.
    File::open(folder)?.sync_all()
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The bytes of a file, if there is one.
///
/// # Errors
/// Those of the file system, and one for a file of more than `most` bytes, which we have not written.
pub(super) fn read(folder: &Path, name: &PictureName, most: usize) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(finished(folder, name)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(io::Error::other("the file is larger than any that was stored"));
    }
    Ok(Some(bytes))
}

/// Removes a file, and what a crash may have left of its making.
pub(crate) fn remove(folder: &Path, name: &PictureName) -> io::Result<()> {
    for path in [finished(folder, name), unfinished(folder, name)] {
        match fs::remove_file(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn finished(folder: &Path, name: &PictureName) -> PathBuf {
    folder.join(name.as_str())
}

fn unfinished(folder: &Path, name: &PictureName) -> PathBuf {
    folder.join(format!("{}.part", name.as_str()))
}

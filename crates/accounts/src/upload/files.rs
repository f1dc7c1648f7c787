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

/// A file of which the next piece can be read, and its length in bytes; none if there is no such file.
///
/// # Errors
/// Those of the file system, and one for what is no file of at most `most` bytes, which we have not written.
pub(super) fn open(folder: &Path, name: &PictureName, most: usize) -> io::Result<Option<(File, u64)>> {
    let file = match File::open(finished(folder, name)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let found = file.metadata()?;
    if !found.is_file() || found.len() > most as u64 {
        return Err(io::Error::other("it is no file, or larger than any that was stored"));
    }
    Ok(Some((file, found.len())))
}

/// The next piece of a file, of at most `most` bytes; empty at its end.
pub(super) fn read_piece(file: &mut File, most: usize) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    file.take(most as u64).read_to_end(&mut piece)?;
    Ok(piece)
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

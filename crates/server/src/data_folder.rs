//! The data folder: one process at a time, readable by its owner only, and never silently begun anew.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use yaopai_model::{Entropy, draw};

use crate::config::HexKey;

/// What a data folder keeps, and a backup of it under the same names.
pub(crate) const ROOT_KEY: &str = "root.key";
pub(crate) const DATABASE: &str = "yaopai.db";
pub(crate) const PICTURES: &str = "pictures";

const LOCK: &str = "yaopai.lock";
const SOCKET: &str = "admin.sock";
/// Says that there has been a database here: from then on a missing one is a loss, not a first start.
const MARKER: &str = "initialised";

/// Why the data folder cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    #[error("数据目录正被另一个进程使用 / another process is using the data folder {}: stop it first", .0.display())]
    InUse(PathBuf),
    #[error("他人可以读取根密钥 / others may read the root key: run `chmod 600 '{}'`", .0.display())]
    Exposed(PathBuf),
    #[error("根密钥无效 / the root key {} is no use: {reason}. Restore it from a backup", .path.display())]
    BadKey { path: PathBuf, reason: &'static str },
    #[error(
        "根密钥丢失 / the root key {} is missing, though there was one before: restore it from a backup, or set \
         `root_key`", .0.display()
    )]
    KeyLost(PathBuf),
    #[error("{}: {error}", .path.display())]
    Io { path: PathBuf, error: io::Error },
}

/// A data folder that this process alone uses, for as long as this lives.
pub(crate) struct DataFolder {
    paths: Paths,
    _lock: File,
}

/// Where things lie in a data folder.
#[derive(Clone)]
pub(crate) struct Paths {
    root: PathBuf,
}

impl Paths {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.root.join(DATABASE)
    }

    pub(crate) fn pictures(&self) -> PathBuf {
        self.root.join(PICTURES)
    }

    pub(crate) fn root_key(&self) -> PathBuf {
        self.root.join(ROOT_KEY)
    }

    /// The socket that management commands use.
    pub(crate) fn socket(&self) -> PathBuf {
        self.root.join(SOCKET)
    }

    fn marker(&self) -> PathBuf {
        self.root.join(MARKER)
    }

    /// Whether there has been a database.
    pub(crate) fn is_initialised(&self) -> bool {
        self.marker().exists()
    }
}

impl DataFolder {
    /// Takes the folder at `root` for this process; makes it, readable by its owner only, if it is not there.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub(crate) fn take(root: &Path) -> Result<Self, FolderError> {
        make_private_folder(root).map_err(at(root))?;
        let paths = Paths::new(root);
        // One that was made beforehand, as for a container, is often open to all.
        fs::set_permissions(root, fs::Permissions::from_mode(0o700)).map_err(at(root))?;
        let lock = lock(root)?;
        make_private_folder(&paths.pictures()).map_err(at(&paths.pictures()))?;
        Ok(Self { paths, _lock: lock })
    }

    pub(crate) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The root key in the folder; draws it at the first start.
    ///
    /// # Errors
    /// See [`FolderError`].
    pub(crate) fn root_key(&self, entropy: &dyn Entropy) -> Result<HexKey, FolderError> {
        let path = self.paths.root_key();
        if path.exists() {
            return read_root_key(&path);
        }
        if self.paths.is_initialised() {
            return Err(FolderError::KeyLost(path));
        }
        let bad = |reason| FolderError::BadKey {
            path: path.clone(),
            reason,
        };
        let key = HexKey::new(draw::bytes(entropy)).map_err(bad)?;
        write_root_key(&path, &key).map_err(at(&path))?;
        sync_folder(self.paths.root()).map_err(at(self.paths.root()))?;
        Ok(key)
    }

    /// Notes that there is a database now.
    ///
    /// # Errors
    /// [`FolderError::Io`].
    pub(crate) fn mark_initialised(&self) -> Result<(), FolderError> {
        let path = self.paths.marker();
        if self.paths.is_initialised() {
            return Ok(());
        }
        write_private(&path, b"").map_err(at(&path))?;
        sync_folder(self.paths.root()).map_err(at(self.paths.root()))
    }
}

/// Reads a root key that nobody else may read.
///
/// # Errors
/// See [`FolderError`].
pub(crate) fn read_root_key(path: &Path) -> Result<HexKey, FolderError> {
    refuse_exposed(path)?;
    let text = fs::read_to_string(path).map_err(at(path))?;
    HexKey::try_from(text).map_err(|reason| FolderError::BadKey {
        path: path.to_owned(),
        reason,
    })
}

/// Writes a root key to a file that nobody else may read.
pub(crate) fn write_root_key(path: &Path, key: &HexKey) -> io::Result<()> {
    write_private(path, format!("{}\n", key.to_hex().as_str()).as_bytes())
}

/// Whether a file of this name in the folder belongs to its housekeeping, and not to what it keeps.
pub(crate) fn is_housekeeping(name: &str) -> bool {
    [LOCK, SOCKET, MARKER].contains(&name)
}

/// Refuses a file that group or others have any right to.
fn refuse_exposed(path: &Path) -> Result<(), FolderError> {
    let found = fs::metadata(path).map_err(at(path))?.permissions().mode();
    if found & 0o077 == 0 {
        return Ok(());
    }
    Err(FolderError::Exposed(path.to_owned()))
}

/// Writes a file that is not there yet, readable by its owner only, to the disk.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    // Under another name first: a crash in between must not leave half a key.
    let partial = path.with_extension("partial");
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&partial, path)
}

/// Makes what was created or renamed in `folder` last.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Makes a folder that only its owner may enter, unless there is one already.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn lock(root: &Path) -> Result<File, FolderError> {
    let path = root.join(LOCK);
    let file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(FolderError::InUse(root.to_owned())),
        Err(TryLockError::Error(error)) => Err(FolderError::Io { path, error }),
    }
}

fn at(path: &Path) -> impl Fn(io::Error) -> FolderError + use<> {
    let path = path.to_owned();
    move |error| FolderError::Io {
        path: path.clone(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    fn fresh() -> (tempfile::TempDir, DataFolder) {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::take(&parent.path().join("data")).unwrap();
        (parent, folder)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_folder_and_its_key_are_private() {
        let (_parent, folder) = fresh();
        let key = folder.root_key(&OsEntropy).ok().unwrap();
        assert_eq!(mode(folder.paths().root()), 0o700);
        assert_eq!(mode(&folder.paths().root_key()), 0o600);
        assert_eq!(folder.root_key(&OsEntropy).ok().unwrap().bytes(), key.bytes());
    }

    #[test]
    fn one_process_at_a_time() {
        let (_parent, folder) = fresh();
        let second = DataFolder::take(folder.paths().root());
        assert!(matches!(second, Err(FolderError::InUse(_))));
        let root = folder.paths().root().to_owned();
        drop(folder);
        assert!(DataFolder::take(&root).is_ok());
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let (_parent, folder) = fresh();
        folder.root_key(&OsEntropy).ok().unwrap();
        let path = folder.paths().root_key();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(folder.root_key(&OsEntropy), Err(FolderError::Exposed(_))));
    }

    #[test]
    fn an_empty_or_weak_key_is_refused() {
        let (_parent, folder) = fresh();
        for content in [String::new(), "0".repeat(64), "abc".to_owned()] {
            write_private(&folder.paths().root_key(), content.as_bytes()).unwrap();
            assert!(
                matches!(folder.root_key(&OsEntropy), Err(FolderError::BadKey { .. })),
                "{content}"
            );
        }
    }

    #[test]
    fn a_lost_key_is_not_drawn_anew() {
        let (_parent, folder) = fresh();
        folder.root_key(&OsEntropy).ok().unwrap();
        folder.mark_initialised().unwrap();
        fs::remove_file(folder.paths().root_key()).unwrap();
        assert!(matches!(folder.root_key(&OsEntropy), Err(FolderError::KeyLost(_))));
    }
}

//! A small disk that can be filled.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What a database and the load need, and some more.
const SIZE: &str = "size=48m";
const BLOCK: [u8; 4096] = [0; 4096];

/// A file system in memory, until this is dropped. Only root may mount one.
pub(crate) struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Mounts one; says why where that cannot be done.
    pub(crate) fn make() -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let disk = Self { folder };
        fs::create_dir(disk.mount_point()).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", SIZE, "tmpfs"])
            .arg(disk.mount_point())
            .output()
            .map_err(|error| error.to_string())?;
        if !mounted.status.success() {
            let said = String::from_utf8_lossy(&mounted.stderr).trim().to_owned();
            return Err(format!("a small disk cannot be mounted, which takes root: {said}"));
        }
        fs::create_dir(disk.path()).unwrap();
        Ok(disk)
    }

    /// Where something can be kept on it.
    pub(crate) fn path(&self) -> PathBuf {
        self.mount_point().join("tables")
    }

    /// Makes it the same user's as `folder`.
    pub(crate) fn give_to(&self, folder: &Path) {
        let owner = fs::metadata(folder).unwrap();
        chown(self.path(), Some(owner.uid()), Some(owner.gid())).unwrap();
    }

    /// Leaves no room.
    pub(crate) fn fill(&self) {
        let mut file = fs::File::create(self.ballast()).unwrap();
        while file.write_all(&BLOCK).is_ok() {}
    }

    /// Makes room again.
    pub(crate) fn free(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn mount_point(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    fn ballast(&self) -> PathBuf {
        self.mount_point().join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Where it was never mounted there is nothing to take away.
        let _ = Command::new("umount").arg(self.mount_point()).output();
    }
}

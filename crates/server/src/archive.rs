//! Backups: one tar file with the database, the pictures and the root key, and the way back from it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

use jiff::tz::TimeZone;
use yaopai_model::{Clock as _, Timestamp};

use crate::cli::{Backup, Restore};
use crate::clock::SystemClock;
use crate::config::{Config, Settings};
use crate::data_folder::{self, DATABASE, DataFolder, PICTURES, Paths, ROOT_KEY, make_private_folder};
use crate::wire_up::Database;
use crate::{Complaint, terminal, wire_up};

/// How the folders begin into which a restore moves what was there.
const ASIDE: &str = "before-restore-";

/// `yaopai backup FILE`: a consistent copy, whether or not a server is running.
pub(crate) fn backup(config: &Config, order: &Backup) -> Result<(), Complaint> {
    let settings = &config.settings;
    let paths = Paths::new(&settings.data_dir);
    let Database::Sqlite(database) = wire_up::database(settings, &paths)? else {
        return Err(
            "PostgreSQL 请用 pg_dump 备份，并另存根密钥和图片 / back PostgreSQL up with pg_dump, and keep the root key and the \
             pictures beside it"
                .into(),
        );
    };
    if !database.exists() {
        return Err(format!("没有数据库 / there is no database {}", database.display()).into());
    }
    if order.file.exists() {
        return Err(format!(
            "已存在，不覆盖 / it exists and is not overwritten: {}",
            order.file.display()
        )
        .into());
    }
    let (snapshot, partial) = (beside(&order.file, ".db"), beside(&order.file, ".partial"));
    let written = yaopai_store::backup(&database, &snapshot)
        .map_err(Complaint::from)
        .and_then(|()| pack(&partial, &snapshot, &paths, !order.without_root_key))
        .and_then(|has_key| Ok(fs::rename(&partial, &order.file).map(|()| has_key)?));
    // Neither is of use any more, and either may not be there.
    let _ = (fs::remove_file(&snapshot), fs::remove_file(&partial));
    let has_key = written?;
    terminal::say(&format!("已备份 / backed up: {}", order.file.display()));
    terminal::say(if has_key {
        "其中有根密钥，请妥善保管 / it holds the root key: keep it where nobody else can read it"
    } else {
        "其中没有根密钥；没有它备份无法使用，请另行保管 / it does not hold the root key, without which it is of no use: keep \
         that too"
    });
    Ok(())
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Writes the tar file; says whether the root key is in it.
fn pack(target: &Path, snapshot: &Path, paths: &Paths, with_root_key: bool) -> Result<bool, Complaint> {
    // What a crash left behind goes. Somebody else's file, or a link to one, is never written to: the root key goes in.
    match fs::remove_file(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(target)?;
    let mut tar = tar::Builder::new(file);
    tar.append_path_with_name(snapshot, DATABASE)?;
    // After the database: a picture that it names is there, unless it was removed since.
    append_folder(&mut tar, &paths.pictures(), Path::new(PICTURES))?;
    let root_key = paths.root_key();
    let has_key = with_root_key && root_key.exists();
    if has_key {
        tar.append_path_with_name(root_key, ROOT_KEY)?;
    }
    tar.into_inner()?.sync_all()?;
    Ok(has_key)
}

fn append_folder(tar: &mut tar::Builder<File>, folder: &Path, name: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let (path, name) = (entry.path(), name.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            append_folder(tar, &path, &name)?;
            continue;
        }
        match tar.append_path_with_name(&path, &name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            appended => appended?,
        }
    }
    Ok(())
}

/// `yaopai restore FILE`: into an empty data folder, or into one whose content is moved aside.
pub(crate) async fn restore(config: &Config, order: &Restore) -> Result<(), Complaint> {
    let settings = &config.settings;
    if settings.database_url.is_some() {
        return Err(
            "请先去掉 `database_url`：恢复到数据目录 / leave `database_url` out: a restore goes into the data folder"
                .into(),
        );
    }
    let archive = File::open(&order.file).map_err(|error| format!("{}: {error}", order.file.display()))?;
    let folder = DataFolder::take(&settings.data_dir)?;
    let root = folder.paths().root().to_owned();
    let before = content(&root)?;
    if !before.is_empty() && !order.yes {
        return Err(format!(
            "数据目录非空；加 --yes 把原有内容移到一旁 / the data folder {} is not empty: add --yes to move its content aside",
            root.display()
        )
        .into());
    }
    let stamp = stamp(SystemClock::default().now());
    let unpacked = root.join(format!("restoring-{stamp}"));
    let checked = make_private_folder(&unpacked)
        .map_err(Complaint::from)
        .and_then(|()| unpack(archive, &unpacked))
        .and_then(|()| check(&unpacked, settings, folder.paths()));
    if let Err(complaint) = checked {
        // What stands in the way is told; the rest would only confuse.
        let _ = fs::remove_dir_all(&unpacked);
        return Err(complaint);
    }
    // From here on a crash must not end in a start from nothing: the mark stays, so a missing database is told of.
    folder.mark_initialised()?;
    let aside = root.join(format!("{ASIDE}{stamp}"));
    if !before.is_empty() {
        move_into(&before, &aside)?;
        terminal::say(&format!("原有内容在 / what was there is in {}", aside.display()));
    }
    for path in content_of(&unpacked)? {
        fs::rename(&path, root.join(path.file_name().unwrap_or_default()))?;
    }
    fs::remove_dir(&unpacked)?;
    data_folder::sync_folder(&root)?;
    let base = wire_up::open(settings, folder).await?;
    let voided = base.accounts.void_after_restore().await;
    base.close().await;
    voided.map_err(wire_up::OpenFailure::from)?;
    terminal::say("已恢复，所有会话和接口密钥已结束 / restored; every session and API key is over");
    Ok(())
}

/// What a restore has to move aside: everything but the lock, the mark and what earlier restores moved.
fn content(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut content = content_of(root)?;
    content.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_kept = data_folder::is_housekeeping(&name) || name.starts_with(ASIDE);
        let is_empty_folder = path.is_dir() && fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
        !is_kept && !is_empty_folder
    });
    Ok(content)
}

fn content_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn move_into(content: &[PathBuf], aside: &Path) -> io::Result<()> {
    make_private_folder(aside)?;
    for path in content {
        fs::rename(path, aside.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

fn stamp(now: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or_default();
    instant.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Writes what a backup holds into `folder`, readable by its owner only, and nothing else anywhere else.
fn unpack(archive: File, folder: &Path) -> Result<(), Complaint> {
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        if !entry.header().entry_type().is_file() || !belongs(&name) {
            return Err(format!(
                "不是 Yaopai 的备份 / not a backup of Yaopai: it holds {}",
                name.display()
            )
            .into());
        }
        let path = folder.join(&name);
        if let Some(parent) = path.parent() {
            make_private_folder(parent)?;
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        io::copy(&mut entry, &mut file)?;
        file.sync_all()?;
    }
    Ok(())
}

/// Whether a backup holds a file of this name: never one that leads out of the folder.
fn belongs(name: &Path) -> bool {
    let is_plain = name.components().all(|part| matches!(part, Component::Normal(_)));
    let is_picture = name.starts_with(PICTURES) && name.components().count() > 1;
    is_plain && (is_picture || name == Path::new(DATABASE) || name == Path::new(ROOT_KEY))
}

/// Whether what was unpacked can be started from; takes the root key over from where it is now, if it is not in it.
fn check(unpacked: &Path, settings: &Settings, now: &Paths) -> Result<(), Complaint> {
    let (database, root_key) = (unpacked.join(DATABASE), unpacked.join(ROOT_KEY));
    if !database.exists() {
        return Err("不是 Yaopai 的备份：没有数据库 / not a backup of Yaopai: it holds no database".into());
    }
    yaopai_store::quick_check(&database)?;
    if root_key.exists() {
        data_folder::read_root_key(&root_key)?;
    } else if settings.root_key.is_none() {
        let key = data_folder::read_root_key(&now.root_key()).map_err(|_| {
            "备份里没有根密钥 / the backup does not hold the root key: put it into the data folder as `root.key`, or set \
             `root_key`"
        })?;
        data_folder::write_root_key(&root_key, &key)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_the_folder() {
        for good in ["yaopai.db", "root.key", "pictures/a.png", "pictures/ab/cd.jpg"] {
            assert!(belongs(Path::new(good)), "{good}");
        }
        for bad in [
            "../yaopai.db",
            "/root.key",
            "pictures",
            "pictures/../root.key",
            "initialised",
            "a/root.key",
            "",
        ] {
            assert!(!belongs(Path::new(bad)), "{bad}");
        }
    }
}

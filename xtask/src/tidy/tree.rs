//! What the rules look at: the files that git knows or would add, and the workspace's manifests as cargo reads them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fmt, io};

use serde_json::Value;

/// A text file.
pub(super) struct File {
    /// Path from the root of the repository, with `/` between its parts.
    pub(super) path: String,
    pub(super) text: String,
}

/// A crate of the workspace.
pub(super) struct Package {
    pub(super) name: String,
    /// Path of its `Cargo.toml` from the root of the repository.
    pub(super) manifest: String,
    /// Names of its direct dependencies for building what is shipped; those of its tests are not among them.
    pub(super) dependencies: Vec<String>,
}

/// Why the tree could not be read.
#[derive(Debug)]
pub(super) enum Error {
    /// A file could not be read or a program not be started.
    Io(String, io::Error),
    /// A program ended with a failure; what it said.
    Failed(String, String),
    /// A program answered something unexpected.
    Unreadable(String),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(what, error) => write!(formatter, "{what}: {error}"),
            Self::Failed(program, said) => write!(formatter, "{program} failed: {said}"),
            Self::Unreadable(program) => write!(formatter, "{program} answered something unexpected"),
        }
    }
}

/// The root of the repository that the working directory lies in.
pub(super) fn root() -> Result<PathBuf, Error> {
    let answer = output(Path::new("."), "git", &["rev-parse", "--show-toplevel"])?;
    Ok(PathBuf::from(String::from_utf8_lossy(&answer).trim_end()))
}

/// What git knows or would add.
#[derive(Default)]
pub(super) struct Files {
    pub(super) texts: Vec<File>,
    /// Paths of those that are not UTF-8.
    pub(super) others: Vec<String>,
}

/// The files that are committed or would be by `git add --all`.
pub(super) fn files(root: &Path) -> Result<Files, Error> {
    let listed = output(
        root,
        "git",
        &["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    )?;
    let listed = String::from_utf8(listed).map_err(|_| Error::Unreadable("git ls-files".to_owned()))?;
    let mut files = Files::default();
    for path in listed.split_terminator('\0') {
        let path = path.to_owned();
        match std::fs::read(root.join(&path)).map(String::from_utf8) {
            Ok(Ok(text)) => files.texts.push(File { path, text }),
            Ok(Err(_)) => files.others.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {} // deleted, and the deletion not yet committed
            Err(error) => return Err(Error::Io(path, error)),
        }
    }
    Ok(files)
}

/// The crates of the workspace.
pub(super) fn packages(root: &Path) -> Result<Vec<Package>, Error> {
    let answer = output(root, "cargo", &["metadata", "--no-deps", "--format-version", "1"])?;
    serde_json::from_slice(&answer)
        .ok()
        .and_then(|metadata| parse_packages(&metadata))
        .ok_or_else(|| Error::Unreadable("cargo metadata".to_owned()))
}

fn parse_packages(metadata: &Value) -> Option<Vec<Package>> {
    let root = metadata["workspace_root"].as_str()?;
    let packages = metadata["packages"].as_array()?;
    packages.iter().map(|package| parse_package(root, package)).collect()
}

fn parse_package(root: &str, package: &Value) -> Option<Package> {
    let manifest = package["manifest_path"]
        .as_str()?
        .strip_prefix(root)?
        .trim_start_matches('/')
        .to_owned();
    let dependencies = package["dependencies"]
        .as_array()?
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| dependency["name"].as_str().map(str::to_owned))
        .collect::<Option<_>>()?;
    Some(Package {
        name: package["name"].as_str()?.to_owned(),
        manifest,
        dependencies,
    })
}

fn output(directory: &Path, program: &str, arguments: &[&str]) -> Result<Vec<u8>, Error> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .output()
        .map_err(|error| Error::Io(program.to_owned(), error))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Error::Failed(
            program.to_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_tests_are_left_out() {
        let metadata = serde_json::json!({
            "workspace_root": "/w",
            "packages": [{
                "name": "yaopai-model",
                "manifest_path": "/w/crates/model/Cargo.toml",
                "dependencies": [
                    { "name": "idna", "kind": null },
                    { "name": "cc", "kind": "build" },
                    { "name": "proptest", "kind": "dev" },
                ],
            }],
        });
        let packages = parse_packages(&metadata).unwrap();
        assert_eq!(packages[0].manifest, "crates/model/Cargo.toml");
        assert_eq!(packages[0].dependencies, ["idna", "cc"]);
    }

    #[test]
    fn metadata_of_another_shape_is_refused() {
        assert!(parse_packages(&serde_json::json!({ "packages": [] })).is_none());
    }
}

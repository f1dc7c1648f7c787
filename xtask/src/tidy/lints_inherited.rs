//! Every crate takes its lints from the workspace; the one that may use `unsafe` writes out all the others.
//!
//! The workspace forbids `unsafe`, which no line in a source file can take back, so what is checked here is all there is.

use super::Finding;
use super::tree::File;

const WORKSPACE: &str = "Cargo.toml";
/// The one crate with `unsafe`. Cargo knows no lints that are inherited but for one.
const WITH_UNSAFE: &str = "crates/argon2-simd/Cargo.toml";
const FORBIDDEN: &str = "unsafe_code = \"forbid\"";

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let workspace = files
        .iter()
        .find(|file| file.path == WORKSPACE)
        .map_or("", |file| file.text.as_str());
    let unforbidden = (!workspace.is_empty() && !has_line(workspace, FORBIDDEN))
        .then(|| Finding::new(WORKSPACE, 1, format!("the lints of the workspace say `{FORBIDDEN}`")));
    files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml") && has_line(&file.text, "[package]"))
        // A fuzz target is built by itself, outside of the workspace.
        .filter(|file| !has_line(&file.text, "[workspace]"))
        .filter_map(|file| match file.path.as_str() {
            WITH_UNSAFE => written_out(file, workspace),
            _ => inherited(file),
        })
        .chain(unforbidden)
        .collect()
}

fn inherited(file: &File) -> Option<Finding> {
    (!file.text.contains("[lints]\nworkspace = true\n")).then(|| {
        let message = "add `[lints]` with `workspace = true`, so that the same lints hold here";
        Finding::new(&file.path, 1, message)
    })
}

fn written_out(file: &File, workspace: &str) -> Option<Finding> {
    let left_out = lints(workspace).find(|lint| *lint != FORBIDDEN && !has_line(&file.text, lint))?;
    let message = format!("`{left_out}` holds in the workspace: write it here too");
    Some(Finding::new(&file.path, 1, message))
}

/// The lines of the workspace's tables of lints.
fn lints(workspace: &str) -> impl Iterator<Item = &str> {
    let mut is_lint = false;
    workspace.lines().filter(move |line| {
        if line.starts_with('[') {
            is_lint = line.starts_with("[workspace.lints.");
            return false;
        }
        is_lint && !line.is_empty() && !line.starts_with('#')
    })
}

fn has_line(text: &str, wanted: &str) -> bool {
    text.lines().any(|line| line == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"[workspace]

[workspace.lints.rust]
unsafe_code = "forbid"

[workspace.lints.clippy]
# Why.
todo = "deny"

[profile.dev]
debug = "line-tables-only"
"#;

    fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    fn findings(path: &str, text: &str) -> usize {
        check(&[file("Cargo.toml", ROOT), file(path, text)]).len()
    }

    #[test]
    fn a_manifest_without_the_workspaces_lints_is_found() {
        let path = "crates/model/Cargo.toml";
        assert_eq!(findings(path, "[package]\n\n[lints]\nworkspace = true\n"), 0);
        assert_eq!(findings(path, "[package]\n"), 1);
    }

    #[test]
    fn one_crate_may_have_its_own_if_none_but_one_is_missing() {
        let own = "[package]\n\n[lints.rust]\nunsafe_code = \"deny\"\n\n[lints.clippy]\ntodo = \"deny\"\n";
        assert_eq!(findings(WITH_UNSAFE, own), 0);
        assert_eq!(findings("crates/model/Cargo.toml", own), 1);
        assert_eq!(
            findings(WITH_UNSAFE, "[package]\n\n[lints.rust]\nunsafe_code = \"deny\"\n"),
            1
        );
    }

    #[test]
    fn the_workspace_forbids_unsafe() {
        assert_eq!(check(&[file("Cargo.toml", ROOT)]), []);
        assert_eq!(check(&[file("Cargo.toml", &ROOT.replace("forbid", "deny"))]).len(), 1);
    }

    #[test]
    fn what_is_built_outside_of_the_workspace_has_its_own() {
        assert_eq!(
            findings("crates/model/fuzz/Cargo.toml", "[package]\n\n[workspace]\n"),
            0
        );
    }
}

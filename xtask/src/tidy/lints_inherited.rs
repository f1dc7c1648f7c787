//! Every crate takes its lints from the workspace.

use super::Finding;
use super::tree::File;

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml") && has_line(&file.text, "[package]"))
        .filter(|file| !file.text.contains("[lints]\nworkspace = true\n"))
        .map(|file| {
            Finding::new(
                &file.path,
                1,
                "add `[lints]` with `workspace = true`, so that the same lints hold here",
            )
        })
        .collect()
}

fn has_line(text: &str, wanted: &str) -> bool {
    text.lines().any(|line| line == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> usize {
        check(&[File {
            path: "crates/model/Cargo.toml".to_owned(),
            text: text.to_owned(),
        }])
        .len()
    }

    #[test]
    fn a_manifest_without_the_workspaces_lints_is_found() {
        assert_eq!(findings("[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"), 0);
        assert_eq!(findings("[package]\nname = \"a\"\n"), 1);
        assert_eq!(
            findings("[package]\nname = \"a\"\n\n[lints.rust]\nunsafe_code = \"allow\"\n"),
            1
        );
    }

    #[test]
    fn the_workspaces_own_manifest_has_no_package() {
        assert_eq!(findings("[workspace]\n"), 0);
    }
}

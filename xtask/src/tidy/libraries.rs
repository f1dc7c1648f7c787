//! Each library that is shipped stands in the table of ARCHITECTURE.md, with what it is for.

use super::Finding;
use super::tree::{File, Package};

const DOCUMENT: &str = "ARCHITECTURE.md";
/// Where the table begins; what is for tests only stands below it.
const HEADING: &str = "## Libraries";
/// Crates that nothing is shipped from.
const NOT_SHIPPED: [&str; 3] = ["yaopai-testkit", "yaopai-bench", "xtask"];

pub(super) fn check(packages: &[Package], files: &[File]) -> Vec<Finding> {
    let document = files.iter().find(|file| file.path == DOCUMENT);
    let table = document.map_or("", |file| table(&file.text));
    packages
        .iter()
        .filter(|package| !NOT_SHIPPED.contains(&package.name.as_str()))
        .flat_map(|package| check_package(package, table))
        .collect()
}

fn table(text: &str) -> &str {
    let (_, after) = text.split_once(HEADING).unwrap_or_default();
    let (table, _) = after.split_once("\n\nFor tests only").unwrap_or((after, ""));
    table
}

fn check_package(package: &Package, table: &str) -> impl Iterator<Item = Finding> {
    let libraries = package.dependencies.iter();
    let unnamed = libraries.filter(|library| !library.starts_with("yaopai-") && !names(table, library));
    unnamed.map(|library| {
        let message = format!("{library} is not in the table of libraries in {DOCUMENT}: say there what it is for");
        Finding::new(&package.manifest, 1, message)
    })
}

/// Whether a library stands in the table by its whole name.
fn names(table: &str, library: &str) -> bool {
    let is_part_of_name = |character: char| character.is_alphanumeric() || character == '_' || character == '-';
    table
        .split(|character| !is_part_of_name(character))
        .any(|word| word == library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tests_use_or_a_longer_name_is_no_entry() {
        let text = "## Libraries\n\n| HTTP | axum, `http-body` | |\n\nFor tests only: insta.\n";
        let file = File {
            path: DOCUMENT.to_owned(),
            text: text.to_owned(),
        };
        let package = |name: &str, library: &str| Package {
            name: name.to_owned(),
            manifest: "Cargo.toml".to_owned(),
            dependencies: vec![library.to_owned()],
        };
        let files = [file];
        for (library, findings) in [
            ("axum", 0),
            ("http-body", 0),
            ("yaopai-model", 0),
            ("http", 1),
            ("insta", 1),
        ] {
            let found = check(&[package("yaopai-http", library)], &files);
            assert_eq!(found.len(), findings, "{library}");
        }
        assert!(check(&[package("xtask", "insta")], &files).is_empty());
    }
}

//! Which crate may use which: the edges between ours, and the crates that a library may be named in.
//!
//! Only direct dependencies of what is shipped are looked at; tests may use anything.

use super::Finding;
use super::tree::{File, Package};

/// Each of our crates with those of ours that it may use. ARCHITECTURE.md explains the edges.
const EDGES: &[(&str, &[&str])] = &[
    ("yaopai-model", &[]),
    ("yaopai-pictures", &[]),
    ("yaopai-argon2-simd", &[]),
    ("yaopai-store", &["yaopai-model"]),
    ("yaopai-courier", &["yaopai-model"]),
    ("yaopai-buckets", &["yaopai-model"]),
    (
        "yaopai-accounts",
        &[
            "yaopai-store",
            "yaopai-courier",
            "yaopai-buckets",
            "yaopai-pictures",
            "yaopai-argon2-simd",
            "yaopai-model",
        ],
    ),
    ("yaopai-http", &["yaopai-accounts", "yaopai-model"]),
    ("yaopai-dialects", &["yaopai-http", "yaopai-accounts", "yaopai-model"]),
    ("yaopai-docs", &["yaopai-dialects", "yaopai-http"]),
    ("yaopai-console", &["yaopai-http", "yaopai-accounts", "yaopai-model"]),
    (
        "yaopai-server",
        &[
            "yaopai-dialects",
            "yaopai-docs",
            "yaopai-console",
            "yaopai-http",
            "yaopai-accounts",
            "yaopai-store",
            "yaopai-courier",
            "yaopai-buckets",
            "yaopai-pictures",
            "yaopai-argon2-simd",
            "yaopai-model",
        ],
    ),
];

/// Crates that nothing is shipped from; they may use anything.
const FREE: &[&str] = &["yaopai-testkit", "yaopai-bench", "xtask"];

/// Libraries with the crates that may use them. A library that is not named here may be used anywhere.
const HOMES: &[(&[&str], &[&str])] = &[
    // Databases.
    (
        &["rusqlite", "postgres", "tokio-postgres", "tokio-postgres-rustls"],
        &["yaopai-store"],
    ),
    // The wire.
    (
        &[
            "axum",
            "http",
            "http-body",
            "http-body-util",
            "hyper",
            "hyper-util",
            "tower",
            "tower-http",
        ],
        &[
            "yaopai-http",
            "yaopai-dialects",
            "yaopai-docs",
            "yaopai-console",
            "yaopai-server",
        ],
    ),
    // Documents of the wire, and of the admin API.
    (&["utoipa"], &["yaopai-dialects", "yaopai-console"]),
    (&["utoipa-axum"], &["yaopai-console"]),
    (&["utoipa-swagger-ui-vendored", "zip"], &["yaopai-docs"]),
    // Serialisation: what is stored and what is done must not take its shape from a wire.
    (
        &["serde", "serde_json", "serde_urlencoded"],
        &[
            "yaopai-courier",
            "yaopai-dialects",
            "yaopai-docs",
            "yaopai-console",
            "yaopai-server",
        ],
    ),
    // Going out.
    (&["lettre"], &["yaopai-courier"]),
    (&["reqwest"], &["yaopai-courier", "yaopai-buckets"]),
    (&["rusty-s3"], &["yaopai-buckets"]),
    (&["rustls"], &["yaopai-store", "yaopai-courier", "yaopai-server"]),
    // Work that is bounded in one place.
    (&["image"], &["yaopai-pictures"]),
    (&["argon2", "password-hash"], &["yaopai-argon2-simd", "yaopai-accounts"]),
    (&["blake2"], &["yaopai-argon2-simd"]),
    // Async: nouns and pictures only compute.
    (
        &["tokio"],
        &[
            "yaopai-store",
            "yaopai-buckets",
            "yaopai-courier",
            "yaopai-accounts",
            "yaopai-http",
            "yaopai-dialects",
            "yaopai-console",
            "yaopai-server",
        ],
    ),
    // The ambient: randomness, the environment, the terminal.
    (
        &["getrandom", "clap", "confique", "tracing-subscriber"],
        &["yaopai-server"],
    ),
    // What operators watch.
    (&["prometheus"], &["yaopai-http", "yaopai-server"]),
    (&["rand", "fastrand"], &[]),
];

pub(super) fn check(packages: &[Package], files: &[File]) -> Vec<Finding> {
    packages
        .iter()
        .filter(|package| !FREE.contains(&package.name.as_str()))
        .flat_map(|package| check_package(package, files))
        .collect()
}

fn check_package(package: &Package, files: &[File]) -> Vec<Finding> {
    let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == package.name) else {
        let table = file!();
        let message = format!(
            "{} is not in the table of allowed edges: add it to {table} and ARCHITECTURE.md",
            package.name
        );
        return vec![Finding::new(&package.manifest, 1, message)];
    };
    package
        .dependencies
        .iter()
        .filter_map(|dependency| {
            let objection = objection(&package.name, dependency, allowed)?;
            let line = line_of(dependency, &package.manifest, files);
            let message = format!("{} depends on {dependency}: {objection}", package.name);
            Some(Finding::new(&package.manifest, line, message))
        })
        .collect()
}

fn line_of(dependency: &str, manifest: &str, files: &[File]) -> usize {
    let text = files
        .iter()
        .find(|file| file.path == manifest)
        .map_or("", |file| file.text.as_str());
    let names_it = |line: &str| {
        line.strip_prefix(dependency)
            .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    text.lines().position(names_it).map_or(1, |index| index + 1)
}

fn objection(package: &str, dependency: &str, allowed: &[&str]) -> Option<String> {
    if dependency.starts_with("yaopai-") {
        let list = or_none(allowed);
        return (!allowed.contains(&dependency)).then(|| format!("of our crates it may use {list} (ARCHITECTURE.md)"));
    }
    let (_, homes) = HOMES.iter().find(|(libraries, _)| libraries.contains(&dependency))?;
    let list = or_none(homes);
    (!homes.contains(&package))
        .then(|| format!("only {list} may; move the code there, or the line to [dev-dependencies] if a test needs it"))
}

fn or_none(names: &[&str]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, dependencies: &[&str]) -> Vec<Finding> {
        let dependencies: Vec<String> = dependencies.iter().map(|&dependency| dependency.to_owned()).collect();
        let manifest = "crates/a/Cargo.toml".to_owned();
        let lines: Vec<String> = dependencies
            .iter()
            .map(|dependency| format!("{dependency}.workspace = true"))
            .collect();
        let file = File {
            path: manifest.clone(),
            text: format!("[dependencies]\n{}\n", lines.join("\n")),
        };
        check(
            &[Package {
                name: name.to_owned(),
                manifest,
                dependencies,
            }],
            &[file],
        )
    }

    #[test]
    fn allowed_edges_pass() {
        assert_eq!(
            findings(
                "yaopai-accounts",
                &["yaopai-store", "yaopai-pictures", "argon2", "thiserror"]
            ),
            []
        );
        assert_eq!(findings("xtask", &["serde_json", "yaopai-server"]), []);
    }

    #[test]
    fn an_edge_upwards_or_past_a_layer_is_found() {
        assert_eq!(findings("yaopai-store", &["yaopai-accounts"]).len(), 1);
        assert_eq!(findings("yaopai-dialects", &["yaopai-store"]).len(), 1);
        assert_eq!(findings("yaopai-pictures", &["yaopai-model"]).len(), 1);
        assert_eq!(findings("yaopai-server", &["yaopai-testkit"]).len(), 1);
    }

    #[test]
    fn a_library_away_from_home_is_found() {
        assert_eq!(findings("yaopai-accounts", &["rusqlite"]).len(), 1);
        assert_eq!(findings("yaopai-model", &["serde", "tokio"]).len(), 2);
        assert_eq!(findings("yaopai-server", &["rand"]).len(), 1);
    }

    #[test]
    fn a_finding_names_the_line_of_the_manifest() {
        let found = findings("yaopai-model", &["idna", "serde"]);
        assert_eq!(found[0].to_string().split(": ").next(), Some("crates/a/Cargo.toml:3"));
    }

    #[test]
    fn a_crate_that_the_table_does_not_know_is_found() {
        assert!(
            findings("yaopai-new", &[])[0]
                .message
                .contains("table of allowed edges")
        );
    }
}

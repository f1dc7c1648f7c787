//! Words that no committed text may hold. They are spelt in pieces here, or this file would break its own rule.

use super::Finding;
use super::tree::File;

struct Forbidden {
    words: &'static [&'static str],
    message: &'static str,
}

const FORBIDDEN: &[Forbidden] = &[
    Forbidden {
        words: &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")],
        message: "finish it, or write it down as an issue and say here only what holds today",
    },
    Forbidden {
        words: &[
            concat!("crates", ".io"),
            concat!("registry.npm", "js.org"),
            concat!("py", "pi.org"),
        ],
        message: "leave the registry to each tool's own configuration, so that mirrors work",
    },
    Forbidden {
        words: &[
            concat!("/wo", "rk/"),
            concat!("/tmp/", "target"),
            concat!("/ro", "ot/"),
            concat!("/ho", "me/"),
        ],
        message: "a path of one machine: make it relative, or take it from the environment",
    },
];

/// Written by cargo, which names the registry in it.
const EXEMPT: &str = "Cargo.lock";

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.path != EXEMPT)
        .flat_map(check_file)
        .collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let lines = file.text.lines().zip(1..);
    lines
        .flat_map(|(line, number)| {
            words_in(line).map(move |(word, message)| {
                Finding::new(&file.path, number, format!("`{word}` in the text: {message}"))
            })
        })
        .collect()
}

fn words_in(line: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FORBIDDEN.iter().flat_map(move |forbidden| {
        let found = forbidden.words.iter().filter(move |word| contains_word(line, word));
        found.map(|word| (*word, forbidden.message))
    })
}

/// Whether `word` stands in `line` without a letter, digit or underscore joined to the letters at its ends.
fn contains_word(line: &str, word: &str) -> bool {
    let joins = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(start, _)| {
        let (before, rest) = line.split_at(start);
        let after = rest.strip_prefix(word).unwrap_or_default();
        let ends_open = word.ends_with('/');
        !before.ends_with(joins) && (ends_open || !after.starts_with(joins))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<usize> {
        let file = File {
            path: "docs/a.md".to_owned(),
            text: text.to_owned(),
        };
        check(&[file]).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn each_forbidden_word_is_found_on_its_line() {
        for forbidden in FORBIDDEN {
            for word in forbidden.words {
                assert_eq!(findings(&format!("fine\n({word}\nfine\n")), [2], "{word}");
            }
        }
    }

    #[test]
    fn longer_words_and_longer_paths_are_not_meant() {
        let placeholder = "X".repeat(6);
        let inside = concat!("a/frame", "wo", "rk/b");
        let deeper = concat!("a", "/wo", "rk/b");
        assert!(findings(&format!("mktemp {placeholder}\n{inside}\n{deeper}\n")).is_empty());
    }

    #[test]
    fn cargos_own_file_is_exempt() {
        let text = concat!("crates", ".io").to_owned();
        assert_eq!(
            check(&[File {
                path: EXEMPT.to_owned(),
                text
            }]),
            []
        );
    }
}

//! What git leaves where two changes meet. Rust does not compile with it, but a style sheet or a document is served with it.

use super::Finding;
use super::tree::File;

/// How the lines begin by which git parts the two sides and their base. The line between the sides is no sign by itself:
/// documents underline headings so.
const MARKERS: [&str; 3] = [
    concat!("<<<<", "<<< "),
    concat!("||||", "||| "),
    concat!(">>>>", ">>> "),
];

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &File) -> impl Iterator<Item = Finding> {
    let lines = file.text.lines().zip(1..);
    let marked = lines.filter(|(line, _)| MARKERS.iter().any(|marker| line.starts_with(marker)));
    marked.map(|(_, number)| Finding::new(&file.path, number, "two changes met here: decide what holds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_conflict_are_found_and_what_looks_like_its_middle_is_not() {
        let [ours, base, theirs] = MARKERS;
        let file = File {
            path: "a.css".to_owned(),
            text: format!("{ours}HEAD\na\n{base}b\n=======\nc\n{theirs}d\nfine: {ours}x\n"),
        };
        let lines: Vec<_> = check(&[file]).into_iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [1, 3, 6]);
    }
}

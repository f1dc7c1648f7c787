//! A source file stays short enough to be seen whole, or says why it is not.

use super::Finding;
use super::tree::File;

/// Lines of code, not counting blank lines, comments and the unit tests at the file's end.
const MOST_LINES: usize = 400;
/// How far from the top the reason may stand.
const TOP: usize = 10;
const REASON: &str = "// Long because: ";

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .filter_map(check_file)
        .collect()
}

fn check_file(file: &File) -> Option<Finding> {
    let lines = lines_of_code(&file.text);
    let explained = file.text.lines().take(TOP).any(|line| line.starts_with(REASON));
    (lines > MOST_LINES && !explained).then(|| {
        let message = format!(
            "{lines} lines of code, more than {MOST_LINES}: split it by subject, or say why not near the top: `{REASON}...`"
        );
        Finding::new(&file.path, 1, message)
    })
}

fn lines_of_code(text: &str) -> usize {
    let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines()
        .map(str::trim_start)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> usize {
        check(&[File {
            path: "crates/model/src/long.rs".to_owned(),
            text: text.to_owned(),
        }])
        .len()
    }

    #[test]
    fn the_first_line_too_many_is_found() {
        assert_eq!(findings(&"fn f() {}\n".repeat(400)), 0);
        assert_eq!(findings(&"fn f() {}\n".repeat(401)), 1);
    }

    #[test]
    fn comments_blank_lines_and_unit_tests_do_not_count() {
        let code = "fn f() {}\n".repeat(400);
        assert_eq!(
            findings(&format!(
                "//! About.\n\n{code}    // why\n\n#[cfg(test)]\nmod tests {{\n{code}}}\n"
            )),
            0
        );
    }

    #[test]
    fn a_reason_near_the_top_is_taken() {
        let code = "fn f() {}\n".repeat(401);
        assert_eq!(
            findings(&format!(
                "//! A table.\n// Long because: one row for each country.\n{code}"
            )),
            0
        );
        assert_eq!(findings(&format!("{code}// Long because: nobody looked.\n")), 1);
    }
}

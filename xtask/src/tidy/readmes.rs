//! The English and the Chinese README say the same: as many headings at each place, and the very same code.

use super::Finding;
use super::tree::File;

const ENGLISH: &str = "README.md";
const CHINESE: &str = "README.zh-CN.md";

/// What must be the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// With how many `#`.
    Heading(usize),
    /// A line of a code block, its fences included.
    Code(String),
}

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    match (find(files, ENGLISH), find(files, CHINESE)) {
        (Some(english), Some(chinese)) => first_difference(&parts(english), &parts(chinese)).into_iter().collect(),
        (None, _) => vec![Finding::new(ENGLISH, 1, "there is none: write it")],
        (Some(_), None) => vec![Finding::new(CHINESE, 1, format!("there is none: translate {ENGLISH}"))],
    }
}

fn find<'a>(files: &'a [File], path: &str) -> Option<&'a str> {
    files
        .iter()
        .find(|file| file.path == path)
        .map(|file| file.text.as_str())
}

/// Each part with its line, counted from 1.
fn parts(text: &str) -> Vec<(usize, Part)> {
    let mut in_code = false;
    let mut parts = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let is_fence = line.trim_start().starts_with("```");
        if is_fence || in_code {
            parts.push((number, Part::Code(line.to_owned())));
        } else if let Some(level) = heading_level(line) {
            parts.push((number, Part::Heading(level)));
        }
        in_code ^= is_fence;
    }
    parts
}

fn heading_level(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    (level > 0 && rest.starts_with(' ')).then_some(level)
}

fn first_difference(english: &[(usize, Part)], chinese: &[(usize, Part)]) -> Option<Finding> {
    let length = english.len().max(chinese.len());
    let index = (0..length).find(|&index| {
        let part = |parts: &[(usize, Part)]| parts.get(index).map(|(_, part)| part.clone());
        part(english) != part(chinese)
    })?;
    let message = format!(
        "{} here, but {} in {ENGLISH}: both must have the same headings and the same code blocks",
        describe(chinese.get(index)),
        describe(english.get(index)),
    );
    let line = chinese.get(index).or(chinese.last()).map_or(1, |(line, _)| *line);
    Some(Finding::new(CHINESE, line, message))
}

fn describe(part: Option<&(usize, Part)>) -> String {
    match part {
        Some((line, Part::Heading(level))) => format!("a heading of level {level} (line {line})"),
        Some((line, Part::Code(code))) => format!("the code `{code}` (line {line})"),
        None => "no more headings or code".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(english: &str, chinese: &str) -> Vec<usize> {
        let file = |path: &str, text: &str| File {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&[file(ENGLISH, english), file(CHINESE, chinese)])
            .into_iter()
            .map(|finding| finding.line)
            .collect()
    }

    #[test]
    fn a_faithful_translation_passes() {
        let english = "# Start\nText.\n```sh\n# not a heading\n./test\n```\n## More\n";
        let chinese = "# 开始\n\n文字。\n文字。\n```sh\n# not a heading\n./test\n```\n## 更多\n";
        assert!(lines(english, chinese).is_empty());
    }

    #[test]
    fn a_missing_heading_or_another_command_is_found() {
        assert_eq!(lines("# A\n## B\n", "# 甲\n"), [1]);
        assert_eq!(lines("# A\n", "# 甲\n## 乙\n"), [2]);
        assert_eq!(lines("# A\n```\n./test\n```\n", "# 甲\n```\n./test --fast\n```\n"), [3]);
    }

    #[test]
    fn both_must_be_there() {
        assert_eq!(check(&[]).len(), 1);
        let only = File {
            path: ENGLISH.to_owned(),
            text: "# A\n".to_owned(),
        };
        assert_eq!(check(&[only])[0].path, CHINESE);
    }
}

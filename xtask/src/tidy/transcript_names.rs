//! Transcripts are named in lower-case words joined by hyphens, so that they sort and read alike.

use super::Finding;
use super::tree::File;

pub(super) fn check(files: &[File]) -> Vec<Finding> {
    files
        .iter()
        .filter_map(|file| {
            let name = file.path.rsplit('/').next()?;
            let stem = name.strip_suffix(".http")?;
            (!is_kebab(stem)).then(|| Finding::new(&file.path, 1, "name it like `sign-in-wrong-password.http`"))
        })
        .collect()
}

fn is_kebab(stem: &str) -> bool {
    stem.split('-').all(|word| {
        !word.is_empty()
            && word
                .chars()
                .all(|character| character.is_ascii_lowercase() || character.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str) -> usize {
        check(&[File {
            path: path.to_owned(),
            text: String::new(),
        }])
        .len()
    }

    #[test]
    fn other_spellings_are_found() {
        assert_eq!(findings("conformance/user/login-9001.http"), 0);
        assert_eq!(findings("conformance/api_v1/README.md"), 0);
        for bad in [
            "Login.http",
            "log_in.http",
            "log in.http",
            "-login.http",
            "login--twice.http",
            ".http",
            "登录.http",
        ] {
            assert_eq!(findings(&format!("conformance/user/{bad}")), 1, "{bad}");
        }
    }
}

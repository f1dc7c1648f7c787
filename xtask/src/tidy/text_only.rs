//! Everything that is committed can be read and compared. What a tool downloaded into the tree by the way is found here.

use super::Finding;

pub(super) fn check(others: &[String]) -> Vec<Finding> {
    let message = "no text: make it where it is used, or leave it out";
    others.iter().map(|path| Finding::new(path, 1, message)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_found() {
        let found = check(&["tool-1.0.whl".to_owned()]);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("tool-1.0.whl:1: no text"));
        assert!(check(&[]).is_empty());
    }
}

//! Everything that is committed can be read and compared, but for the pictures that README shows. What a tool downloaded
//! into the tree by the way is found here.

use super::Finding;

pub(super) fn check(others: &[String]) -> Vec<Finding> {
    let message = "no text: make it where it is used, or leave it out";
    let unfit = others.iter().filter(|path| !is_picture_of_readme(path));
    unfit.map(|path| Finding::new(path, 1, message)).collect()
}

fn is_picture_of_readme(path: &str) -> bool {
    path.starts_with("docs/images/") && path.ends_with(".png")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_found() {
        let found = check(&["tool-1.0.whl".to_owned()]);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("tool-1.0.whl:1: no text"));
        assert_eq!(check(&["docs/images/a.zip".to_owned(), "a.png".to_owned()]).len(), 2);
        assert!(check(&["docs/images/a.png".to_owned()]).is_empty());
    }
}

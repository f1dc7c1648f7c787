//! Usernames, the names that are unique within an app.

use std::fmt;

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection, skeleton};

use crate::limits::USERNAME_CHARACTERS;
use crate::{Email, Entropy, Phone, draw};

/// A valid username: 1 to 30 characters that cannot be mistaken for a phone number or an e-mail address.
#[derive(Clone)]
pub struct Username {
    shown: String,
    normal: String,
}

/// Why a text is not a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Nothing in it.
    #[error("empty")]
    Empty,
    /// More than 30 characters.
    #[error("too long")]
    TooLong,
    /// Invisible characters, confusable mixtures of scripts, or the form of a phone number or an e-mail address.
    #[error("malformed")]
    Malformed,
}

/// Names that would let their holder speak for the operators. Only operators may give them.
const RESERVED: &[&str] = &[
    "admin",
    "administrator",
    "official",
    "root",
    "security",
    "service",
    "support",
    "system",
    "yaopai",
    "官方",
    "客服",
    "管理员",
    "系统",
    "系统管理员",
    "超级管理员",
];

impl Username {
    /// Reads a username. It is shown in Unicode normal form KC; two names that differ only in case are one.
    ///
    /// # Errors
    /// [`UsernameError`]: see there. Scripts may be mixed as UTS 39, section 5.2, "moderately restrictive" allows.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        if text.is_empty() {
            return Err(UsernameError::Empty);
        }
        // NFKC makes at most 18 characters of one, so that this bounds the work before it is done.
        if text.chars().count() > USERNAME_CHARACTERS {
            return Err(UsernameError::TooLong);
        }
        let shown: String = text.nfkc().collect();
        if shown.chars().count() > USERNAME_CHARACTERS {
            return Err(UsernameError::TooLong);
        }
        let normal: String = default_case_fold_str(&shown).nfkc().collect();
        let has_other_form = shown.contains('@') || Phone::parse(&shown).is_ok() || Email::parse(&shown).is_ok();
        if has_other_form || shown.trim() != shown || !is_unmistakable(&shown) {
            return Err(UsernameError::Malformed);
        }
        Ok(Self { shown, normal })
    }

    /// The username of somebody who has not chosen theirs: `user_` and ten random letters and digits.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let name = format!("user_{}", draw::text(entropy, draw::ALPHANUMERIC, 10));
        Self {
            shown: name.clone(),
            normal: name,
        }
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The form by which names are compared and looked up: NFKC and case folded.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// Whether only operators may give this name: a reserved word, or what looks like one (UTS 39, section 4), also when
    /// all of its letters are of another script.
    pub fn is_reserved(&self) -> bool {
        let look = look(&self.shown);
        // Capital letters look like others than the small ones do.
        let is_alike = |word: &str| look == self::look(word) || look == self::look(&word.to_uppercase());
        RESERVED.iter().any(|word| self.normal == *word || is_alike(word))
    }
}

/// What a name looks like, whatever its letters are and in either case.
fn look(name: &str) -> String {
    let skeleton: String = skeleton(name).collect();
    default_case_fold_str(&skeleton)
}

/// Whether nothing in the name is invisible and its scripts do not look alike.
fn is_unmistakable(name: &str) -> bool {
    if name.chars().any(|c| c.is_control() || (c.is_whitespace() && c != ' ')) {
        return false;
    }
    // ASCII punctuation belongs to no script; UTS 39 would refuse it as "not for identifiers", which a name need not be.
    let letters: String = name
        .chars()
        .filter(|c| !c.is_ascii() || c.is_ascii_alphanumeric())
        .collect();
    letters.as_str().detect_restriction_level() <= RestrictionLevel::ModeratelyRestrictive
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.normal == other.normal
    }
}

impl Eq for Username {}

impl fmt::Debug for Username {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Username({})", self.shown)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_names_pass() {
        for name in [
            "a",
            "user_ab12",
            "张三",
            "张三Lee",
            "Zhang San",
            "o'neil-2.0",
            "ひらがな",
            "Анна",
        ] {
            assert!(Username::parse(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn case_and_width_do_not_tell_names_apart() {
        assert_eq!(Username::parse("Ｂｏｂ").unwrap(), Username::parse("bOB").unwrap());
    }

    #[test]
    fn what_deceives_is_refused() {
        for name in [
            "b\u{200b}ob",
            "bo\u{202e}b",
            "pаypal",
            "a\nb",
            "13800138009",
            "a@b.cn",
            " bob",
            "bob ",
            "a\u{0}b",
            "\u{3164}",
        ] {
            assert_eq!(Username::parse(name).unwrap_err(), UsernameError::Malformed, "{name:?}");
        }
        assert_eq!(Username::parse("").unwrap_err(), UsernameError::Empty);
        assert_eq!(Username::parse(&"a".repeat(31)).unwrap_err(), UsernameError::TooLong);
        assert!(Username::parse(&"张".repeat(30)).is_ok());
    }

    #[test]
    fn reserved_names_are_known_in_any_case() {
        assert!(Username::parse("Admin").unwrap().is_reserved());
        assert!(!Username::parse("adminton").unwrap().is_reserved());
    }

    #[test]
    fn what_looks_like_a_reserved_name_is_reserved() {
        // The first is Cyrillic altogether.
        for name in ["ЅҮЅТЕМ", "r00t", "adrnin", "OFFlCIAL"] {
            assert!(Username::parse(name).unwrap().is_reserved(), "{name}");
        }
        for name in ["Сергей", "Анна", "张三", "robot", "rooty"] {
            assert!(!Username::parse(name).unwrap().is_reserved(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_panics(text in "\\PC{0,31}") {
            if let Ok(name) = Username::parse(&text) {
                let again = Username::parse(name.as_str()).unwrap();
                prop_assert_eq!(again.normal(), name.normal());
            }
        }
    }
}

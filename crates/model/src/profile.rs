//! What people say of themselves.

use crate::limits::{
    BIO_CHARACTERS, CONTACT_EMAIL_CHARACTERS, EXTRA_BYTES, LOCATION_CHARACTERS, PERMISSION_CHARACTERS,
    PREFERENCES_BYTES,
};
use crate::{Nickname, Timestamp};

/// The two sexes that the three wires know; an account may have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// 0 on `api_cloud_user`, 1 on `api_v1` and `user`.
    Male,
    /// 1 on `api_cloud_user`, 2 on `api_v1`, 0 on `user`.
    Female,
}

impl Gender {
    /// The gender's name in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
        }
    }

    /// The gender with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Male, Self::Female]
            .into_iter()
            .find(|gender| gender.as_str() == name)
    }
}

/// A birthday: the exact instant that was given, from 1900 to 2199, so that it reads back unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birthday(Timestamp);

/// The instant lies outside the years 1900 to 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a birthday")]
pub struct BirthdayError;

impl Birthday {
    const FIRST: i64 = -2_208_988_800_000;
    const LAST: i64 = 7_258_118_400_000;

    /// The birthday at this instant.
    ///
    /// # Errors
    /// [`BirthdayError`] outside 1900-01-01T00:00:00Z to 2200-01-01T00:00:00Z, by a day either way for zones.
    pub fn at(instant: Timestamp) -> Result<Self, BirthdayError> {
        const DAY: i64 = 86_400_000;
        let is_in_range = (Self::FIRST - DAY..=Self::LAST + DAY).contains(&instant.as_millis());
        is_in_range.then_some(Self(instant)).ok_or(BirthdayError)
    }

    /// The instant that was given.
    pub fn instant(self) -> Timestamp {
        self.0
    }
}

/// A text is longer than its place allows, or has control characters that do not belong there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// More than its bound.
    #[error("too long")]
    TooLong,
    /// Control characters.
    #[error("malformed")]
    Malformed,
}

macro_rules! profile_text {
    ($(#[$doc:meta])* $name:ident, $limit:expr, $measure:expr, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Default)]
        pub struct $name(String);

        impl $name {
            /// Reads the text. It may be empty.
            ///
            /// # Errors
            /// [`TextError`] when it is too long or has control characters.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                let measure: fn(&str) -> usize = $measure;
                let is_allowed: fn(char) -> bool = $allowed;
                if measure(text) > $limit {
                    return Err(TextError::TooLong);
                }
                if !text.chars().all(is_allowed) {
                    return Err(TextError::Malformed);
                }
                Ok(Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

profile_text! {
    /// The e-mail that `api_cloud_user` keeps as profile text: up to 254 characters, shown there only, never an identifier.
    ContactEmail, CONTACT_EMAIL_CHARACTERS, |text| text.chars().count(), |c| !c.is_control()
}
profile_text! {
    /// The free text `extra` of `api_cloud_user`: up to 8 KiB without NUL.
    Extra, EXTRA_BYTES, str::len, |c| c != '\0'
}
profile_text! {
    /// `sign` on `api_v1`, `bio` on `user`: up to 500 characters; line breaks are allowed.
    Bio, BIO_CHARACTERS, |text| text.chars().count(), |c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')
}
profile_text! {
    /// Where somebody says they are: up to 100 characters.
    Location, LOCATION_CHARACTERS, |text| text.chars().count(), |c| !c.is_control()
}
profile_text! {
    /// What the `user` wire calls `settings`: the text of a JSON object of up to 8 KiB. That it is one is seen to by whoever reads
    /// JSON anyway.
    Preferences, PREFERENCES_BYTES, str::len, |c| c != '\0'
}

/// The name of something that an account may do beyond its role, for the applications that ask: 1 to 64 ASCII letters,
/// digits and `_.:-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission(String);

/// The text is not the name of a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a permission")]
pub struct PermissionError;

impl Permission {
    /// Reads a name.
    ///
    /// # Errors
    /// [`PermissionError`] for any other form.
    pub fn parse(text: &str) -> Result<Self, PermissionError> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'-');
        let fits = !text.is_empty() && text.len() <= PERMISSION_CHARACTERS && text.bytes().all(is_allowed);
        fits.then(|| Self(text.to_owned())).ok_or(PermissionError)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a picture that was uploaded here: 32 lower-case hexadecimal digits and `.png` or `.jpg`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PictureName(String);

/// The text is not the name of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a picture")]
pub struct PictureNameError;

impl PictureName {
    /// Reads a name, as it stands behind `/api/image/`.
    ///
    /// # Errors
    /// [`PictureNameError`] for any other form, so that a name is always safe as a file's.
    pub fn parse(text: &str) -> Result<Self, PictureNameError> {
        let (stem, ending) = text.split_once('.').ok_or(PictureNameError)?;
        let is_hex = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        let fits = stem.len() == 32 && stem.bytes().all(is_hex) && matches!(ending, "png" | "jpg");
        fits.then(|| Self(text.to_owned())).ok_or(PictureNameError)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// All that an account says of itself. `None` is "never said".
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Profile {
    /// What the person is called; not unique.
    pub nickname: Option<Nickname>,
    /// See [`Gender`].
    pub gender: Option<Gender>,
    /// See [`Birthday`].
    pub birthday: Option<Birthday>,
    /// See [`ContactEmail`].
    pub contact_email: ContactEmail,
    /// See [`Extra`].
    pub extra: Extra,
    /// See [`Bio`].
    pub bio: Option<Bio>,
    /// See [`Location`].
    pub location: Option<Location>,
    /// The portrait.
    pub avatar: Option<PictureName>,
    /// The picture on top of the person's page (`spacecover`).
    pub cover: Option<PictureName>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_names_cannot_leave_their_folder() {
        assert!(PictureName::parse(&format!("{}.png", "0a".repeat(16))).is_ok());
        for text in [
            "",
            "a.png",
            "../../etc/passwd",
            &format!("{}.gif", "0a".repeat(16)),
            &format!("{}.png.png", "0a".repeat(16)),
        ] {
            assert!(PictureName::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn permissions_are_plain_words() {
        for text in ["vip", "orders:read", "a.b-c_d", &"x".repeat(64)] {
            assert!(Permission::parse(text).is_ok(), "{text}");
        }
        for text in ["", "a b", "会员", "a\n", &"x".repeat(65)] {
            assert_eq!(Permission::parse(text), Err(PermissionError), "{text}");
        }
    }

    #[test]
    fn birthdays_have_bounds() {
        assert!(Birthday::at(Timestamp::from_millis(1_707_184_960_286)).is_ok());
        assert!(Birthday::at(Timestamp::from_millis(i64::MAX)).is_err());
        assert!(Birthday::at(Timestamp::from_millis(i64::MIN)).is_err());
    }

    #[test]
    fn texts_have_bounds() {
        assert!(Bio::parse(&"签".repeat(500)).is_ok());
        assert_eq!(Bio::parse(&"签".repeat(501)), Err(TextError::TooLong));
        assert_eq!(Extra::parse("a\0"), Err(TextError::Malformed));
        assert_eq!(ContactEmail::parse("a\r\nb"), Err(TextError::Malformed));
    }
}

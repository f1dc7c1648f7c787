//! Phone numbers, kept as E.164.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::limits::PHONE_INPUT_CHARACTERS;

/// A valid phone number in E.164 form, such as `+8613800138009`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

/// The text is not a phone number that can receive a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone number")]
pub struct PhoneError;

impl Phone {
    /// Reads a phone number as people write it: with spaces, hyphens, brackets or full-width digits, with or without a
    /// country code. Without one it is taken for a mobile number of mainland China, which has eleven digits and begins
    /// with 13 to 19.
    ///
    /// # Errors
    /// [`PhoneError`] when it is neither such a number nor a valid international one (ITU-T E.164).
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        if text.chars().count() > PHONE_INPUT_CHARACTERS {
            return Err(PhoneError);
        }
        let written: String = text
            .trim()
            .nfkc()
            .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
            .collect();
        let international = written.strip_prefix('+').or_else(|| written.strip_prefix("00"));
        let digits = international.unwrap_or(&written);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PhoneError);
        }
        match (international, digits.strip_prefix("86")) {
            (_, Some(national)) if is_chinese_mobile(national) => Ok(Self(format!("+86{national}"))),
            (None, _) if is_chinese_mobile(digits) => Ok(Self(format!("+86{digits}"))),
            (Some(_), None) => parse_international(digits),
            (Some(_), Some(_)) | (None, _) => Err(PhoneError),
        }
    }

    /// The number with its country code, such as `+8613800138009` (ITU-T E.164).
    pub fn as_e164(&self) -> &str {
        &self.0
    }

    /// The number as people at home write it: without `+86`, other countries' numbers in full.
    pub fn national(&self) -> &str {
        self.0.strip_prefix("+86").unwrap_or(&self.0)
    }

    /// The number with its middle hidden: first three and last four characters, such as `138****8009`.
    pub fn masked(&self) -> String {
        let shown: Vec<char> = self.national().chars().collect();
        let (head, rest) = shown.split_at(shown.len().min(3));
        let tail = &rest[rest.len().saturating_sub(4)..];
        format!("{}****{}", String::from_iter(head), String::from_iter(tail))
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Phone({})", self.masked())
    }
}

fn is_chinese_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes()[1], b'3'..=b'9')
}

fn parse_international(digits: &str) -> Result<Phone, PhoneError> {
    let number = phonenumber::parse(None, format!("+{digits}")).map_err(|_| PhoneError)?;
    if !phonenumber::is_valid(&number) {
        return Err(PhoneError);
    }
    Ok(Phone(number.format().mode(phonenumber::Mode::E164).to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn many_spellings_are_one_number() {
        for spelling in [
            "13800138009",
            "+8613800138009",
            "008613800138009",
            "86 138 0013 8009",
            "138-0013-8009",
            "１３８００１３８００９",
            " 13800138009 ",
        ] {
            assert_eq!(
                Phone::parse(spelling).unwrap().as_e164(),
                "+8613800138009",
                "{spelling}"
            );
        }
    }

    #[test]
    fn other_countries_need_their_code() {
        assert_eq!(Phone::parse("+1 415-555-2671").unwrap().national(), "+14155552671");
        assert!(Phone::parse("4155552671").is_err());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "+",
            "+86",
            "12800138009",
            "1380013800",
            "138001380090",
            "+8612345",
            "abc",
            "13800138009\n1",
            "+999999999999999",
        ] {
            assert!(Phone::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_middle_is_hidden() {
        assert_eq!(Phone::parse("13800138009").unwrap().masked(), "138****8009");
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_panics(text in "\\PC{0,40}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.as_e164()).unwrap(), phone);
            }
        }

        #[test]
        fn international_numbers_are_idempotent(text in "\\+[0-9]{1,16}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.as_e164()).unwrap(), phone);
            }
        }
    }
}

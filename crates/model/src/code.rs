//! One-time codes.

use zeroize::Zeroizing;

use crate::limits::CODE_DIGITS;
use crate::{Entropy, draw};

/// A code of six digits. It has no printable form but the one that goes into a message.
#[derive(Clone)]
pub struct Code(Zeroizing<String>);

/// The text is not six digits. An empty text is one such: it never passes for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a one-time code")]
pub struct CodeError;

impl Code {
    /// Reads a code that somebody typed; white space around it does not count.
    ///
    /// # Errors
    /// [`CodeError`] when it is not exactly six ASCII digits.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let digits = text.trim();
        if digits.len() != CODE_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(CodeError);
        }
        Ok(Self(Zeroizing::new(digits.to_owned())))
    }

    /// Draws a new code; each of the million is equally likely.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(draw::text(entropy, draw::DIGITS, CODE_DIGITS)))
    }

    /// The six digits, for the message and for the keyed hash; nowhere else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To make an account.
    Register,
    /// To set a new password.
    ResetPassword,
    /// To sign in.
    SignIn,
    /// Any of these: `api_v1` sends one code and leaves it to its holder what for.
    Any,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Register, Self::ResetPassword, Self::SignIn, Self::Any];

    /// The purpose's name in the database and in webhooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::ResetPassword => "reset_password",
            Self::SignIn => "sign_in",
            Self::Any => "any",
        }
    }

    /// The purpose with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_six_digits_are_a_code() {
        assert_eq!(Code::parse(" 012345 ").unwrap().expose(), "012345");
        for text in ["", "12345", "1234567", "12345a", "１２３４５６", "-12345", "12 345"] {
            assert!(Code::parse(text).is_err(), "{text:?}");
        }
    }
}

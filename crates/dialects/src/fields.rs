//! What is wrong with a parameter's text, where a noun could not be made of it.

use yaopai_model::limits::NICKNAME_CHARACTERS;
use yaopai_model::{Code, Nickname, Password, PasswordError, PasswordPolicy, SettingError, TextError};

use crate::BadInput;

/// The password that somebody presents to sign in, from the parameter `name`.
///
/// # Errors
/// [`BadInput`] naming it.
pub(crate) fn presented_password(name: &'static str, text: &str) -> Result<Password, BadInput> {
    Password::presented(text).map_err(|error| password_problem(name, error))
}

/// The password that somebody chooses, from the parameter `name`.
///
/// # Errors
/// [`BadInput`] naming it, or saying what the policy asks for.
pub(crate) fn chosen_password(name: &'static str, text: &str, policy: PasswordPolicy) -> Result<Password, BadInput> {
    Password::chosen(text, policy).map_err(|error| password_problem(name, error))
}

/// What somebody typed for a one-time code, from the parameter `name`. Whatever it is, it is tried and counted.
///
/// # Errors
/// [`BadInput`] naming it.
pub(crate) fn code(name: &'static str, text: &str) -> Result<Code, BadInput> {
    Code::presented(text).map_err(|_| {
        if text.trim().is_empty() {
            BadInput::Missing(name)
        } else {
            BadInput::TooLong(name)
        }
    })
}

/// A nickname from the parameter `name`.
///
/// # Errors
/// [`BadInput`] naming it.
pub(crate) fn nickname(name: &'static str, text: &str) -> Result<Nickname, BadInput> {
    Nickname::parse(text).map_err(|_| {
        if text.trim().chars().count() > NICKNAME_CHARACTERS {
            BadInput::TooLong(name)
        } else {
            BadInput::Malformed(name)
        }
    })
}

/// What is wrong with a profile text in the parameter `name`.
pub(crate) fn text_problem(name: &'static str, error: TextError) -> BadInput {
    match error {
        TextError::TooLong => BadInput::TooLong(name),
        TextError::Malformed => BadInput::Malformed(name),
    }
}

/// What is wrong with a setting's key or value in the parameter `name`.
pub(crate) fn setting_problem(name: &'static str, error: SettingError) -> BadInput {
    match error {
        SettingError::Empty => BadInput::Missing(name),
        SettingError::TooLong => BadInput::TooLong(name),
        SettingError::Malformed => BadInput::Malformed(name),
    }
}

fn password_problem(name: &'static str, error: PasswordError) -> BadInput {
    match error {
        PasswordError::Empty => BadInput::Missing(name),
        PasswordError::TooShort { least } => BadInput::PasswordTooShort { least },
        PasswordError::TooLong => BadInput::TooLong(name),
        PasswordError::Malformed => BadInput::Malformed(name),
        PasswordError::TooCommon => BadInput::PasswordTooCommon,
    }
}

//! Values as this wire spells them.

use jiff::tz::TimeZone;
use yaopai_accounts::Refusal;
use yaopai_model::limits::KEYWORD_CHARACTERS;
use yaopai_model::{
    AccountId, Bio, Birthday, Code, Email, Gender, Password, PasswordError, PasswordPolicy, Role, TextError, Username,
    UsernameError,
};

use crate::call::Call;
use crate::json::{JsonObject, KeyCase};
use crate::parameters::{Parameters, agreed};
use crate::{BadInput, times};

/// The body; `spaceCover` means `spacecover`.
///
/// # Errors
/// [`BadInput::UnreadableBody`].
pub(super) fn body(call: &Call) -> Result<JsonObject, BadInput> {
    call.json(KeyCase::Ignored)
}

/// The address under `email` in a body.
///
/// # Errors
/// Those of a required text; [`BadInput::Malformed`].
pub(super) fn email(body: &JsonObject) -> Result<Email, BadInput> {
    parse_email(body.required_text("email")?)
}

/// The address in a query, under `email` or, as the document misspells it, `eamil`.
///
/// # Errors
/// Those of a required text; [`BadInput::Malformed`].
pub(super) fn email_in_query(query: &Parameters) -> Result<Email, BadInput> {
    let text = agreed("email", query.optional_text("email")?, query.optional_text("eamil")?)?;
    parse_email(text.ok_or(BadInput::Missing("email"))?)
}

/// A password presented to sign in. However short, it goes through: whether it is right is for the verb to say.
///
/// # Errors
/// Those of a required text; [`BadInput::TooLong`], [`BadInput::Malformed`].
pub(super) fn presented_password(body: &JsonObject) -> Result<Password, BadInput> {
    Password::presented(body.required_text("password")?).map_err(bad_password)
}

/// A new password.
///
/// # Errors
/// Those of a required text; any of a password's.
pub(super) fn chosen_password(body: &JsonObject, policy: PasswordPolicy) -> Result<Password, BadInput> {
    Password::chosen(body.required_text("password")?, policy).map_err(bad_password)
}

/// The text under `code`, which [`parse_code`] makes a code of once everything else has been read.
///
/// # Errors
/// Those of a required text.
pub(super) fn code_text(body: &JsonObject) -> Result<&str, BadInput> {
    body.required_text("code")
}

/// A one-time code.
///
/// # Errors
/// [`Refusal::WrongCode`]: what is not six digits is no code that was ever sent.
pub(super) fn parse_code(text: &str) -> Result<Code, Refusal> {
    Code::parse(text).map_err(|_| Refusal::WrongCode)
}

/// A username.
///
/// # Errors
/// [`BadInput::Missing`], [`BadInput::TooLong`], [`BadInput::Malformed`].
pub(super) fn parse_username(text: &str) -> Result<Username, BadInput> {
    Username::parse(text).map_err(|error| match error {
        UsernameError::Empty => BadInput::Missing("name"),
        UsernameError::TooLong => BadInput::TooLong("name"),
        UsernameError::Malformed => BadInput::Malformed("name"),
    })
}

/// The signature, where one is sent; an empty one clears it.
///
/// # Errors
/// [`BadInput::WrongType`], [`BadInput::Repeated`], [`BadInput::TooLong`], [`BadInput::Malformed`].
pub(super) fn sign(body: &JsonObject) -> Result<Option<Bio>, BadInput> {
    let Some(text) = body.text("sign")? else { return Ok(None) };
    let bio = Bio::parse(text).map_err(|error| match error {
        TextError::TooLong => BadInput::TooLong("sign"),
        TextError::Malformed => BadInput::Malformed("sign"),
    })?;
    Ok(Some(bio))
}

/// The gender, where one is sent; 0 is none.
///
/// # Errors
/// [`BadInput::WrongType`], [`BadInput::Repeated`], [`BadInput::Malformed`].
pub(super) fn gender(body: &JsonObject) -> Result<Option<Option<Gender>>, BadInput> {
    match body.integer("gender")? {
        None => Ok(None),
        Some(0) => Ok(Some(None)),
        Some(1) => Ok(Some(Some(Gender::Male))),
        Some(2) => Ok(Some(Some(Gender::Female))),
        Some(_) => Err(BadInput::Malformed("gender")),
    }
}

/// A birthday as a date or an instant (RFC 3339); 1970-01-01 in `zone` is none.
///
/// # Errors
/// [`BadInput::Malformed`].
pub(super) fn parse_birthday(text: &str, zone: &TimeZone) -> Result<Option<Birthday>, BadInput> {
    let malformed = BadInput::Malformed("birthday");
    let instant = times::parse_date(text, zone).or_else(|| times::parse_rfc3339(text)).ok_or(malformed)?;
    if times::date(instant, zone) == "1970-01-01" {
        return Ok(None);
    }
    Birthday::at(instant).map(Some).map_err(|_| malformed)
}

/// The account under `id` in a body.
///
/// # Errors
/// [`BadInput::Missing`], [`BadInput::WrongType`], [`BadInput::Repeated`].
pub(super) fn id(body: &JsonObject) -> Result<AccountId, BadInput> {
    body.integer("id")?.map(AccountId).ok_or(BadInput::Missing("id"))
}

/// The account under `uid` in a query: digits.
///
/// # Errors
/// Those of a required text; [`BadInput::Malformed`].
pub(super) fn uid_in_query(query: &Parameters) -> Result<AccountId, BadInput> {
    let text = query.required_text("uid")?;
    parse_number(text).map(AccountId).ok_or(BadInput::Malformed("uid"))
}

/// The role under `role` in a body.
///
/// # Errors
/// [`BadInput::Missing`], [`BadInput::WrongType`], [`BadInput::Repeated`]; [`BadInput::Malformed`] beyond 0 to 3.
pub(super) fn role(body: &JsonObject) -> Result<Role, BadInput> {
    let number = body.integer("role")?.ok_or(BadInput::Missing("role"))?;
    Role::from_number(number).map_err(|_| BadInput::Malformed("role"))
}

/// What an administrator searches for.
///
/// # Errors
/// Those of a required text; [`BadInput::TooLong`], [`BadInput::Malformed`].
pub(super) fn keyword(query: &Parameters) -> Result<&str, BadInput> {
    let keyword = query.required_text("keyword")?;
    if keyword.chars().count() > KEYWORD_CHARACTERS {
        return Err(BadInput::TooLong("keyword"));
    }
    if keyword.chars().any(char::is_control) {
        return Err(BadInput::Malformed("keyword"));
    }
    Ok(keyword)
}

/// A number of nothing but ASCII digits, if 63 bits hold it.
pub(super) fn parse_number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn parse_email(text: &str) -> Result<Email, BadInput> {
    Email::parse(text).map_err(|_| BadInput::Malformed("email"))
}

fn bad_password(error: PasswordError) -> BadInput {
    match error {
        PasswordError::Empty => BadInput::Missing("password"),
        PasswordError::TooShort { least } => BadInput::PasswordTooShort { least },
        PasswordError::TooLong => BadInput::TooLong("password"),
        PasswordError::Malformed => BadInput::Malformed("password"),
        PasswordError::TooCommon => BadInput::PasswordTooCommon,
    }
}

//! Values as this wire spells them.

use jiff::tz::TimeZone;
use yaopai_model::limits::KEYWORD_CHARACTERS;
use yaopai_model::{
    AccountId, Bio, Birthday, Code, Email, Gender, Password, PasswordPolicy, Role, Username, UsernameError,
};

use crate::call::Call;
use crate::json::{JsonObject, KeyCase};
use crate::parameters::{Parameters, agreed};
use crate::{BadInput, fields, times};

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
    fields::presented_password("password", body.required_text("password")?)
}

/// A new password.
///
/// # Errors
/// Those of a required text; any of a password's.
pub(super) fn chosen_password(body: &JsonObject, policy: PasswordPolicy) -> Result<Password, BadInput> {
    fields::chosen_password("password", body.required_text("password")?, policy)
}

/// The one-time code under `code`.
///
/// # Errors
/// [`BadInput::Missing`], [`BadInput::TooLong`].
pub(super) fn code(body: &JsonObject) -> Result<Code, BadInput> {
    fields::code("code", body.required_text("code")?)
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
    let bio = body.text("sign")?.map(Bio::parse).transpose();
    bio.map_err(|error| fields::text_problem("sign", error))
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
    let instant = times::parse_date(text, zone)
        .or_else(|| times::parse_rfc3339(text))
        .ok_or(malformed)?;
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
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

fn parse_email(text: &str) -> Result<Email, BadInput> {
    Email::parse(text).map_err(|_| BadInput::Malformed("email"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use yaopai_model::Timestamp;

    use super::super::samples::body;
    use super::*;

    fn query(text: &str) -> Parameters {
        Parameters::parse(text, b"").unwrap()
    }

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn keys_count_in_any_case_and_unknown_ones_not_at_all() {
        let body = body(r#"{"Email":"a@b.cn","PASSWORD":"123456","Code":"012345","role":3,"uid":{"x":[]}}"#);
        assert_eq!(email(&body).unwrap().address(), "a@b.cn");
        assert!(chosen_password(&body, PasswordPolicy::Published).is_ok());
        assert_eq!(code(&body).unwrap().expose(), "012345");
    }

    #[test]
    fn an_address_is_needed_and_has_to_be_one() {
        for json in ["{}", r#"{"email":""}"#, r#"{"email":null}"#] {
            assert_eq!(email(&body(json)), Err(BadInput::Missing("email")), "{json}");
        }
        for json in [
            r#"{"email":"a"}"#,
            r#"{"email":"a@b.cn,c@d.cn"}"#,
            r#"{"email":"a@b.cn\r\nBcc: c@d.cn"}"#,
        ] {
            assert_eq!(email(&body(json)), Err(BadInput::Malformed("email")), "{json}");
        }
        assert_eq!(email(&body(r#"{"email":1}"#)), Err(BadInput::WrongType("email")));
    }

    #[test]
    fn a_query_may_misspell_email_as_the_document_does() {
        for text in [
            "eamil=a@b.cn",
            "email=a%40b.cn",
            "email=a@b.cn&eamil=a@b.cn",
            "eamil=&email=a@b.cn",
        ] {
            assert_eq!(email_in_query(&query(text)).unwrap().address(), "a@b.cn", "{text}");
        }
        let differing = email_in_query(&query("email=a@b.cn&eamil=c@d.cn"));
        assert_eq!(differing, Err(BadInput::Repeated("email")));
        assert_eq!(email_in_query(&query("mail=a@b.cn")), Err(BadInput::Missing("email")));
        assert_eq!(email_in_query(&query("eamil=a")), Err(BadInput::Malformed("email")));
    }

    #[test]
    fn passwords_are_held_to_their_length_only_where_they_are_chosen() {
        let short = body(r#"{"password":"12345"}"#);
        assert!(presented_password(&short).is_ok());
        let chosen = |body: &JsonObject| chosen_password(body, PasswordPolicy::Published).err();
        assert_eq!(chosen(&short), Some(BadInput::PasswordTooShort { least: 6 }));
        assert_eq!(chosen(&body("{}")), Some(BadInput::Missing("password")));
        let long = body(&format!(r#"{{"password":"{}"}}"#, "x".repeat(129)));
        assert_eq!(presented_password(&long).err(), Some(BadInput::TooLong("password")));
        assert_eq!(chosen(&long), Some(BadInput::TooLong("password")));
        let with_nul = body(r#"{"password":"12345\u0000"}"#);
        assert_eq!(
            presented_password(&with_nul).err(),
            Some(BadInput::Malformed("password"))
        );
    }

    #[test]
    fn what_is_no_code_is_tried_like_a_wrong_one() {
        for text in ["12345", "1234567", "12345a", "１２３４５６"] {
            assert!(code(&body(&format!(r#"{{"code":"{text}"}}"#))).is_ok(), "{text:?}");
        }
        let problem = |json: &str| code(&body(json)).err();
        assert_eq!(problem("{}"), Some(BadInput::Missing("code")));
        assert_eq!(problem(r#"{"code":""}"#), Some(BadInput::Missing("code")));
        assert_eq!(problem(r#"{"code":123456}"#), Some(BadInput::WrongType("code")));
        assert_eq!(
            problem(&format!(r#"{{"code":"{}"}}"#, "1".repeat(33))),
            Some(BadInput::TooLong("code"))
        );
    }

    #[test]
    fn optional_fields_tell_absent_from_empty() {
        assert_eq!(sign(&body("{}")), Ok(None));
        assert_eq!(sign(&body(r#"{"sign":""}"#)).unwrap().unwrap().as_str(), "");
        let long = body(&format!(r#"{{"sign":"{}"}}"#, "x".repeat(501)));
        assert_eq!(sign(&long), Err(BadInput::TooLong("sign")));
        assert_eq!(gender(&body("{}")), Ok(None));
        assert_eq!(gender(&body(r#"{"gender":0}"#)), Ok(Some(None)));
        assert_eq!(gender(&body(r#"{"gender":2}"#)), Ok(Some(Some(Gender::Female))));
        assert_eq!(gender(&body(r#"{"gender":3}"#)), Err(BadInput::Malformed("gender")));
        assert_eq!(gender(&body(r#"{"gender":"1"}"#)), Err(BadInput::WrongType("gender")));
    }

    #[test]
    fn birthdays_come_as_dates_or_instants() {
        let second = Birthday::at(Timestamp::from_millis(631_209_600_000)).unwrap();
        for text in [
            "1990-01-02",
            "1990-1-2",
            "1990-01-02T00:00:00+08:00",
            "1990-01-01T16:00:00Z",
        ] {
            assert_eq!(parse_birthday(text, &shanghai()), Ok(Some(second)), "{text}");
        }
        for text in [
            "1970-01-01",
            "1970-1-1",
            "1970-01-01T00:00:00+08:00",
            "1970-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_birthday(text, &shanghai()), Ok(None), "{text}");
        }
        for text in [
            "1990",
            "1990-02-30",
            "1800-01-01",
            "9999-12-31",
            "yesterday",
            "631209600000",
        ] {
            assert_eq!(
                parse_birthday(text, &shanghai()),
                Err(BadInput::Malformed("birthday")),
                "{text}"
            );
        }
    }

    #[test]
    fn accounts_and_roles_are_numbers() {
        assert_eq!(id(&body(r#"{"id":7}"#)), Ok(AccountId(7)));
        assert_eq!(id(&body("{}")), Err(BadInput::Missing("id")));
        assert_eq!(id(&body(r#"{"id":"7"}"#)), Err(BadInput::WrongType("id")));
        assert_eq!(
            id(&body(r#"{"id":9223372036854775808}"#)),
            Err(BadInput::WrongType("id"))
        );
        assert_eq!(role(&body(r#"{"role":3}"#)), Ok(Role::Root));
        assert_eq!(role(&body(r#"{"role":4}"#)), Err(BadInput::Malformed("role")));
        assert_eq!(role(&body(r#"{"role":-1}"#)), Err(BadInput::Malformed("role")));
        assert_eq!(uid_in_query(&query("uid=0")), Ok(AccountId(0)));
        assert_eq!(uid_in_query(&query("uid=")), Err(BadInput::Missing("uid")));
        for text in ["-1", "+1", "1.5", "abc", "9223372036854775808", "１"] {
            let malformed = Err(BadInput::Malformed("uid"));
            assert_eq!(
                uid_in_query(&query(&format!("uid={}", text.replace('+', "%2B")))),
                malformed,
                "{text}"
            );
        }
    }

    #[test]
    fn a_keyword_has_a_bound() {
        assert_eq!(keyword(&query("keyword=%E5%BC%A0")), Ok("张"));
        assert_eq!(keyword(&query("keyword=")), Err(BadInput::Missing("keyword")));
        assert_eq!(keyword(&query("keyword=a%00")), Err(BadInput::Malformed("keyword")));
        let long = query(&format!("keyword={}", "x".repeat(101)));
        assert_eq!(keyword(&long), Err(BadInput::TooLong("keyword")));
    }

    proptest! {
        #[test]
        fn numbers_are_read_exactly(number in 0..=i64::MAX) {
            prop_assert_eq!(parse_number(&number.to_string()), Some(number));
            prop_assert_eq!(parse_number(&format!("-{number}")), None);
        }
    }
}

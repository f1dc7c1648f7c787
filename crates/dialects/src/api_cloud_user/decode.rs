//! This wire's parameters as nouns, leniency included.

use jiff::tz::TimeZone;
use yaopai_model::{Birthday, Code, ContactEmail, Extra, Gender, Phone, Purpose, Timestamp};

use crate::parameters::Parameters;
use crate::{BadInput, fields, times};

/// `phone`, which must be there.
pub(super) fn phone(parameters: &Parameters) -> Result<Phone, BadInput> {
    Phone::parse(parameters.required_text("phone")?).map_err(|_| BadInput::Malformed("phone"))
}

/// `code`, which must be there.
pub(super) fn code(parameters: &Parameters) -> Result<Code, BadInput> {
    fields::code("code", parameters.required_text("code")?)
}

/// `type`, which must be there: 0 register, 1 reset the password, 2 sign in.
pub(super) fn purpose(parameters: &Parameters) -> Result<Purpose, BadInput> {
    match parameters.required_text("type")? {
        "0" => Ok(Purpose::Register),
        "1" => Ok(Purpose::ResetPassword),
        "2" => Ok(Purpose::SignIn),
        _ => Err(BadInput::Malformed("type")),
    }
}

/// `sex`: 0 male, 1 female; empty says nothing.
pub(super) fn sex(parameters: &Parameters) -> Result<Option<Gender>, BadInput> {
    match parameters.optional_text("sex")? {
        None => Ok(None),
        Some("0") => Ok(Some(Gender::Male)),
        Some("1") => Ok(Some(Gender::Female)),
        Some(_) => Err(BadInput::Malformed("sex")),
    }
}

/// `birthday`: milliseconds, or a date; empty says nothing, 0 is "no birthday".
pub(super) fn birthday(parameters: &Parameters, zone: &TimeZone) -> Result<Option<Option<Birthday>>, BadInput> {
    let Some(text) = parameters.optional_text("birthday")? else {
        return Ok(None);
    };
    let instant = text.parse().map(Timestamp::from_millis).ok();
    let instant = instant
        .or_else(|| times::parse_date(text, zone))
        .ok_or(BadInput::Malformed("birthday"))?;
    if instant == Timestamp::EPOCH {
        return Ok(Some(None));
    }
    let birthday = Birthday::at(instant).map_err(|_| BadInput::Malformed("birthday"))?;
    Ok(Some(Some(birthday)))
}

/// `email`, which is free text on this wire; an empty one is one.
pub(super) fn contact_email(parameters: &Parameters) -> Result<Option<ContactEmail>, BadInput> {
    let text = parameters.text("email")?.map(ContactEmail::parse).transpose();
    text.map_err(|error| fields::text_problem("email", error))
}

/// `extra`; an empty one is one.
pub(super) fn extra(parameters: &Parameters) -> Result<Option<Extra>, BadInput> {
    let text = parameters.text("extra")?.map(Extra::parse).transpose();
    text.map_err(|error| fields::text_problem("extra", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Parameters {
        Parameters::parse(query, b"").unwrap()
    }

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn a_birthday_is_milliseconds_or_a_date() {
        let millis = |query: &str| {
            birthday(&read(query), &shanghai())
                .map(|given| given.map(|birthday| birthday.map(|birthday| birthday.instant().as_millis())))
        };
        assert_eq!(millis("birthday=1707184960286"), Ok(Some(Some(1_707_184_960_286))));
        assert_eq!(millis("birthday=1990-01-02"), Ok(Some(Some(631_209_600_000))));
        assert_eq!(millis("birthday=-86400000"), Ok(Some(Some(-86_400_000))));
        assert_eq!(millis("birthday=0"), Ok(Some(None)));
        assert_eq!(millis("birthday="), Ok(None));
        assert_eq!(millis(""), Ok(None));
        for text in [
            "x",
            "1.5",
            "9223372036854775808",
            "9223372036854775807",
            "1990-02-30",
            "%00",
        ] {
            assert_eq!(
                millis(&format!("birthday={text}")),
                Err(BadInput::Malformed("birthday")),
                "{text}"
            );
        }
    }

    #[test]
    fn sex_and_type_are_closed() {
        assert_eq!(sex(&read("sex=0")), Ok(Some(Gender::Male)));
        assert_eq!(sex(&read("sex=1")), Ok(Some(Gender::Female)));
        assert_eq!(sex(&read("sex=")), Ok(None));
        for text in ["2", "-1", "male", "01", "%2B1"] {
            assert_eq!(sex(&read(&format!("sex={text}"))), Err(BadInput::Malformed("sex")));
        }
        assert_eq!(purpose(&read("type=2")), Ok(Purpose::SignIn));
        assert_eq!(purpose(&read("type=3")), Err(BadInput::Malformed("type")));
        assert_eq!(purpose(&read("type=")), Err(BadInput::Missing("type")));
    }

    #[test]
    fn empty_texts_are_texts() {
        assert_eq!(contact_email(&read("email=")).unwrap(), Some(ContactEmail::default()));
        assert_eq!(contact_email(&read("")).unwrap(), None);
        assert_eq!(
            contact_email(&read("email=a%0D%0Ab")),
            Err(BadInput::Malformed("email"))
        );
        assert_eq!(extra(&read("extra=a%00")), Err(BadInput::Malformed("extra")));
    }
}

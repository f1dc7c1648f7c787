//! Parameters in the query and in form bodies.

use std::ops::Range;

use memchr::{memchr, memchr2};
use percent_encoding::percent_decode;
use yaopai_model::limits::PARAMETERS;

use crate::BadInput;

/// The parameters of one request. Those that no call asks for are never looked at, be they repeated or malformed.
pub(crate) struct Parameters {
    query: Vec<Parameter>,
    form: Vec<Parameter>,
    /// All names and values, one behind the other.
    text: String,
}

/// Where name and value are in the text.
struct Parameter {
    name: Range<usize>,
    /// None when it is not UTF-8 in percent-encoding.
    value: Option<Range<usize>>,
}

impl Parameters {
    /// Reads a query and a form body (URL Standard, section 5.1, `application/x-www-form-urlencoded`).
    ///
    /// # Errors
    /// [`BadInput::TooManyParameters`].
    pub(crate) fn parse(query: &str, form: &[u8]) -> Result<Self, BadInput> {
        let mut text = String::with_capacity(query.len() + form.len());
        let query = split(query.as_bytes(), &mut text)?;
        let form = split(form, &mut text)?;
        if query.len() + form.len() > PARAMETERS {
            return Err(BadInput::TooManyParameters);
        }
        Ok(Self { query, form, text })
    }

    /// The parameter `name`, which may be empty.
    ///
    /// # Errors
    /// [`BadInput::Repeated`] when it comes twice in one place or with differing values in both;
    /// [`BadInput::Malformed`] when it is not UTF-8 in percent-encoding.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, BadInput> {
        let in_query = self.only(&self.query, name)?;
        let in_form = self.only(&self.form, name)?;
        agreed(name, in_query, in_form)
    }

    /// The parameter `name`, which must be there and not be empty.
    ///
    /// # Errors
    /// [`BadInput::Missing`] and those of [`Parameters::text`].
    pub(crate) fn required_text(&self, name: &'static str) -> Result<&str, BadInput> {
        self.optional_text(name)?.ok_or(BadInput::Missing(name))
    }

    /// The parameter `name` where it is there and not empty.
    ///
    /// # Errors
    /// Those of [`Parameters::text`].
    pub(crate) fn optional_text(&self, name: &'static str) -> Result<Option<&str>, BadInput> {
        Ok(self.text(name)?.filter(|text| !text.is_empty()))
    }

    fn only(&self, parameters: &[Parameter], name: &'static str) -> Result<Option<&str>, BadInput> {
        let mut found = parameters.iter().filter(|parameter| self.part(&parameter.name) == name);
        let Some(first) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(BadInput::Repeated(name));
        }
        let value = first.value.as_ref().ok_or(BadInput::Malformed(name))?;
        Ok(Some(self.part(value)))
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// One value from two places.
///
/// # Errors
/// [`BadInput::Repeated`] when both have one and they differ.
pub(crate) fn agreed<'a>(
    name: &'static str,
    one: Option<&'a str>,
    other: Option<&'a str>,
) -> Result<Option<&'a str>, BadInput> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Err(BadInput::Repeated(name)),
        (Some(value), _) | (None, Some(value)) => Ok(Some(value)),
        (None, None) => Ok(None),
    }
}

fn split(encoded: &[u8], text: &mut String) -> Result<Vec<Parameter>, BadInput> {
    if encoded.is_empty() {
        return Ok(Vec::new());
    }
    let pieces = encoded.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    let mut parameters = Vec::new();
    for piece in pieces {
        if parameters.len() == PARAMETERS {
            return Err(BadInput::TooManyParameters);
        }
        let at = memchr(b'=', piece);
        let (name, value) = at.map_or((piece, &piece[..0]), |at| (&piece[..at], &piece[at + 1..]));
        // A name that cannot be read is none that a call asks for.
        let name = decode(name, text).unwrap_or_default();
        let value = decode(value, text);
        parameters.push(Parameter { name, value });
    }
    Ok(parameters)
}

/// Appends the text that is encoded to `text` and says where it is; `None` when a percent escape is broken or the bytes are
/// not UTF-8.
fn decode(encoded: &[u8], text: &mut String) -> Option<Range<usize>> {
    let start = text.len();
    if memchr2(b'+', b'%', encoded).is_none() {
        text.push_str(std::str::from_utf8(encoded).ok()?);
        return Some(start..text.len());
    }
    let spaced: Vec<u8> = encoded
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let has_broken_escape = spaced.iter().enumerate().any(|(at, byte)| {
        *byte == b'%'
            && !spaced
                .get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if has_broken_escape {
        return None;
    }
    text.push_str(&percent_decode(&spaced).decode_utf8().ok()?);
    Some(start..text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parameters(query: &str, form: &str) -> Parameters {
        Parameters::parse(query, form.as_bytes()).unwrap()
    }

    #[test]
    fn query_and_form_are_read_alike() {
        let both = parameters("a=1&b=%E5%BC%A0+%E4%B8%89&raw=张三", "c=x%3Dy&d&e=");
        assert_eq!(both.text("a"), Ok(Some("1")));
        assert_eq!(both.text("b"), Ok(Some("张 三")));
        assert_eq!(both.text("raw"), Ok(Some("张三")));
        assert_eq!(both.text("c"), Ok(Some("x=y")));
        assert_eq!(both.text("d"), Ok(Some("")));
        assert_eq!(both.optional_text("e"), Ok(None));
        assert_eq!(both.required_text("e"), Err(BadInput::Missing("e")));
        assert_eq!(both.required_text("z"), Err(BadInput::Missing("z")));
    }

    #[test]
    fn repetition_is_refused_unless_query_and_form_agree() {
        assert_eq!(parameters("a=1&a=1", "").text("a"), Err(BadInput::Repeated("a")));
        assert_eq!(parameters("", "a=1&%61=2").text("a"), Err(BadInput::Repeated("a")));
        assert_eq!(parameters("a=1", "a=2").text("a"), Err(BadInput::Repeated("a")));
        assert_eq!(parameters("a=1", "a=1").text("a"), Ok(Some("1")));
        assert_eq!(parameters("x=1&x=2&a=1", "").text("a"), Ok(Some("1")));
    }

    #[test]
    fn what_is_not_utf8_in_percent_encoding_is_malformed() {
        for value in ["%", "%4", "%zz", "%ff", "%E5%BC", "a%", "%%41"] {
            let query = format!("a={value}&b=1");
            assert_eq!(
                parameters(&query, "").text("a"),
                Err(BadInput::Malformed("a")),
                "{value}"
            );
            assert_eq!(parameters(&query, "").text("b"), Ok(Some("1")), "{value}");
        }
        assert_eq!(
            Parameters::parse("", b"a=\xff").unwrap().text("a"),
            Err(BadInput::Malformed("a"))
        );
    }

    #[test]
    fn there_are_at_most_a_hundred() {
        let hundred = "a=1&".repeat(100);
        assert!(Parameters::parse(&hundred, b"").is_ok());
        assert!(Parameters::parse(&hundred, b"b=1").is_err());
        assert!(Parameters::parse(&"a&".repeat(1_000_000), b"").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(query in "\\PC{0,100}", form in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(parameters) = Parameters::parse(&query, &form) {
                let _ = parameters.text("a");
            }
        }

        #[test]
        fn values_come_back_as_they_went(value in any::<String>()) {
            let encoded: String = percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC).collect();
            let read = parameters(&format!("x=1&value={encoded}"), "");
            prop_assert_eq!(read.text("value"), Ok(Some(value.as_str())));
        }
    }
}

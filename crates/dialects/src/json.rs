//! JSON bodies: one object of named values.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use yaopai_model::limits::JSON_DEPTH;

use crate::BadInput;

/// Whether keys must be spelt exactly, which is the wire's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyCase {
    /// They must (`user`).
    Exact,
    /// `spaceCover` means `spacecover` (`api_v1`).
    Ignored,
}

/// The top-level object of a body. Unknown keys are never looked at; `null` counts as absent.
pub(crate) struct JsonObject {
    entries: Vec<(String, Value)>,
    key_case: KeyCase,
}

impl JsonObject {
    /// Reads a body.
    ///
    /// # Errors
    /// [`BadInput::UnreadableBody`] when it is not JSON (RFC 8259) in UTF-8, no object, or nested deeper than
    /// `limits::JSON_DEPTH`.
    pub(crate) fn parse(body: &[u8], key_case: KeyCase) -> Result<Self, BadInput> {
        if depth(body) > JSON_DEPTH {
            return Err(BadInput::UnreadableBody);
        }
        let Entries(entries) = serde_json::from_slice(body).map_err(|_| BadInput::UnreadableBody)?;
        Ok(Self { entries, key_case })
    }

    /// The string under `name`, which may be empty.
    ///
    /// # Errors
    /// [`BadInput::WrongType`], [`BadInput::Repeated`].
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, BadInput> {
        match self.value(name)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err(BadInput::WrongType(name))
            }
        }
    }

    /// The string under `name`, which must be there and not be empty.
    ///
    /// # Errors
    /// [`BadInput::Missing`], [`BadInput::WrongType`], [`BadInput::Repeated`].
    pub(crate) fn required_text(&self, name: &'static str) -> Result<&str, BadInput> {
        self.text(name)?
            .filter(|text| !text.is_empty())
            .ok_or(BadInput::Missing(name))
    }

    /// The whole number under `name`.
    ///
    /// # Errors
    /// [`BadInput::WrongType`] also for fractions and numbers beyond 64 bits; [`BadInput::Repeated`].
    pub(crate) fn integer(&self, name: &'static str) -> Result<Option<i64>, BadInput> {
        let Some(value) = self.value(name)? else {
            return Ok(None);
        };
        value.as_i64().map(Some).ok_or(BadInput::WrongType(name))
    }

    fn value(&self, name: &'static str) -> Result<Option<&Value>, BadInput> {
        let mut found = self.entries.iter().filter(|(key, _)| self.is_same_key(key, name));
        let first = found.next();
        if found.next().is_some() {
            return Err(BadInput::Repeated(name));
        }
        Ok(first.map(|(_, value)| value).filter(|value| !value.is_null()))
    }

    fn is_same_key(&self, key: &str, name: &str) -> bool {
        match self.key_case {
            KeyCase::Exact => key == name,
            KeyCase::Ignored => key.eq_ignore_ascii_case(name),
        }
    }
}

/// An object's entries with repeated keys kept, which `serde_json::Map` would drop.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

/// The deepest level of brackets outside strings; for text that is no JSON, some number.
fn depth(body: &[u8]) -> usize {
    let (mut level, mut deepest) = (0_usize, 0);
    let (mut is_in_string, mut is_escaped) = (false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_in_string => is_escaped = true,
            b'"' => is_in_string = !is_in_string,
            b'[' | b'{' if !is_in_string => {
                level += 1;
                deepest = deepest.max(level);
            }
            b']' | b'}' if !is_in_string => level = level.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn object(body: &str) -> JsonObject {
        JsonObject::parse(body.as_bytes(), KeyCase::Exact).unwrap()
    }

    fn is_unreadable(body: &[u8]) -> bool {
        JsonObject::parse(body, KeyCase::Exact).err() == Some(BadInput::UnreadableBody)
    }

    #[test]
    fn values_come_out_by_name_and_type() {
        let object = object(r#"{"a":"x","n":-3,"z":null,"e":"","more":{"deep":[1]}}"#);
        assert_eq!(object.text("a"), Ok(Some("x")));
        assert_eq!(object.text("z"), Ok(None));
        assert_eq!(object.text("absent"), Ok(None));
        assert_eq!(object.required_text("e"), Err(BadInput::Missing("e")));
        assert_eq!(object.integer("n"), Ok(Some(-3)));
        assert_eq!(object.integer("a"), Err(BadInput::WrongType("a")));
        assert_eq!(object.text("n"), Err(BadInput::WrongType("n")));
        assert_eq!(object.text("more"), Err(BadInput::WrongType("more")));
    }

    #[test]
    fn numbers_beyond_64_bits_and_fractions_are_no_integers() {
        let object = object(r#"{"big":9223372036854775808,"half":0.5,"top":9223372036854775807}"#);
        assert_eq!(object.integer("big"), Err(BadInput::WrongType("big")));
        assert_eq!(object.integer("half"), Err(BadInput::WrongType("half")));
        assert_eq!(object.integer("top"), Ok(Some(i64::MAX)));
    }

    #[test]
    fn a_repeated_key_is_refused() {
        assert_eq!(object(r#"{"a":"1","a":"1"}"#).text("a"), Err(BadInput::Repeated("a")));
        assert_eq!(object(r#"{"a":"1","A":"2"}"#).text("a"), Ok(Some("1")));
        let any_case = JsonObject::parse(br#"{"spaceCover":"1","spacecover":"2"}"#, KeyCase::Ignored).unwrap();
        assert_eq!(any_case.text("spacecover"), Err(BadInput::Repeated("spacecover")));
        let any_case = JsonObject::parse(br#"{"spaceCover":"1"}"#, KeyCase::Ignored).unwrap();
        assert_eq!(any_case.text("spacecover"), Ok(Some("1")));
    }

    #[test]
    fn what_is_no_object_is_unreadable() {
        let bodies: [&[u8]; 9] = [
            b"",
            b"null",
            b"[]",
            b"\"a\"",
            b"{\"a\":1",
            b"{\"a\":1} x",
            b"{'a':1}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":\"\\ud800\"}",
        ];
        for body in bodies {
            assert!(is_unreadable(body), "{body:?}");
        }
    }

    #[test]
    fn depth_has_a_bound() {
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        assert!(!is_unreadable(nested(32).as_bytes()));
        assert!(is_unreadable(nested(33).as_bytes()));
        assert!(is_unreadable(nested(20_000).as_bytes()));
        assert!(!is_unreadable(
            format!("{{\"a\":\"{}\\\"{}\"}}", "[".repeat(40), "{".repeat(40)).as_bytes()
        ));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(object) = JsonObject::parse(&body, KeyCase::Ignored) {
                let _ = object.text("a");
            }
        }

        #[test]
        fn texts_come_back_as_they_went(text in "\\PC{0,40}", key in "[a-z]{1,8}") {
            let body = serde_json::to_vec(&serde_json::json!({ "value": &text, format!("x{key}"): 1 })).unwrap();
            let object = JsonObject::parse(&body, KeyCase::Exact).unwrap();
            prop_assert_eq!(object.text("value"), Ok(Some(text.as_str())));
        }
    }
}

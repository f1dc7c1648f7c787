//! The keys of all settings, read off the settings' types.

use confique::Config as _;
use confique::meta::{Expr, Field, FieldKind, LeafKind};
use toml::Value;

use super::{Effective, Origin, PREFIX, Settings};

/// Keys whose values are not shown and may come from a file of their own.
pub(super) const SECRETS: [&str; 7] = [
    "database_url",
    "mail.smtp.url",
    "metrics.key",
    "pictures.s3.secret",
    "root_key",
    "sms.webhook.secret",
    "sms.webhook.url",
];

/// Whether the value of the key `name` is not shown.
pub(super) fn is_secret(name: &str) -> bool {
    SECRETS.contains(&name)
}

/// How a value is written in a variable, which has no types of its own. A setting's default tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Number,
    Truth,
    List,
}

/// One setting.
pub(super) struct Key {
    /// Its dotted name.
    pub(super) name: String,
    /// Its default in TOML's form, if it has one.
    pub(super) default: Option<String>,
    shape: Shape,
}

impl Key {
    /// The variable that sets it.
    pub(super) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name.replace('.', "__").to_ascii_uppercase())
    }

    pub(super) fn is_secret(&self) -> bool {
        is_secret(&self.name)
    }

    /// Whether it lies in the section `section`.
    pub(super) fn is_below(&self, section: &str) -> bool {
        self.name
            .strip_prefix(section)
            .is_some_and(|rest| rest.starts_with('.'))
    }

    /// Reads a variable's text.
    pub(super) fn parse(&self, text: &str) -> Result<Value, &'static str> {
        match self.shape {
            Shape::Text => Ok(Value::String(text.to_owned())),
            Shape::Number => text
                .trim()
                .parse()
                .map(Value::Integer)
                .map_err(|_| "应为整数 / it has to be a whole number"),
            Shape::Truth => text
                .trim()
                .parse()
                .map(Value::Boolean)
                .map_err(|_| "应为 true 或 false / true or false"),
            Shape::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Ok(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
            }
        }
    }

    /// How it is in force, given what was set.
    pub(super) fn effective(&self, set: Option<&(Value, Origin)>) -> Effective {
        let (value, origin) = match set {
            Some((value, origin)) => (Some(value.to_string()), origin.clone()),
            None => (self.default.clone(), Origin::Default),
        };
        let value = if self.is_secret() {
            value.map(|_| "\"***\"".to_owned())
        } else {
            value
        };
        Effective {
            key: self.name.clone(),
            value,
            origin,
        }
    }
}

/// All keys, in the order in which the settings' types name them.
pub(super) fn all() -> Vec<Key> {
    let mut keys = Vec::new();
    collect("", Settings::META.fields, &mut keys);
    keys
}

fn collect(section: &str, fields: &'static [Field], keys: &mut Vec<Key>) {
    for field in fields {
        let name = format!("{section}{}", field.name);
        match field.kind {
            FieldKind::Nested { meta } => collect(&format!("{name}."), meta.fields, keys),
            FieldKind::Leaf { kind, env: _ } => {
                let default = match kind {
                    LeafKind::Required { default } => default,
                    LeafKind::Optional => None,
                };
                let shape = default.map_or(Shape::Text, shape);
                let default = default.and_then(|expression| Value::try_from(expression).ok());
                keys.push(Key {
                    name,
                    default: default.map(|value| value.to_string()),
                    shape,
                });
            }
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "confique's enum is open; every other default is written as text"
)]
fn shape(default: Expr) -> Shape {
    match default {
        Expr::Integer(_) => Shape::Number,
        Expr::Bool(_) => Shape::Truth,
        Expr::Array(_) => Shape::List,
        _ => Shape::Text,
    }
}

/// The keys of the section in which `name` would lie, for whoever misspelt it.
pub(super) fn near(name: &str, keys: &[Key]) -> String {
    let section = name.rsplit_once('.').map_or("", |(section, _)| section);
    let mut names: Vec<&str> = keys
        .iter()
        .filter(|key| key.is_below(section))
        .map(|key| key.name.as_str())
        .collect();
    if names.is_empty() {
        names = keys
            .iter()
            .map(|key| key.name.split('.').next().unwrap_or_default())
            .collect();
        names.dedup();
    }
    names.join(", ")
}

/// As [`near`], for a variable.
pub(super) fn near_variable(variable: &str, keys: &[Key]) -> String {
    let section = variable.split("__").next().unwrap_or_default();
    let mut names: Vec<String> = keys
        .iter()
        .map(Key::variable)
        .filter(|name| name.starts_with(&format!("{section}__")))
        .collect();
    if names.is_empty() {
        names = keys.iter().map(Key::variable).collect();
    }
    names.join(", ")
}

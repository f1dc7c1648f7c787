//! The commented reference of every setting, made from the settings' types.

use std::fmt::Write as _;

use confique::Config as _;
use confique::meta::{Field, FieldKind};

use super::Settings;
use super::keys::{self, Key};

/// A settings file in which every setting is explained and commented out at its default.
pub(crate) fn reference() -> String {
    let keys = keys::all();
    let mut text = String::new();
    comment(&mut text, Settings::META.doc);
    section(&mut text, "", Settings::META.fields, &keys);
    text
}

fn section(text: &mut String, path: &str, fields: &[Field], keys: &[Key]) {
    for field in fields {
        let name = format!("{path}{}", field.name);
        text.push('\n');
        comment(text, field.doc);
        match field.kind {
            FieldKind::Nested { meta } => {
                line(text, format_args!("[{name}]"));
                section(text, &format!("{name}."), meta.fields, keys);
            }
            FieldKind::Leaf { .. } => {
                if let Some(key) = keys.iter().find(|key| key.name == name) {
                    entry(text, field.name, key);
                }
            }
        }
    }
}

fn entry(text: &mut String, name: &str, key: &Key) {
    let or_file = if key.is_secret() { " (or …_FILE)" } else { "" };
    line(text, format_args!("# {}{or_file}", key.variable()));
    match &key.default {
        Some(default) => line(text, format_args!("#{name} = {default}")),
        None => line(text, format_args!("#{name} =")),
    }
}

fn comment(text: &mut String, doc: &[&str]) {
    for said in doc {
        line(text, format_args!("#{said}"));
    }
}

fn line(text: &mut String, written: std::fmt::Arguments<'_>) {
    // Writing into a string does not fail.
    let _ = writeln!(text, "{written}");
}

//! As much of JSON Schema as the documents use.

use serde_json::Value;

/// Why a value does not fit a schema; none where it does.
pub(super) fn misfit(schema: &Value, value: &Value) -> Option<String> {
    if let Some(either) = schema["oneOf"].as_array() {
        let fitting = either.iter().filter(|schema| misfit(schema, value).is_none()).count();
        return (fitting != 1).then(|| format!("fits {fitting} of {}", either.len()));
    }
    let kind = &schema["type"];
    let kinds = kind.as_array().cloned().unwrap_or_else(|| vec![kind.clone()]);
    if !kinds.iter().any(|kind| is_kind(kind, value)) {
        return Some(format!("{value} is not {kinds:?}"));
    }
    let allowed = schema["enum"].as_array();
    if allowed.is_some_and(|allowed| !allowed.contains(value)) {
        return Some(format!("{value} is not among {allowed:?}"));
    }
    let items = value.as_array().into_iter().flatten();
    let of_items = items.map(|item| misfit(&schema["items"], item));
    of_items.chain(of_entries(schema, value)).find_map(|misfit| misfit)
}

fn of_entries(schema: &Value, value: &Value) -> Vec<Option<String>> {
    let Some(entries) = value.as_object() else {
        return Vec::new();
    };
    let required = schema["required"].as_array().into_iter().flatten();
    let missing = required.map(|name| {
        let name = name.as_str().unwrap();
        (!entries.contains_key(name)).then(|| format!("{name} is missing"))
    });
    // Clients may send more than is documented; we do not answer more.
    let given = entries.iter().map(|(name, value)| {
        let property = &schema["properties"][name];
        if property.is_null() {
            return (schema["additionalProperties"] != true).then(|| format!("{name} is not documented"));
        }
        misfit(property, value).map(|misfit| format!("{name}: {misfit}"))
    });
    missing.chain(given).collect()
}

fn is_kind(kind: &Value, value: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => false,
    }
}

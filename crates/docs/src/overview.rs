//! What calls a document describes, at a glance: the first view, long before Swagger UI is there to try them in.

use serde_json::Value;

/// The calls of one document.
pub(crate) struct Section {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) groups: Vec<Group>,
}

/// Calls that belong together, as the document says by a tag.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) calls: Vec<Call>,
}

/// One call.
pub(crate) struct Call {
    /// In lower case, as documents have it.
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) summary: String,
    /// What the document calls the operation.
    pub(crate) operation: String,
}

impl Section {
    /// Reads an OpenAPI document.
    ///
    /// # Errors
    /// When it is no JSON.
    pub(crate) fn read(name: &'static str, title: &'static str, json: &str) -> serde_json::Result<Self> {
        let document: Value = serde_json::from_str(json)?;
        let mut groups: Vec<Group> = Vec::new();
        let paths = document["paths"].as_object().into_iter().flatten();
        for (path, item) in paths {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Some(id) = operation["operationId"].as_str() else {
                    continue;
                };
                let tag = text(&operation["tags"][0]);
                let call = Call {
                    method: method.clone(),
                    path: path.clone(),
                    summary: text(&operation["summary"]),
                    operation: id.to_owned(),
                };
                match groups.iter_mut().find(|group| group.name == tag) {
                    Some(group) => group.calls.push(call),
                    None => groups.push(Group {
                        name: tag,
                        calls: vec![call],
                    }),
                }
            }
        }
        Ok(Self { name, title, groups })
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

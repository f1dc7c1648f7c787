//! What `user` calls `settings`, as a form.

use axum::response::Response;
use serde_json::{Map, Value};
use yaopai_accounts::ProfileChange;
use yaopai_model::{Account, Preferences};

use super::holder::HolderForm;
use super::{HOME, go};
use crate::failure::Failure;

/// The preferences that have a place in the form; others are left as they are.
pub(super) struct Preferred {
    pub(super) theme: String,
    pub(super) notification: bool,
}

impl Preferred {
    /// What is not said is as the documents of `user` show it.
    pub(super) fn of(account: &Account) -> Self {
        let kept = kept(account);
        Self {
            theme: kept.get("theme").and_then(Value::as_str).unwrap_or("light").to_owned(),
            notification: kept.get("notification").and_then(Value::as_bool).unwrap_or(true),
        }
    }
}

fn kept(account: &Account) -> Map<String, Value> {
    let text = account.preferences.as_deref().unwrap_or("{}");
    serde_json::from_str(text).unwrap_or_default()
}

/// Saves them.
pub(super) async fn save(sent: HolderForm) -> Result<Response, Failure> {
    let HolderForm { holder, form } = sent;
    let theme = match form.text("preferred_theme") {
        theme @ ("light" | "dark") => theme,
        _ => return Err(Failure::BadForm),
    };
    let mut preferences = kept(holder.account());
    preferences.insert("notification".to_owned(), form.is_ticked("notification").into());
    preferences.insert("theme".to_owned(), theme.into());
    let text = Value::Object(preferences).to_string();
    let preferences = Preferences::parse(&text)
        .map_err(|_| Failure::field("偏好设置过长。", "The preferences are too long to be kept."))?;
    let change = ProfileChange {
        preferences: Some(preferences),
        ..ProfileChange::default()
    };
    let accounts = &holder.visit.desk.accounts;
    accounts.change_profile(&holder.session.principal, change).await?;
    Ok(go(HOME, "saved"))
}

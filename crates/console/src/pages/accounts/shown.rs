//! What pages say of an account.

use yaopai_model::{Account, Role, SessionScope};

use crate::frame::Frame;

/// The phone number, its middle hidden.
pub(super) fn masked_phone(account: &Account) -> Option<String> {
    account.phone.as_ref().map(|held| held.value.masked())
}

/// The e-mail address, its middle hidden.
pub(super) fn masked_email(account: &Account) -> Option<String> {
    account.email.as_ref().map(|held| held.value.masked())
}

/// A word in a pill.
pub(super) struct Badge {
    pub(super) kind: &'static str,
    pub(super) text: &'static str,
}

/// The role and the states that are worth a word.
pub(super) fn badges(account: &Account, frame: &Frame) -> Vec<Badge> {
    let language = frame.language;
    let role = (account.role > Role::User).then(|| Badge {
        kind: "info",
        text: frame.role_name(&account.role),
    });
    let disabled = account.disabled_at.map(|_| Badge {
        kind: "bad",
        text: language.pick("已禁用", "Disabled"),
    });
    let unverified = account.verified_at.is_none().then_some(Badge {
        kind: "warn",
        text: language.pick("未验证", "Unverified"),
    });
    role.into_iter().chain(disabled).chain(unverified).collect()
}

/// Where a session may be used.
pub(super) fn scope(scope: SessionScope, frame: &Frame) -> &'static str {
    match scope {
        SessionScope::Wire => frame.language.pick("接口", "API"),
        SessionScope::Console => frame.language.pick("控制台", "Console"),
        SessionScope::AccountPage => frame.language.pick("账号页", "Account page"),
    }
}

/// A choice among several.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// The roles, to choose from.
pub(super) fn roles(chosen: &str, frame: &Frame) -> Vec<Choice> {
    let choice = |role: Role| Choice {
        value: role.as_str().to_owned(),
        label: frame.role_name(&role).to_owned(),
        is_chosen: role.as_str() == chosen,
    };
    Role::ALL.into_iter().map(choice).collect()
}

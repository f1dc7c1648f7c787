//! What somebody is called.

use yaopai_model::Account;

/// By nickname, else by username, else by number.
pub(crate) fn by_nickname(account: &Account) -> String {
    nickname(account)
        .or_else(|| username(account))
        .unwrap_or_else(|| number(account))
}

/// By username, else by nickname, else by number: where there is little room.
pub(crate) fn by_username(account: &Account) -> String {
    username(account)
        .or_else(|| nickname(account))
        .unwrap_or_else(|| number(account))
}

fn nickname(account: &Account) -> Option<String> {
    account.profile.nickname.as_ref().map(|name| name.as_str().to_owned())
}

fn username(account: &Account) -> Option<String> {
    account.username.as_ref().map(|name| name.as_str().to_owned())
}

fn number(account: &Account) -> String {
    format!("#{}", account.id.0)
}

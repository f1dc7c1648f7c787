//! What one account is searched by.

use yaopai_model::{Account, Email, Nickname, Phone, Username};
use yaopai_store::account_changes::Searched;

/// Which fields of an account are searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fields {
    /// What the wires show: the username (the nickname, where there is none), the e-mail address, the phone number.
    Shown,
    /// Also the nickname that a username hides.
    All,
}

/// Stands behind each field. No name or address, and no keyword, has it.
const SEPARATOR: char = '\n';

/// An account's fields in lower case (as far as ASCII goes), each with a separator behind it: first those that are shown,
/// then the hidden one.
pub(crate) struct Entry {
    text: String,
    shown: usize,
}

impl Entry {
    fn new(username: Option<&str>, nickname: Option<&str>, email: Option<&str>, phone: Option<&str>) -> Self {
        let mut text = String::new();
        let mut add = |field: Option<&str>| {
            if let Some(field) = field {
                text.push_str(field);
                text.push(SEPARATOR);
            }
            text.len()
        };
        add(username.or(nickname));
        add(email);
        let shown = add(phone);
        if username.is_some() {
            add(nickname);
        }
        text.make_ascii_lowercase();
        Self { text, shown }
    }

    /// What its row says.
    pub(super) fn of_row(row: &Searched) -> Self {
        Self::new(
            row.username.as_deref(),
            row.nickname.as_deref(),
            row.email.as_deref(),
            row.phone.as_deref(),
        )
    }

    /// What an account says that was read whole.
    pub(crate) fn of(account: &Account) -> Self {
        Self::new(
            account.username.as_ref().map(Username::as_str),
            account.profile.nickname.as_ref().map(Nickname::as_str),
            account.email.as_ref().map(|held| &held.value).map(Email::address),
            account.phone.as_ref().map(|held| &held.value).map(Phone::as_e164),
        )
    }

    pub(super) fn shown(&self) -> &[u8] {
        self.text.as_bytes().get(..self.shown).unwrap_or_default()
    }

    pub(super) fn hidden(&self) -> &[u8] {
        self.text.as_bytes().get(self.shown..).unwrap_or_default()
    }

    /// Whether a field has the keyword.
    pub(crate) fn has(&self, keyword: &str, fields: Fields) -> bool {
        let text = match fields {
            Fields::Shown => self.text.get(..self.shown).unwrap_or_default(),
            Fields::All => &self.text,
        };
        text.contains(&keyword.to_ascii_lowercase())
    }
}

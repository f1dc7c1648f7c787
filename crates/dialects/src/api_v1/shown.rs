//! Accounts as this wire shows them.

use serde::Serialize;
use yaopai_model::{Account, Bio, Birthday, Email, Gender, PictureName};

use crate::{WireSettings, times};

/// What everybody may see of an account.
#[derive(Default, Serialize)]
pub(super) struct PublicAccount {
    uid: i64,
    name: String,
    sign: String,
    avatar: String,
    spacecover: String,
    gender: i64,
}

/// What the account itself and administrators see.
#[derive(Serialize)]
pub(super) struct WholeAccount {
    uid: i64,
    name: String,
    sign: String,
    email: String,
    avatar: String,
    spacecover: String,
    gender: i64,
    role: i64,
    birthday: String,
    created_at: String,
}

impl PublicAccount {
    /// An account; one that does not exist is `PublicAccount::default()`: zeros and empty texts.
    pub(super) fn of(account: &Account, settings: &WireSettings) -> Self {
        Self {
            uid: account.id.0,
            name: name(account).to_owned(),
            sign: sign(account).to_owned(),
            avatar: picture(account.profile.avatar.as_ref(), settings),
            spacecover: picture(account.profile.cover.as_ref(), settings),
            gender: gender(account.profile.gender),
        }
    }
}

impl WholeAccount {
    /// An account as it sees itself: its address is masked.
    pub(super) fn of_oneself(account: &Account, settings: &WireSettings) -> Self {
        Self::with_email(account, Email::masked, settings)
    }

    /// An account as administrators see it: its address is whole, since they send it back.
    pub(super) fn of_another(account: &Account, settings: &WireSettings) -> Self {
        Self::with_email(account, |email| email.address().to_owned(), settings)
    }

    fn with_email(account: &Account, write_email: fn(&Email) -> String, settings: &WireSettings) -> Self {
        let email = account.email.as_ref().map(|held| write_email(&held.value));
        Self {
            uid: account.id.0,
            name: name(account).to_owned(),
            sign: sign(account).to_owned(),
            email: email.unwrap_or_default(),
            avatar: picture(account.profile.avatar.as_ref(), settings),
            spacecover: picture(account.profile.cover.as_ref(), settings),
            gender: gender(account.profile.gender),
            role: account.role.number(),
            birthday: birthday(account.profile.birthday, settings),
            created_at: times::rfc3339(account.created_at, &settings.zone),
        }
    }
}

/// The username; where there is none, the nickname.
pub(super) fn name(account: &Account) -> &str {
    let username = account.username.as_ref().map(|username| username.as_str());
    let nickname = account.profile.nickname.as_ref().map(|nickname| nickname.as_str());
    username.or(nickname).unwrap_or_default()
}

/// The birthday's instant; 1970-01-01 in the operators' zone where there is none.
pub(super) fn birthday(birthday: Option<Birthday>, settings: &WireSettings) -> String {
    let instant = birthday
        .map(Birthday::instant)
        .or_else(|| times::parse_date("1970-01-01", &settings.zone));
    instant
        .map(|instant| times::rfc3339(instant, &settings.zone))
        .unwrap_or_default()
}

fn picture(name: Option<&PictureName>, settings: &WireSettings) -> String {
    name.map(|name| settings.picture_address(name)).unwrap_or_default()
}

fn sign(account: &Account) -> &str {
    account.profile.bio.as_ref().map(Bio::as_str).unwrap_or_default()
}

const fn gender(gender: Option<Gender>) -> i64 {
    match gender {
        None => 0,
        Some(Gender::Male) => 1,
        Some(Gender::Female) => 2,
    }
}

#[cfg(test)]
mod tests {
    use yaopai_model::Nickname;

    use super::super::samples::{account, bare_account, settings};
    use super::*;

    #[test]
    fn everybody_sees_six_fields() {
        let json = |shown: &PublicAccount| serde_json::to_string(shown).unwrap();
        assert_eq!(
            json(&PublicAccount::of(
                &account(),
                &settings(Some("https://id.example.com"))
            )),
            "{\"uid\":7,\"name\":\"张三\",\"sign\":\"你好\",\
             \"avatar\":\"https://id.example.com/api/image/0123456789abcdef0123456789abcdef.png\",\
             \"spacecover\":\"https://id.example.com/api/image/fedcba9876543210fedcba9876543210.jpg\",\"gender\":2}"
        );
        assert_eq!(
            json(&PublicAccount::default()),
            r#"{"uid":0,"name":"","sign":"","avatar":"","spacecover":"","gender":0}"#
        );
    }

    #[test]
    fn only_administrators_see_the_whole_address() {
        let json = |shown: &WholeAccount| serde_json::to_string(shown).unwrap();
        let (account, settings) = (account(), settings(None));
        let expected = |email: &str| {
            format!(
                "{{\"uid\":7,\"name\":\"张三\",\"sign\":\"你好\",\"email\":\"{email}\",\
                 \"avatar\":\"/api/image/0123456789abcdef0123456789abcdef.png\",\
                 \"spacecover\":\"/api/image/fedcba9876543210fedcba9876543210.jpg\",\"gender\":2,\"role\":2,\
                 \"birthday\":\"1990-01-01T00:00:00+08:00\",\"created_at\":\"2025-06-01T03:39:40+08:00\"}}"
            )
        };
        assert_eq!(
            json(&WholeAccount::of_oneself(&account, &settings)),
            expected("Z****n@example.com")
        );
        assert_eq!(
            json(&WholeAccount::of_another(&account, &settings)),
            expected("Zhang.San@example.com")
        );
    }

    #[test]
    fn what_was_never_said_is_empty() {
        let mut account = bare_account();
        let shown = WholeAccount::of_oneself(&account, &settings(None));
        assert_eq!(
            serde_json::to_string(&shown).unwrap(),
            "{\"uid\":7,\"name\":\"\",\"sign\":\"\",\"email\":\"\",\"avatar\":\"\",\"spacecover\":\"\",\
             \"gender\":0,\"role\":0,\"birthday\":\"1970-01-01T00:00:00+08:00\",\
             \"created_at\":\"2025-06-01T03:39:40+08:00\"}"
        );
        account.profile.nickname = Some(Nickname::parse("小张").unwrap());
        assert_eq!(name(&account), "小张");
    }
}

//! Accounts as this wire shows them.

use serde::Serialize;
use yaopai_model::{Account, Bio, Birthday, Email, Gender};

use crate::api_v1::picture_address;
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
            avatar: picture_address::write_optional(account.profile.avatar.as_ref(), settings),
            spacecover: picture_address::write_optional(account.profile.cover.as_ref(), settings),
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
            avatar: picture_address::write_optional(account.profile.avatar.as_ref(), settings),
            spacecover: picture_address::write_optional(account.profile.cover.as_ref(), settings),
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
    let instant = birthday.map(Birthday::instant).or_else(|| times::parse_date("1970-01-01", &settings.zone));
    instant.map(|instant| times::rfc3339(instant, &settings.zone)).unwrap_or_default()
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

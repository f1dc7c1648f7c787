//! An account as this wire shows it: sixteen fields in the document's order, and two more for `info`.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use yaopai_model::{Account, Bio, Email, Gender, Location, Nickname, Phone, Role, Timestamp, Username};

use crate::{Failure, WireSettings, times};

const DEFAULT_SETTINGS: &str = r#"{"notification":true,"theme":"light"}"#;

/// Whether phone number and e-mail address are hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Masking {
    /// Shown whole to whoever has just proved to be their holder.
    Whole,
    /// With their middles hidden.
    Masked,
}

/// Named values in their order.
#[derive(Debug)]
pub(super) struct Fields(Vec<(&'static str, Field)>);

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Field {
    Number(Option<i64>),
    Text(Option<String>),
    Names(Vec<String>),
    Json(Box<RawValue>),
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, field)| (name, field)))
    }
}

impl Fields {
    /// The sixteen fields of `user`.
    pub(super) fn user(account: &Account, settings: &WireSettings, masking: Masking) -> Self {
        let profile = &account.profile;
        let time = |instant: Timestamp| times::date_time(instant, &settings.zone);
        let phone = |phone: &Phone| match masking {
            Masking::Whole => phone.national().to_owned(),
            Masking::Masked => phone.masked(),
        };
        let email = |email: &Email| match masking {
            Masking::Whole => email.address().to_owned(),
            Masking::Masked => email.masked(),
        };
        let number = |number: i64| Field::Number(Some(number));
        Self(vec![
            ("userId", number(account.id.0)),
            ("username", owned(account.username.as_ref().map(Username::as_str))),
            (
                "mobile",
                Field::Text(account.phone.as_ref().map(|held| phone(&held.value))),
            ),
            (
                "email",
                Field::Text(account.email.as_ref().map(|held| email(&held.value))),
            ),
            ("nickname", owned(profile.nickname.as_ref().map(Nickname::as_str))),
            (
                "avatarUrl",
                Field::Text(profile.avatar.as_ref().map(|avatar| settings.picture_address(avatar))),
            ),
            ("gender", Field::Number(profile.gender.map(gender_number))),
            (
                "birthday",
                Field::Text(
                    profile
                        .birthday
                        .map(|birthday| times::date(birthday.instant(), &settings.zone)),
                ),
            ),
            ("location", owned(profile.location.as_ref().map(Location::as_str))),
            ("bio", owned(profile.bio.as_ref().map(Bio::as_str))),
            ("registrationTime", Field::Text(Some(time(account.created_at)))),
            ("lastLoginTime", Field::Text(account.last_sign_in_at.map(time))),
            ("loginCount", number(account.sign_in_count)),
            ("isVerified", number(i64::from(account.verified_at.is_some()))),
            ("verificationTime", Field::Text(account.verified_at.map(time))),
            ("status", number(i64::from(account.disabled_at.is_some()))),
        ])
    }

    /// The eighteen fields of `info`.
    ///
    /// # Errors
    /// A fault when the account's preferences are not JSON.
    pub(super) fn info(account: &Account, settings: &WireSettings) -> Result<Self, Failure> {
        let preferences = account.preferences.as_deref().unwrap_or(DEFAULT_SETTINGS).to_owned();
        let preferences = RawValue::from_string(preferences)
            .map_err(|error| Failure::fault(format!("accounts.preferences is not JSON: {error}")))?;
        let Self(mut fields) = Self::user(account, settings, Masking::Masked);
        fields.push(("permissions", Field::Names(permissions(account))));
        fields.push(("settings", Field::Json(preferences)));
        Ok(Self(fields))
    }

    /// Those that a comma-separated list names; all where it names none. Unknown names are ignored.
    pub(super) fn named_in(self, list: &str) -> Self {
        let names: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            return self;
        }
        Self(self.0.into_iter().filter(|(name, _)| names.contains(name)).collect())
    }
}

fn owned(text: Option<&str>) -> Field {
    Field::Text(text.map(str::to_owned))
}

const fn gender_number(gender: Gender) -> i64 {
    match gender {
        Gender::Female => 0,
        Gender::Male => 1,
    }
}

/// The names of the roles that the account's own includes, lowest first, and the permissions granted beyond.
fn permissions(account: &Account) -> Vec<String> {
    let roles = Role::ALL.into_iter().filter(|role| *role <= account.role);
    let mut names: Vec<String> = roles.map(|role| role.as_str().to_owned()).collect();
    for granted in &account.permissions {
        if !names.contains(granted) {
            names.push(granted.clone());
        }
    }
    names
}

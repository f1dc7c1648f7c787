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

#[cfg(test)]
mod tests {
    use yaopai_model::{Birthday, Held, PictureName};
    use yaopai_testkit::plain_account;

    use super::*;
    use crate::samples;

    fn full() -> Account {
        let mut account = plain_account();
        account.username = Some(Username::parse("zhangsan").unwrap());
        account.phone = Some(Held {
            value: Phone::parse("13800138009").unwrap(),
            proven_at: None,
        });
        account.email = Some(Held {
            value: Email::parse("zhang@example.com").unwrap(),
            proven_at: None,
        });
        account.role = Role::Admin;
        account.profile.nickname = Some(Nickname::parse("张三").unwrap());
        account.profile.gender = Some(Gender::Male);
        account.profile.birthday = Some(Birthday::at(Timestamp::from_millis(631_209_600_000)).unwrap());
        account.profile.avatar = Some(PictureName::parse("0123456789abcdef0123456789abcdef.png").unwrap());
        account.profile.location = Some(Location::parse("广东省深圳市").unwrap());
        account.profile.bio = Some(Bio::parse("一行\n两行").unwrap());
        account.verified_at = Some(Timestamp::from_millis(1_748_720_400_000));
        account.last_sign_in_at = Some(account.created_at);
        account.sign_in_count = 5;
        account.disabled_at = Some(account.created_at);
        account.permissions = vec!["vip".to_owned(), "user".to_owned()];
        account.preferences = Some(r#"{"theme":"dark","notification":false}"#.to_owned());
        account
    }

    fn written(fields: &Fields) -> String {
        serde_json::to_string(fields).unwrap()
    }

    #[test]
    fn what_was_never_said_is_null() {
        let fields = Fields::user(&plain_account(), &samples::settings(), Masking::Whole);
        insta::assert_snapshot!(written(&fields), @r#"{"userId":8,"username":null,"mobile":null,"email":null,"nickname":null,"avatarUrl":null,"gender":null,"birthday":null,"location":null,"bio":null,"registrationTime":"2025-06-01 03:39:40","lastLoginTime":null,"loginCount":0,"isVerified":0,"verificationTime":null,"status":0}"#);
    }

    #[test]
    fn whoever_signs_in_sees_their_address_whole() {
        let settings = WireSettings {
            public_url: Some("https://id.example.com/".to_owned()),
            ..samples::settings()
        };
        insta::assert_snapshot!(written(&Fields::user(&full(), &settings, Masking::Whole)), @r#"{"userId":8,"username":"zhangsan","mobile":"13800138009","email":"zhang@example.com","nickname":"张三","avatarUrl":"https://id.example.com/api/image/0123456789abcdef0123456789abcdef.png","gender":1,"birthday":"1990-01-02","location":"广东省深圳市","bio":"一行\n两行","registrationTime":"2025-06-01 03:39:40","lastLoginTime":"2025-06-01 03:39:40","loginCount":5,"isVerified":1,"verificationTime":"2025-06-01 03:40:00","status":1}"#);
    }

    #[test]
    fn info_masks_and_adds_permissions_and_settings() {
        insta::assert_snapshot!(written(&Fields::info(&full(), &samples::settings()).unwrap()), @r#"{"userId":8,"username":"zhangsan","mobile":"138****8009","email":"z****g@example.com","nickname":"张三","avatarUrl":"/api/image/0123456789abcdef0123456789abcdef.png","gender":1,"birthday":"1990-01-02","location":"广东省深圳市","bio":"一行\n两行","registrationTime":"2025-06-01 03:39:40","lastLoginTime":"2025-06-01 03:39:40","loginCount":5,"isVerified":1,"verificationTime":"2025-06-01 03:40:00","status":1,"permissions":["user","auditor","admin","vip"],"settings":{"theme":"dark","notification":false}}"#);
    }

    #[test]
    fn without_settings_of_its_own_an_account_has_the_default() {
        let info = Fields::info(&plain_account(), &samples::settings()).unwrap();
        assert_eq!(
            written(&info.named_in("settings,permissions")),
            r#"{"permissions":["user"],"settings":{"notification":true,"theme":"light"}}"#
        );
    }

    #[test]
    fn broken_settings_are_a_fault() {
        let mut account = plain_account();
        account.preferences = Some("{".to_owned());
        assert!(matches!(
            Fields::info(&account, &samples::settings()),
            Err(Failure::Fault(_))
        ));
    }

    #[test]
    fn fields_are_chosen_by_name() {
        let chosen = |list: &str| written(&Fields::info(&full(), &samples::settings()).unwrap().named_in(list));
        assert_eq!(
            chosen(" mobile ,nickname,secret,nickname"),
            r#"{"mobile":"138****8009","nickname":"张三"}"#
        );
        assert_eq!(chosen("nosuch"), "{}");
        assert_eq!(chosen(""), chosen(" , ,"));
        assert!(chosen("").contains(r#""userId":8"#));
    }
}

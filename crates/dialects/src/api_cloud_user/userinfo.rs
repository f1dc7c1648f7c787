//! `userinfo/get` and `userinfo/update`

use serde::Serialize;
use yaopai_accounts::ProfileChange;
use yaopai_model::{Account, Gender, Nickname};

use super::app::AppCall;
use super::{decode, envelope};
use crate::http::Reply;
use crate::parameters::Parameters;
use crate::{BadInput, Failure, WireSettings, fields};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserInfo<'a> {
    user_id: &'a str,
    nickname: &'a str,
    /// 1 female, else 0.
    sex: u8,
    /// Milliseconds since the epoch; 0 for none.
    birthday: i64,
    email: &'a str,
    extra: &'a str,
}

/// What the account says of itself.
pub(super) async fn get(for_app: AppCall) -> Result<Reply, Failure> {
    let principal = for_app.principal().await?;
    envelope::own_info(&principal.account, |account| envelope::written(user_info(account)))
}

/// Changes what the account says of itself.
pub(super) async fn update(for_app: AppCall) -> Result<Reply, Failure> {
    let principal = for_app.principal().await?;
    let AppCall { call, parameters, .. } = for_app;
    let change = read_change(&parameters, &call.wires.settings)?;
    call.wires.accounts.change_profile(&principal, change).await?;
    envelope::succeed(())
}

fn user_info(account: &Account) -> UserInfo<'_> {
    let profile = &account.profile;
    UserInfo {
        user_id: account.public_id.as_str(),
        nickname: profile.nickname.as_ref().map_or("", Nickname::as_str),
        sex: match profile.gender {
            Some(Gender::Female) => 1,
            Some(Gender::Male) | None => 0,
        },
        birthday: profile.birthday.map_or(0, |birthday| birthday.instant().as_millis()),
        email: profile.contact_email.as_str(),
        extra: profile.extra.as_str(),
    }
}

/// Only what is present changes. Clients send forms whole: an empty `email` or `extra` is a text like any other, while
/// an empty `nickname`, `sex` or `birthday` says nothing and leaves what is there.
fn read_change(parameters: &Parameters, settings: &WireSettings) -> Result<ProfileChange, BadInput> {
    let nickname = parameters.optional_text("nickname")?;
    Ok(ProfileChange {
        nickname: nickname.map(|text| fields::nickname("nickname", text)).transpose()?,
        gender: decode::sex(parameters)?.map(Some),
        birthday: decode::birthday(parameters, &settings.zone)?,
        contact_email: decode::contact_email(parameters)?,
        extra: decode::extra(parameters)?,
        ..ProfileChange::default()
    })
}

#[cfg(test)]
mod tests {
    use yaopai_model::{Birthday, ContactEmail, Extra, Timestamp};
    use yaopai_testkit::plain_account;

    use super::*;
    use crate::samples;

    fn change(query: &str) -> Result<ProfileChange, BadInput> {
        read_change(&Parameters::parse(query, b"").unwrap(), &samples::settings())
    }

    #[test]
    fn six_fields_are_shown_in_order() {
        let mut account = plain_account();
        let written = |account: &Account| serde_json::to_string(&user_info(account)).unwrap();
        assert_eq!(
            written(&account),
            r#"{"userId":"qpujpkjvoudsylho","nickname":"","sex":0,"birthday":0,"email":"","extra":""}"#
        );
        account.profile.nickname = Some(Nickname::parse("穆仙念").unwrap());
        account.profile.gender = Some(Gender::Female);
        account.profile.birthday = Some(Birthday::at(Timestamp::from_millis(1_707_184_960_286)).unwrap());
        account.profile.contact_email = ContactEmail::parse("我的邮箱").unwrap();
        account.profile.extra = Extra::parse("\"测试\"").unwrap();
        assert_eq!(
            written(&account),
            r#"{"userId":"qpujpkjvoudsylho","nickname":"穆仙念","sex":1,"birthday":1707184960286,"email":"我的邮箱","extra":"\"测试\""}"#
        );
    }

    #[test]
    fn only_what_is_present_changes() {
        let none = change("nickname=&sex=&birthday=&role=root&userId=1").unwrap();
        assert!(none.nickname.is_none() && none.gender.is_none() && none.birthday.is_none());
        assert!(none.contact_email.is_none() && none.extra.is_none());

        let emptied = change("email=&extra=&birthday=0").unwrap();
        assert_eq!(emptied.contact_email, Some(ContactEmail::default()));
        assert_eq!(emptied.extra, Some(Extra::default()));
        assert_eq!(emptied.birthday, Some(None));
        assert!(emptied.nickname.is_none() && emptied.username.is_none() && emptied.bio.is_none());
    }

    #[test]
    fn a_bad_field_refuses_the_whole_change() {
        for (query, problem) in [
            ("nickname=a%0Ab&sex=1", BadInput::Malformed("nickname")),
            ("nickname=ok&sex=3", BadInput::Malformed("sex")),
            ("sex=1&sex=1", BadInput::Repeated("sex")),
            ("extra=%ff", BadInput::Malformed("extra")),
        ] {
            assert_eq!(change(query).err(), Some(problem), "{query}");
        }
        let long = format!("nickname={}", "a".repeat(65));
        assert_eq!(change(&long).err(), Some(BadInput::TooLong("nickname")));
        let long = format!("email={}", "a".repeat(255));
        assert_eq!(change(&long).err(), Some(BadInput::TooLong("email")));
    }
}

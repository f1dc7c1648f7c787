//! `user/info/other`, `user/uid`, `user/info/get`, `user/info/modify`, `user/cover/modify`

use serde::Serialize;
use yaopai_accounts::ProfileChange;
use yaopai_model::{Account, AccountId, Username, UsernameError};

use super::envelope::{own_info, succeed, written};
use super::shown::{PublicAccount, WholeAccount};
use super::{decode, picture_address, shown};
use crate::call::Call;
use crate::http::Reply;
use crate::json::JsonObject;
use crate::{BadInput, Failure, WireSettings};

#[derive(Serialize)]
struct OtherInfo {
    user: PublicAccount,
}

#[derive(Serialize)]
struct Uid {
    uid: i64,
}

#[derive(Serialize)]
struct OwnInfo {
    user_info: WholeAccount,
}

/// What everybody may see of an account, found by its number.
pub(super) async fn info_other(call: Call) -> Result<Reply, Failure> {
    let id = decode::uid_in_query(&call.parameters()?)?;
    let app = call.app_of_host().await?.id;
    let account = call.wires.accounts.account_by_id(app, id).await?;
    let settings = &call.wires.settings;
    let user = account
        .map(|account| PublicAccount::of(&account, settings))
        .unwrap_or_default();
    succeed(OtherInfo { user })
}

/// The number of the account with a username, else 0.
pub(super) async fn uid(call: Call) -> Result<Reply, Failure> {
    let Some(username) = username_sought(call.parameters()?.required_text("name")?)? else {
        return succeed(Uid { uid: 0 });
    };
    let app = call.app_of_host().await?.id;
    let found = call.wires.accounts.account_by_username(app, &username).await?;
    succeed(Uid {
        uid: found.map_or(0, |AccountId(id)| id),
    })
}

/// What the caller's account says of itself.
pub(super) async fn info_get(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    let settings = &call.wires.settings;
    own_info(&principal.account, |account| {
        written(OwnInfo {
            user_info: WholeAccount::of_oneself(account, settings),
        })
    })
}

/// Changes what it says of itself.
pub(super) async fn info_modify(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    let change = profile_change(&decode::body(&call)?, &principal.account, &call.wires.settings)?;
    call.wires.accounts.change_profile(&principal, change).await?;
    succeed(())
}

/// Changes the cover picture.
pub(super) async fn cover_modify(call: Call) -> Result<Reply, Failure> {
    let principal = call.principal().await?;
    let body = decode::body(&call)?;
    let cover = picture_address::parse(body.required_text("spacecover")?, &call.wires.settings)?;
    let change = ProfileChange {
        cover: Some(cover),
        ..ProfileChange::default()
    };
    call.wires.accounts.change_profile(&principal, change).await?;
    succeed(())
}

/// The username that somebody looks for; none where nobody can have such a name.
fn username_sought(text: &str) -> Result<Option<Username>, BadInput> {
    match Username::parse(text) {
        Ok(username) => Ok(Some(username)),
        Err(UsernameError::Malformed) if !text.contains(char::is_control) => Ok(None),
        Err(UsernameError::Empty) => Err(BadInput::Missing("name")),
        Err(UsernameError::TooLong) => Err(BadInput::TooLong("name")),
        Err(UsernameError::Malformed) => Err(BadInput::Malformed("name")),
    }
}

/// Clients send every field back as they were shown it; what comes back so is unchanged. A nickname shown for want of a
/// username does not become one thereby, and a birthday keeps the milliseconds that this wire does not show.
fn profile_change(body: &JsonObject, account: &Account, settings: &WireSettings) -> Result<ProfileChange, Failure> {
    let name = Some(body.required_text("name")?).filter(|name| *name != shown::name(account));
    let avatar = body.text("avatar")?.filter(|avatar| !avatar.is_empty());
    let shown_birthday = shown::birthday(account.profile.birthday, settings);
    let birthday = body
        .text("birthday")?
        .filter(|text| !text.is_empty() && *text != shown_birthday);
    Ok(ProfileChange {
        username: name.map(decode::parse_username).transpose()?,
        gender: decode::gender(body)?,
        birthday: birthday
            .map(|text| decode::parse_birthday(text, &settings.zone))
            .transpose()?,
        bio: decode::sign(body)?,
        avatar: avatar
            .map(|address| picture_address::parse(address, settings))
            .transpose()?,
        ..ProfileChange::default()
    })
}

#[cfg(test)]
mod tests {
    use yaopai_accounts::Refusal;
    use yaopai_model::{Gender, Nickname};

    use super::super::samples::{AVATAR, account, bare_account, body, settings};
    use super::*;

    fn change(json: &str, account: &Account) -> Result<ProfileChange, Failure> {
        profile_change(&body(json), account, &settings(None))
    }

    #[test]
    fn what_comes_back_as_it_was_shown_is_unchanged() {
        let json = r#"{"name":"张三","birthday":"1990-01-01T00:00:00+08:00"}"#;
        let unchanged = change(json, &account()).unwrap();
        assert!(unchanged.username.is_none() && unchanged.birthday.is_none());
        assert!(unchanged.gender.is_none() && unchanged.bio.is_none() && unchanged.avatar.is_none());

        let mut with_nickname = bare_account();
        with_nickname.profile.nickname = Some(Nickname::parse("管理员@").unwrap());
        let json = r#"{"name":"管理员@","avatar":"","birthday":"1970-01-01T00:00:00+08:00","sign":"新"}"#;
        let changed = change(json, &with_nickname).unwrap();
        assert!(changed.username.is_none() && changed.avatar.is_none() && changed.birthday.is_none());
        assert_eq!(changed.bio.unwrap().as_str(), "新");
    }

    #[test]
    fn everything_else_is_changed() {
        let json = format!(
            r#"{{"name":"李四","gender":1,"birthday":"1970-01-01","sign":"","avatar":"/api/image/{AVATAR}","role":3}}"#
        );
        let changed = change(&json, &account()).unwrap();
        assert_eq!(changed.username.unwrap().as_str(), "李四");
        assert_eq!(changed.gender, Some(Some(Gender::Male)));
        assert_eq!(changed.birthday, Some(None));
        assert_eq!(changed.bio.unwrap().as_str(), "");
        assert_eq!(changed.avatar.unwrap().as_str(), AVATAR);
    }

    #[test]
    fn a_bad_field_refuses_the_whole_change() {
        let problem = |json: &str| change(json, &account()).err();
        let is = |json: &str, problem_expected| {
            assert!(
                matches!(problem(json), Some(Failure::Input(problem)) if problem == problem_expected),
                "{json}"
            );
        };
        is("{}", BadInput::Missing("name"));
        is(r#"{"name":""}"#, BadInput::Missing("name"));
        is(r#"{"name":"a@b.cn"}"#, BadInput::Malformed("name"));
        is(r#"{"name":"a","birthday":"1990"}"#, BadInput::Malformed("birthday"));
        is(r#"{"name":"a","gender":9}"#, BadInput::Malformed("gender"));
        let foreign = problem(r#"{"name":"a","avatar":"https://evil.example/a.png"}"#);
        assert!(matches!(foreign, Some(Failure::Refused(Refusal::PictureNotOwn))));
    }

    #[test]
    fn names_that_nobody_can_have_are_looked_for_in_vain() {
        assert_eq!(username_sought("13800138000"), Ok(None));
        assert_eq!(username_sought("a@b.cn"), Ok(None));
        assert!(username_sought("张三").unwrap().is_some());
        assert_eq!(username_sought("a\nb"), Err(BadInput::Malformed("name")));
        assert_eq!(username_sought(&"x".repeat(31)), Err(BadInput::TooLong("name")));
    }
}

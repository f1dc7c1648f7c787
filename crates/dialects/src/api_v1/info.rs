//! `user/info/other`, `user/uid`, `user/info/get`, `user/info/modify`, `user/cover/modify`

use serde::Serialize;
use yaopai_accounts::ProfileChange;
use yaopai_model::{Account, AccountId, Username, UsernameError};

use crate::api_v1::envelope::{Reply, succeed};
use crate::api_v1::shown::{PublicAccount, WholeAccount};
use crate::api_v1::{decode, picture_address, shown};
use crate::call::Call;
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
pub(super) async fn info_other(call: Call) -> Reply {
    let id = decode::uid_in_query(&call.parameters()?)?;
    let app = call.app_of_host().await?.id;
    let account = call.wires.accounts.account_by_id(app, id).await?;
    let settings = &call.wires.settings;
    let user = account.map(|account| PublicAccount::of(&account, settings)).unwrap_or_default();
    Ok(succeed(OtherInfo { user }))
}

/// The number of the account with a username, else 0.
pub(super) async fn uid(call: Call) -> Reply {
    let Some(username) = username_sought(call.parameters()?.required_text("name")?)? else {
        return Ok(succeed(Uid { uid: 0 }));
    };
    let app = call.app_of_host().await?.id;
    let found = call.wires.accounts.account_by_username(app, &username).await?;
    Ok(succeed(Uid {
        uid: found.map_or(0, |AccountId(id)| id),
    }))
}

/// What the caller's account says of itself.
pub(super) async fn info_get(call: Call) -> Reply {
    let app = call.app_of_host().await?.id;
    let principal = call.principal(app).await?;
    Ok(succeed(OwnInfo {
        user_info: WholeAccount::of_oneself(&principal.account, &call.wires.settings),
    }))
}

/// Changes what it says of itself.
pub(super) async fn info_modify(call: Call) -> Reply {
    let app = call.app_of_host().await?.id;
    let principal = call.principal(app).await?;
    let change = profile_change(&decode::body(&call)?, &principal.account, &call.wires.settings)?;
    call.wires.accounts.change_profile(&principal, change).await?;
    Ok(succeed(()))
}

/// Changes the cover picture.
pub(super) async fn cover_modify(call: Call) -> Reply {
    let app = call.app_of_host().await?.id;
    let principal = call.principal(app).await?;
    let body = decode::body(&call)?;
    let cover = picture_address::parse(body.required_text("spacecover")?, &call.wires.settings)?;
    let change = ProfileChange {
        cover: Some(cover),
        ..ProfileChange::default()
    };
    call.wires.accounts.change_profile(&principal, change).await?;
    Ok(succeed(()))
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
    let birthday = body.text("birthday")?.filter(|text| !text.is_empty() && *text != shown_birthday);
    Ok(ProfileChange {
        username: name.map(decode::parse_username).transpose()?,
        gender: decode::gender(body)?,
        birthday: birthday.map(|text| decode::parse_birthday(text, &settings.zone)).transpose()?,
        bio: decode::sign(body)?,
        avatar: avatar.map(|address| picture_address::parse(address, settings)).transpose()?,
        ..ProfileChange::default()
    })
}

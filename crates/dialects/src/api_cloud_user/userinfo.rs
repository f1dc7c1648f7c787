//! `userinfo/get` and `userinfo/update`

use axum::response::Response;
use serde::Serialize;
use yaopai_accounts::ProfileChange;
use yaopai_model::{Account, Gender, Nickname};

use super::app::AppCall;
use super::{decode, envelope};
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
pub(super) async fn get(for_app: AppCall) -> Result<Response, Failure> {
    let principal = for_app.principal().await?;
    Ok(envelope::succeed(user_info(&principal.account)))
}

/// Changes what the account says of itself.
pub(super) async fn update(for_app: AppCall) -> Result<Response, Failure> {
    let principal = for_app.principal().await?;
    let AppCall { call, parameters, .. } = for_app;
    let change = read_change(&parameters, &call.wires.settings)?;
    call.wires.accounts.change_profile(&principal, change).await?;
    Ok(envelope::succeed(()))
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

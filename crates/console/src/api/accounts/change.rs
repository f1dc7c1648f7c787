//! Writing to an account.

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use yaopai_accounts::AccountChange;
use yaopai_model::{
    ApiScope, Bio, Birthday, Email, Gender, Location, Nickname, Permission, Phone, Preferences, Username,
};

use super::Meant;
use super::role::RoleName;
use crate::api::call::{ApiCall, DONE, Done, Named, Sent, nullable, unreadable};
use crate::failure::Failure;
use crate::{times, words};

/// What is changed of an account; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeSent {
    username: Option<String>,
    /// A new one is a claim until it is proven, and ends codes and sessions.
    phone: Option<String>,
    /// A new one is a claim until it is proven, and ends codes and sessions.
    email: Option<String>,
    /// 1 to 64 characters.
    nickname: Option<String>,
    /// `male`, `female` or `secret`, or null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    gender: Option<Option<String>>,
    /// A day from 1900 to 2199, or null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, example = "2000-01-31")]
    birthday: Option<Option<String>>,
    /// The signature, up to 500 characters.
    bio: Option<String>,
    /// Up to 100 characters.
    location: Option<String>,
    /// What the `user` wire calls `settings`, up to 8 KiB, or null for the default.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Object>)]
    preferences: Option<Option<Map<String, Value>>>,
}

impl ChangeSent {
    fn read(&self, call: &ApiCall) -> Result<AccountChange, Failure> {
        let language = call.visit.language;
        let username = self.username.as_deref().map(Username::parse).transpose();
        let phone = self.phone.as_deref().map(Phone::parse).transpose();
        let email = self.email.as_deref().map(Email::parse).transpose();
        let nickname = self.nickname.as_deref().map(Nickname::parse).transpose();
        let bio = self.bio.as_deref().map(Bio::parse).transpose();
        let location = self.location.as_deref().map(Location::parse).transpose();
        Ok(AccountChange {
            username: username.map_err(|error| unreadable(words::username(error, language)))?,
            phone: phone.map_err(|_| unreadable(words::phone(language)))?,
            email: email.map_err(|_| unreadable(words::email(language)))?,
            nickname: nickname
                .map_err(|_| Failure::field("nickname：1 至 64 个字符。", "nickname: 1 to 64 characters."))?,
            gender: self
                .gender
                .as_ref()
                .map(|gender| or_null(gender, |name| read_gender(name)))
                .transpose()?,
            birthday: self
                .birthday
                .as_ref()
                .map(|day| or_null(day, |day| read_birthday(day, call)))
                .transpose()?,
            bio: bio.map_err(|_| Failure::field("bio：至多 500 个字符。", "bio: up to 500 characters."))?,
            location: location
                .map_err(|_| Failure::field("location：至多 100 个字符。", "location: up to 100 characters."))?,
            preferences: self
                .preferences
                .as_ref()
                .map(|preferences| or_null(preferences, read_preferences))
                .transpose()?,
        })
    }
}

/// Reads what may be null.
fn or_null<T, U>(sent: &Option<T>, read: impl Fn(&T) -> Result<U, Failure>) -> Result<Option<U>, Failure> {
    sent.as_ref().map(read).transpose()
}

fn read_gender(name: &str) -> Result<Gender, Failure> {
    Gender::from_name(name)
        .ok_or_else(|| Failure::field("gender：male、female 或 secret。", "gender: male, female or secret."))
}

fn read_birthday(day: &str, call: &ApiCall) -> Result<Birthday, Failure> {
    let start = times::parse_day(day, &call.visit.desk.settings.zone);
    let birthday = start.and_then(|start| Birthday::at(start).ok());
    birthday.ok_or_else(|| {
        Failure::field(
            "birthday：1900 至 2199 年间的日期，例如 2000-01-31。",
            "birthday: a day from 1900 to 2199, such as 2000-01-31.",
        )
    })
}

fn read_preferences(object: &Map<String, Value>) -> Result<Preferences, Failure> {
    let written = serde_json::to_string(object).ok();
    let preferences = written.and_then(|written| Preferences::parse(&written).ok());
    preferences.ok_or_else(|| {
        Failure::field(
            "preferences：至多 8 KiB 的 JSON 对象。",
            "preferences: a JSON object of up to 8 KiB.",
        )
    })
}

/// 修改账号 / Changes an account
///
/// All that is sent or nothing. For admins and up, of accounts of lower rank. `phone` and `email` take `accounts.addresses`, too.
#[utoipa::path(
    patch,
    path = "/api/admin/accounts/{id}",
    tag = "accounts",
    params(("id" = i64, Path, description = "Its number", example = 2)),
    request_body = ChangeSent,
    responses((status = 204, description = "It is changed"))
)]
pub(super) async fn change(call: ApiCall, Named(id): Named<String>, Sent(sent): Sent<ChangeSent>) -> Done {
    if sent.phone.is_some() || sent.email.is_some() {
        call.needs(ApiScope::ChangeAddresses)?;
    }
    let change = sent.read(&call)?;
    let meant = Meant::of(&call, &id).await?;
    let accounts = call.accounts();
    accounts
        .change_account(meant.app, call.actor(), meant.id, change)
        .await?;
    DONE
}

/// The role to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleSent {
    role: RoleName,
}

/// 设置角色 / Gives an account a role
///
/// For roots.
#[utoipa::path(
    put,
    path = "/api/admin/accounts/{id}/role",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    request_body = RoleSent,
    responses((status = 204, description = "It has the role"))
)]
pub(super) async fn give_role(call: ApiCall, Named(id): Named<String>, Sent(sent): Sent<RoleSent>) -> Done {
    let meant = Meant::of(&call, &id).await?;
    let accounts = call.accounts();
    accounts
        .set_role(meant.app, call.actor(), meant.id, sent.role.into())
        .await?;
    DONE
}

/// All permissions to grant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PermissionsSent {
    /// Words of 1 to 64 letters, digits and `_ . : -`.
    #[schema(example = json!(["orders:read"]))]
    permissions: Vec<String>,
}

/// 设置附加权限 / Grants an account permissions
///
/// These beyond its role, and no others. Yaopai itself asks for none of them.
#[utoipa::path(
    put,
    path = "/api/admin/accounts/{id}/permissions",
    tag = "accounts",
    params(("id" = i64, Path, description = "The account's number", example = 2)),
    request_body = PermissionsSent,
    responses((status = 204, description = "It has them"))
)]
pub(super) async fn set_permissions(
    call: ApiCall,
    Named(id): Named<String>,
    Sent(sent): Sent<PermissionsSent>,
) -> Done {
    let permissions = sent.permissions.iter().map(|name| Permission::parse(name));
    let permissions: Result<Vec<_>, _> = permissions.collect();
    let permissions = permissions.map_err(|_| {
        Failure::field(
            "permissions：每个由 1 至 64 个英文字母、数字和 _ . : - 组成。",
            "permissions: words of 1 to 64 letters, digits and _ . : -",
        )
    })?;
    let meant = Meant::of(&call, &id).await?;
    let accounts = call.accounts();
    accounts
        .set_permissions(meant.app, call.actor(), meant.id, permissions)
        .await?;
    DONE
}

//! Making an account for somebody.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yaopai_accounts::NewAccount;
use yaopai_model::{ApiScope, Email, Identifier, Password, Phone, Role, Username, draw};

use super::role::RoleName;
use super::shown::AccountShown;
use crate::api::call::{ApiCall, Made, Sent, unreadable};
use crate::failure::Failure;
use crate::words;

/// Characters of a password that is drawn.
const DRAWN_PASSWORD: usize = 16;

/// A new account: at least one of username, phone and e-mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountSent {
    username: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    /// One is drawn, and told in the answer, where it is left out.
    password: Option<String>,
    #[serde(default)]
    role: RoleName,
    /// The number of an app; that of the key's holder where it is left out.
    app: Option<i64>,
}

impl AccountSent {
    fn identifiers(&self, call: &ApiCall) -> Result<Vec<Identifier>, Failure> {
        let language = call.visit.language;
        let username = self.username.as_deref().map(Username::parse).transpose();
        let phone = self.phone.as_deref().map(Phone::parse).transpose();
        let email = self.email.as_deref().map(Email::parse).transpose();
        let identifiers = [
            username
                .map_err(|error| unreadable(words::username(error, language)))?
                .map(Identifier::Username),
            phone
                .map_err(|_| unreadable(words::phone(language)))?
                .map(Identifier::Phone),
            email
                .map_err(|_| unreadable(words::email(language)))?
                .map(Identifier::Email),
        ];
        let identifiers: Vec<_> = identifiers.into_iter().flatten().collect();
        if identifiers.is_empty() {
            return Err(Failure::field(
                "username、phone、email 至少填一项。",
                "username, phone, email: at least one of them.",
            ));
        }
        Ok(identifiers)
    }
}

/// An account that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountMade {
    #[serde(flatten)]
    account: AccountShown,
    /// The password that was drawn, told this once; null where one was sent.
    password: Option<String>,
}

/// 创建账号 / Makes an account
///
/// What is said of its phone and e-mail is a claim until its holder proves it. For admins and up; one with a role for roots, by
/// a key that has `accounts.grant`, too.
#[utoipa::path(
    post,
    path = "/api/admin/accounts",
    tag = "accounts",
    request_body = AccountSent,
    responses((status = 201, description = "It is made", body = AccountMade))
)]
pub(super) async fn create(call: ApiCall, Sent(sent): Sent<AccountSent>) -> Result<Made<AccountMade>, Failure> {
    let role = Role::from(sent.role);
    if role > Role::User {
        call.needs(ApiScope::GrantRoles)?;
    }
    let settings = &call.visit.desk.settings;
    let draw = || draw::text(settings.entropy.as_ref(), draw::ALPHANUMERIC, DRAWN_PASSWORD);
    let drawn = sent.password.is_none().then(draw);
    let password = sent.password.as_deref().or(drawn.as_deref()).unwrap_or_default();
    let password = Password::chosen(password, settings.password_policy)
        .map_err(|error| unreadable(words::password(error, call.visit.language)))?;
    let new = NewAccount {
        identifiers: sent.identifiers(&call)?,
        password,
        role,
    };
    let accounts = call.accounts();
    let account = accounts
        .create_account_by(call.app(sent.app), call.actor(), new)
        .await?;
    Ok(Made(AccountMade {
        account: AccountShown::masked(&account, &settings.zone),
        password: drawn,
    }))
}

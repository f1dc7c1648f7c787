//! The forms on the page of an account.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use yaopai_accounts::{CodeTarget, Error};
use yaopai_model::{Permission, Role};

use super::{Named, single};
use crate::failure::{BadField, Failure};
use crate::operator::OperatorForm;
use crate::session_id;

/// Gives a role.
pub(super) async fn give_role(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let role = Role::parse(sent.form.text("role")).map_err(|_| Failure::BadForm)?;
    let accounts = &operator.visit.desk.accounts;
    let done = accounts.set_role(named.app, operator.actor(), named.id, role).await;
    named.after(operator, done, "saved").await
}

/// Grants permissions, and takes the others.
pub(super) async fn set_permissions(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let names = sent.form.text("permissions").split([' ', ',', '，', '\n', '\r', '\t']);
    let parsed: Result<Vec<_>, _> = names.filter(|name| !name.is_empty()).map(Permission::parse).collect();
    let Ok(permissions) = parsed else {
        return single::page_of_bad_field(operator, named, BAD_PERMISSION).await;
    };
    let accounts = &operator.visit.desk.accounts;
    let done = accounts
        .set_permissions(named.app, operator.actor(), named.id, permissions)
        .await;
    named.after(operator, done, "saved").await
}

const BAD_PERMISSION: BadField = BadField {
    chinese: "权限名只能由 1 至 64 个英文字母、数字和 _ . : - 组成，以空格分隔。",
    english: "Permissions are words of 1 to 64 letters, digits and _ . : - with spaces between them.",
};

/// Disables an account.
pub(super) async fn disable(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    set_disabled(&id, &sent, true).await
}

/// Enables an account again.
pub(super) async fn enable(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    set_disabled(&id, &sent, false).await
}

async fn set_disabled(id: &str, sent: &OperatorForm, disabled: bool) -> Result<Response, Failure> {
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, id).await?);
    let accounts = &operator.visit.desk.accounts;
    let done = accounts
        .set_disabled(named.app, operator.actor(), named.id, disabled)
        .await;
    named
        .after(operator, done, if disabled { "disabled" } else { "enabled" })
        .await
}

/// Deletes an account.
pub(super) async fn delete(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let accounts = &operator.visit.desk.accounts;
    match accounts.delete_account(named.app, operator.actor(), named.id).await {
        Ok(()) => Ok(Redirect::to("/console/accounts?done=deleted").into_response()),
        Err(Error::Refused(refusal)) => single::page_of_refusal(operator, named, refusal).await,
        Err(error) => Err(error.into()),
    }
}

/// Ends the session that is named, or all.
pub(super) async fn end_sessions(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let accounts = &operator.visit.desk.accounts;
    let done = match sent.form.optional("session") {
        Some(id) => {
            let digest = session_id::parse(id).ok_or(Failure::BadForm)?;
            accounts
                .end_session_of(named.app, operator.actor(), named.id, digest)
                .await
        }
        None => accounts.end_sessions_of(named.app, operator.actor(), named.id).await,
    };
    named.after(operator, done, "ended").await
}

/// Sends a code for a new password.
pub(super) async fn send_code(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let target = match sent.form.text("to") {
        "phone" => CodeTarget::Phone,
        "email" => CodeTarget::Email,
        _ => return Err(Failure::BadForm),
    };
    let visit = &operator.visit;
    let accounts = &visit.desk.accounts;
    let done = accounts
        .send_reset_code(named.app, operator.actor(), named.id, target, &visit.caller)
        .await;
    named.after(operator, done, "sent").await
}

/// Forgets the failures in a row.
pub(super) async fn clear_failures(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let accounts = &operator.visit.desk.accounts;
    let done = accounts.clear_failures(named.app, operator.actor(), named.id).await;
    named.after(operator, done, "cleared").await
}

/// Forgets the codes that were sent and guessed at.
pub(super) async fn clear_codes(Path(id): Path<String>, sent: OperatorForm) -> Result<Response, Failure> {
    let (operator, named) = (&sent.operator, Named::of(&sent.operator, &id).await?);
    let accounts = &operator.visit.desk.accounts;
    let done = accounts.clear_code_budget(named.app, operator.actor(), named.id).await;
    named.after(operator, done, "cleared").await
}

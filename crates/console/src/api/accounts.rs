//! Accounts.

mod act;
mod bulk;
mod change;
mod create;
mod list;
mod one;
mod role;
mod shown;
mod sign_in;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yaopai_accounts::Refusal;
use yaopai_model::{AccountId, AppId};

use super::call::ApiCall;
use crate::Desk;
use crate::failure::Failure;

/// The calls that look at accounts.
pub(super) fn reading() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(list::count))
        .routes(routes!(one::get))
        .routes(routes!(sign_in::timeline))
        .routes(routes!(sign_in::obstacles))
}

/// The calls that show what otherwise is masked.
pub(super) fn revealing() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(list::export))
        .routes(routes!(one::reveal))
        .routes(routes!(one::reveal_setting))
}

/// The calls that say who may do what.
pub(super) fn granting() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(change::give_role))
        .routes(routes!(change::set_permissions))
}

/// The call that ends accounts for good.
pub(super) fn deleting() -> OpenApiRouter<Desk> {
    OpenApiRouter::new().routes(routes!(act::delete))
}

/// The calls that make and change them.
pub(super) fn writing() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(bulk::bulk))
        .routes(routes!(change::change))
        .routes(routes!(act::disable))
        .routes(routes!(act::enable))
        .routes(routes!(act::end_sessions))
        .routes(routes!(act::end_session))
        .routes(routes!(act::send_reset_code))
        .routes(routes!(act::clear_failures))
        .routes(routes!(act::clear_code_budget))
}

/// The account that a call is about.
#[derive(Clone, Copy)]
struct Meant {
    app: AppId,
    id: AccountId,
}

impl Meant {
    /// The account of this number, in whichever app it is that the caller looks after.
    ///
    /// # Errors
    /// `NoSuchAccount`.
    async fn of(call: &ApiCall, number: &str) -> Result<Self, Failure> {
        let id = number.parse().map(AccountId).map_err(|_| Refusal::NoSuchAccount)?;
        let app = call.accounts().app_of_account(call.actor(), id).await?;
        Ok(Self { app, id })
    }
}

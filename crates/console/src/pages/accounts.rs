//! Looking after accounts.

mod act;
mod bulk;
mod create;
mod edit;
mod export;
mod list;
mod listing;
mod shown;
mod single;

use axum::response::{IntoResponse, Redirect, Response};
use yaopai_accounts::{Error, Outcome};
use yaopai_model::{AccountId, AppId};

use crate::failure::Failure;
use crate::operator::Operator;
use crate::routes::RouteTable;

/// Adds the pages of accounts.
pub(super) fn add_routes(table: RouteTable) -> RouteTable {
    table
        .get("/accounts", list::show)
        .post("/accounts/bulk", bulk::act)
        .post("/accounts/export", export::send)
        .get("/accounts/new", create::show)
        .post("/accounts/new", create::create)
        .get("/accounts/{id}", single::show)
        .get("/accounts/{id}/edit", edit::show)
        .post("/accounts/{id}/edit", edit::save)
        .post("/accounts/{id}/reveal", single::reveal)
        .post("/accounts/{id}/role", act::give_role)
        .post("/accounts/{id}/permissions", act::set_permissions)
        .post("/accounts/{id}/disable", act::disable)
        .post("/accounts/{id}/enable", act::enable)
        .post("/accounts/{id}/delete", act::delete)
        .post("/accounts/{id}/end-sessions", act::end_sessions)
        .post("/accounts/{id}/send-code", act::send_code)
        .post("/accounts/{id}/clear-failures", act::clear_failures)
        .post("/accounts/{id}/clear-codes", act::clear_codes)
}

/// The account that an address names, and the app it is of.
#[derive(Clone, Copy)]
struct Named {
    app: AppId,
    id: AccountId,
}

impl Named {
    /// Reads the number in an address.
    ///
    /// # Errors
    /// [`Failure::NotFound`] where it is none; a refusal where the operator looks after no such account.
    async fn of(operator: &Operator, id: &str) -> Result<Self, Failure> {
        let id = AccountId(id.parse().map_err(|_| Failure::NotFound)?);
        let accounts = &operator.visit.desk.accounts;
        let app = accounts.app_of_account(operator.actor(), id).await?;
        Ok(Self { app, id })
    }

    fn address(self) -> String {
        format!("/console/accounts/{}", self.id.0)
    }

    /// What follows a form on the page of an account: the page again, with what came of it.
    async fn after(self, operator: &Operator, done: Outcome<()>, notice: &str) -> Result<Response, Failure> {
        match done {
            Ok(()) => Ok(Redirect::to(&format!("{}?done={notice}", self.address())).into_response()),
            Err(Error::Refused(refusal)) => single::page_of_refusal(operator, self, refusal).await,
            Err(error) => Err(error.into()),
        }
    }
}

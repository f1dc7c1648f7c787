//! Leaving the console.

use axum::response::{IntoResponse, Redirect, Response};
use yaopai_model::SessionScope;

use crate::failure::Failure;
use crate::operator::OperatorForm;

/// Ends the session of this browser.
pub(crate) async fn sign_out(sent: OperatorForm) -> Result<Response, Failure> {
    let visit = &sent.operator.visit;
    visit
        .desk
        .accounts
        .end_page_session(&sent.operator.session, &visit.caller)
        .await?;
    let mut response = Redirect::to("/console/sign-in").into_response();
    visit.set_page_key(response.headers_mut(), SessionScope::Console, None);
    Ok(response)
}

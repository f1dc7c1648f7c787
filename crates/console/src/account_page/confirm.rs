//! Showing that it is still oneself, before a page that asks for it.

use axum::response::{IntoResponse as _, Redirect, Response};

use super::HOME;
use super::holder::HolderForm;
use crate::failure::Failure;
use crate::pages::local_or;

/// Asks for the password or a code, and goes on.
pub(super) async fn confirm(sent: HolderForm) -> Result<Response, Failure> {
    sent.confirmed()?;
    Ok(Redirect::to(local_or(sent.form.raw("next"), HOME)).into_response())
}

//! Ending sessions.

use axum::response::Response;

use super::go;
use super::holder::HolderForm;
use crate::failure::Failure;
use crate::session_id;

/// Ends one.
pub(super) async fn end(sent: HolderForm) -> Result<Response, Failure> {
    let digest = session_id::parse(sent.form.text("session")).ok_or(Failure::BadForm)?;
    let holder = &sent.holder;
    let accounts = &holder.visit.desk.accounts;
    accounts
        .end_own_session(&holder.session, digest, &holder.visit.caller)
        .await?;
    Ok(go("/account/security", "ended"))
}

/// Ends all but this one.
pub(super) async fn end_others(sent: HolderForm) -> Result<Response, Failure> {
    let holder = &sent.holder;
    let accounts = &holder.visit.desk.accounts;
    accounts
        .end_other_sessions(&holder.session, &holder.visit.caller)
        .await?;
    Ok(go("/account/security", "ended"))
}

//! `login`

use yaopai_accounts::{FailureRule, Refusal};
use yaopai_model::{Identifier, SessionKind};

use super::register::welcome;
use crate::call::Call;
use crate::http::Reply;
use crate::json::KeyCase;
use crate::{Failure, fields};

/// Signs in by password. What cannot be an account's name is answered as an unknown one is.
pub(super) async fn login(call: Call) -> Result<Reply, Failure> {
    let body = call.json(KeyCase::Exact)?;
    let account = body.required_text("account")?;
    let password = fields::presented_password("password", body.required_text("password")?)?;
    let identifier = Identifier::parse(account).map_err(|_| Refusal::WrongCredentials)?;
    let app = call.app_of_host().await?;
    let signed_in = call
        .wires
        .accounts
        .sign_in_with_password(
            app.id,
            &identifier,
            password,
            FailureRule::Wait,
            SessionKind::Week,
            call.caller(),
        )
        .await?;
    welcome(&call, &signed_in)
}

//! `register`

use serde::Serialize;
use yaopai_accounts::SignedIn;
use yaopai_model::limits::EMAIL_BYTES;
use yaopai_model::{Identifier, TokenUse};

use super::envelope;
use super::profile::{Fields, Masking};
use crate::call::Call;
use crate::http::Reply;
use crate::json::KeyCase;
use crate::{BadInput, Failure, fields};

#[derive(Serialize)]
struct Welcome {
    user: Fields,
    token: String,
}

/// Makes an account and signs it in.
pub(super) async fn register(call: Call) -> Result<Reply, Failure> {
    let body = call.json(KeyCase::Exact)?;
    let identifier = read_account(body.required_text("account")?)?;
    let policy = call.wires.settings.password_policy;
    let password = fields::chosen_password("password", body.required_text("password")?, policy)?;
    let app = call.app_of_host().await?;
    let signed_in = call
        .wires
        .accounts
        .register_without_proof(app.id, identifier, password, call.caller())
        .await?;
    welcome(&call, &signed_in)
}

/// The answer to whoever has just signed in.
pub(super) fn welcome(call: &Call, signed_in: &SignedIn) -> Result<Reply, Failure> {
    envelope::succeed(Welcome {
        user: Fields::user(&signed_in.account, &call.wires.settings, Masking::Whole),
        token: call.encode_token(&signed_in.token(TokenUse::Session)),
    })
}

fn read_account(text: &str) -> Result<Identifier, BadInput> {
    if text.len() > EMAIL_BYTES {
        return Err(BadInput::TooLong("account"));
    }
    Identifier::parse(text).map_err(|_| BadInput::Malformed("account"))
}

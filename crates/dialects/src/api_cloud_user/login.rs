//! `login/psw` and `login/code`

use serde::Serialize;
use yaopai_accounts::{FailureRule, PresentedCode, SignedIn};
use yaopai_model::{Address, Identifier, Purpose, SessionKind, TokenUse};

use super::app::AppCall;
use super::{decode, envelope};
use crate::call::Call;
use crate::http::Reply;
use crate::{Failure, fields};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Login<'a> {
    user_id: &'a str,
    token: String,
    /// Milliseconds since the epoch.
    token_expire: i64,
}

/// Signs in by password.
pub(super) async fn by_password(for_app: AppCall) -> Result<Reply, Failure> {
    let AppCall { call, app, parameters } = for_app;
    let phone = Identifier::Phone(decode::phone(&parameters)?);
    let password = fields::presented_password("password", parameters.required_text("password")?)?;
    let signed_in = call
        .wires
        .accounts
        .sign_in_with_password(
            app,
            &phone,
            password,
            FailureRule::Wait,
            SessionKind::Week,
            call.caller(),
        )
        .await?;
    welcome(&call, &signed_in)
}

/// Signs in by code.
pub(super) async fn by_code(for_app: AppCall) -> Result<Reply, Failure> {
    let bearer = for_app.token()?;
    let AppCall { call, app, parameters } = for_app;
    let address = Address::Phone(decode::phone(&parameters)?);
    let presented = PresentedCode {
        address: &address,
        code: decode::code(&parameters)?,
        purpose: Purpose::SignIn,
        bearer: bearer.as_ref(),
        rule: FailureRule::Wait,
    };
    let signed_in = call
        .wires
        .accounts
        .sign_in_with_code(app, presented, SessionKind::Week, call.caller())
        .await?;
    welcome(&call, &signed_in)
}

fn welcome(call: &Call, signed_in: &SignedIn) -> Result<Reply, Failure> {
    let token = signed_in.token(TokenUse::Session);
    envelope::succeed(Login {
        user_id: token.public_id.as_str(),
        token: call.encode_token(&token),
        token_expire: token.expires_at.as_millis(),
    })
}

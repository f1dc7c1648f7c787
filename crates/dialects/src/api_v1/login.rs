//! `user/login`, `user/login/email`

use serde::Serialize;
use yaopai_accounts::{FailureRule, PresentedCode, SignedIn};
use yaopai_model::{Address, Identifier, Purpose, SessionKind, TokenUse};

use super::decode;
use super::envelope::succeed;
use crate::Failure;
use crate::call::Call;
use crate::http::Reply;

/// Tokens for clients of both eras.
#[derive(Serialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
    token: String,
}

/// Signs in by password.
pub(super) async fn login(call: Call) -> Result<Reply, Failure> {
    let body = decode::body(&call)?;
    let identifier = Identifier::Email(decode::email(&body)?);
    let password = decode::presented_password(&body)?;

    let app = call.app_of_host().await?.id;
    let (rule, kind) = (FailureRule::Challenge, SessionKind::Fortnight);
    let accounts = &call.wires.accounts;
    let signed_in = accounts
        .sign_in_with_password(app, &identifier, password, rule, kind, call.caller())
        .await?;
    tokens(&call, &signed_in)
}

/// Signs in by a one-time code.
pub(super) async fn login_email(call: Call) -> Result<Reply, Failure> {
    let body = decode::body(&call)?;
    let address = Address::Email(decode::email(&body)?);
    let code = decode::code(&body)?;

    let app = call.app_of_host().await?.id;
    let bearer = call.bearer();
    let presented = PresentedCode {
        address: &address,
        code,
        purpose: Purpose::Any,
        bearer: bearer.as_ref(),
        rule: FailureRule::Challenge,
    };
    let accounts = &call.wires.accounts;
    let signed_in = accounts
        .sign_in_with_code(app, presented, SessionKind::Fortnight, call.caller())
        .await?;
    tokens(&call, &signed_in)
}

fn tokens(call: &Call, signed_in: &SignedIn) -> Result<Reply, Failure> {
    let text = |token_use| call.encode_token(&signed_in.token(token_use));
    succeed(Tokens {
        access_token: text(TokenUse::Access),
        refresh_token: text(TokenUse::Refresh),
        token: text(TokenUse::Session),
    })
}

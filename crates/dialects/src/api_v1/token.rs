//! `user/token/refresh`

use serde::Serialize;
use yaopai_accounts::Refusal;

use super::envelope::succeed;
use crate::Failure;
use crate::call::Call;
use crate::http::Reply;

#[derive(Serialize)]
struct AccessToken {
    token: String,
}

/// A new access token for the refresh token in `Authorization`.
pub(super) async fn token_refresh(call: Call) -> Result<Reply, Failure> {
    let refresh_token = call.bearer().ok_or(Refusal::NotSignedIn)?;
    let app = call.app_of_host().await?.id;
    let access_token = call.wires.accounts.refresh(app, &refresh_token).await?;
    succeed(AccessToken {
        token: call.encode_token(&access_token),
    })
}

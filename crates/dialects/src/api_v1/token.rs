//! `user/token/refresh`

use serde::Serialize;
use yaopai_accounts::Refusal;

use crate::api_v1::envelope::{Reply, succeed};
use crate::call::Call;

#[derive(Serialize)]
struct AccessToken {
    token: String,
}

/// A new access token for the refresh token in `Authorization`.
pub(super) async fn token_refresh(call: Call) -> Reply {
    let refresh_token = call.bearer().ok_or(Refusal::NotSignedIn)?;
    let app = call.app_of_host().await?.id;
    let access_token = call.wires.accounts.refresh(app, &refresh_token).await?;
    Ok(succeed(AccessToken {
        token: call.encode_token(&access_token),
    }))
}

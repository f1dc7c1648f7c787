//! The slider, as an honest client sees it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use yaopai_pictures::solver::solve;

use super::{Client, query};

/// Draws a slider for an address and solves it from its pictures alone.
pub(crate) async fn pass_slider(client: &Client, email: &str) {
    let drawn = client
        .get(&format!("/api/v1/captcha/get{}", query(&[("email", email)])))
        .await
        .data();
    let slider = &drawn["slider_captcha"];
    let picture = |name: &str| BASE64.decode(slider[name].as_str().unwrap()).unwrap();
    let y = u32::try_from(slider["y"].as_u64().unwrap()).unwrap();
    let x = solve(&picture("bg_img"), &picture("slider_img"), y).unwrap();
    let answer = json!({ "email": email, "x": x });
    client.post_json("/api/v1/captcha/validate", &answer).await.data();
}

//! `captcha/get`, `captcha/validate`

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Serialize;
use yaopai_accounts::SliderPictures;

use super::decode;
use super::envelope::succeed;
use crate::call::Call;
use crate::http::Reply;
use crate::{BadInput, Failure};

#[derive(Serialize)]
struct Captcha {
    slider_captcha: Slider,
}

/// Pictures in base64 (RFC 4648, section 4), without `data:` before them.
#[derive(Serialize)]
struct Slider {
    slider_img: String,
    bg_img: String,
    y: u32,
}

impl Slider {
    fn of(pictures: &SliderPictures) -> Self {
        Self {
            slider_img: BASE64.encode(&pictures.piece),
            bg_img: BASE64.encode(&pictures.background),
            y: pictures.y,
        }
    }
}

/// Draws a slider.
pub(super) async fn get(call: Call) -> Result<Reply, Failure> {
    let email = decode::email_in_query(&call.parameters()?)?;
    let app = call.app_of_host().await?.id;
    let pictures = call.wires.accounts.draw_challenge(app, &email, call.caller()).await?;
    succeed(Captcha {
        slider_captcha: Slider::of(&pictures),
    })
}

/// Takes the answer to it.
pub(super) async fn validate(call: Call) -> Result<Reply, Failure> {
    let body = decode::body(&call)?;
    let email = decode::email(&body)?;
    let x = body.integer("x")?.ok_or(BadInput::Missing("x"))?;

    let app = call.app_of_host().await?.id;
    call.wires
        .accounts
        .answer_challenge(app, &email, x, call.caller())
        .await?;
    succeed(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_in_plain_base64() {
        let pictures = SliderPictures {
            background: vec![0xfb, 0xff],
            piece: vec![1],
            y: 42,
        };
        let slider = serde_json::to_string(&Slider::of(&pictures)).unwrap();
        assert_eq!(slider, r#"{"slider_img":"AQ==","bg_img":"+/8=","y":42}"#);
    }
}

//! A signed `POST` to the operator's own gateway.

use std::error::Error;

use aws_lc_rs::hmac;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode};
use serde::Serialize;
use url::Url;
use yaopai_model::limits::{DELIVERY_DEADLINE, IDLE_CHANNEL_CONNECTIONS};

use crate::{Body, Message, SendError, SetupError, text};

/// Carries `sha256=` and the lower-case hexadecimal HMAC-SHA256 of the body's bytes, keyed with the webhook's secret.
pub const SIGNATURE_HEADER: &str = "X-Yaopai-Signature";

/// Sends one-time codes as `POST` with a JSON body
/// `{"id","to","code","purpose","app_id","ttl_seconds","text"}`, signed in [`SIGNATURE_HEADER`].
///
/// `purpose` is `register`, `reset_password`, `sign_in`, `any` or `confirm`; `text` is a short message ready to be sent, for
/// gateways that take free text. Any 2xx means taken. A 4xx is permanent, except 408 and 429; everything else, a
/// redirect included, is temporary. Redirects are not followed, proxies in the environment are ignored, and the body
/// of the answer is not read.
///
/// Certificates are checked against Mozilla's roots, which are compiled in, and the machine's own store.
pub struct WebhookChannel {
    client: Client,
    url: Url,
    key: hmac::Key,
}

#[derive(Serialize)]
struct Payload<'a> {
    id: &'a str,
    to: &'a str,
    code: &'a str,
    purpose: &'static str,
    app_id: &'a str,
    ttl_seconds: u32,
    text: &'a str,
}

impl WebhookChannel {
    /// A channel to `url` (`http` or `https`; a user and password in it are sent as Basic authentication), signing
    /// with `secret`.
    ///
    /// # Errors
    /// [`SetupError::WebhookUrl`], [`SetupError::WebhookSecret`] when it is empty, [`SetupError::Tls`].
    pub fn new(url: &str, secret: &str) -> Result<Self, SetupError> {
        let url = Url::parse(url).map_err(|_| SetupError::WebhookUrl("not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SetupError::WebhookUrl("it has to begin with https:// or http://"));
        }
        if secret.is_empty() {
            return Err(SetupError::WebhookSecret);
        }
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
        let roots: Result<Vec<_>, _> = roots.map(|root| Certificate::from_der(root)).collect();
        let client = roots.and_then(|roots| {
            Client::builder()
                // Beside the machine's store, which in a bare container is missing.
                .tls_certs_merge(roots)
                .redirect(Policy::none())
                .no_proxy()
                .timeout(DELIVERY_DEADLINE)
                .connect_timeout(DELIVERY_DEADLINE)
                .pool_max_idle_per_host(IDLE_CHANNEL_CONNECTIONS)
                .user_agent(concat!("yaopai/", env!("CARGO_PKG_VERSION")))
                .build()
        });
        Ok(Self {
            client: client.map_err(|error| SetupError::Tls(innermost(&error)))?,
            url,
            key: hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()),
        })
    }

    pub(crate) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let body = payload(message)?;
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(SIGNATURE_HEADER, self.signature(&body))
            .body(body);
        match request.send().await {
            Ok(response) => judge(response.status()),
            Err(error) => Err(SendError::temporary(format!(
                "webhook 连接失败 / cannot reach the webhook: {}",
                innermost(&error)
            ))),
        }
    }

    fn signature(&self, body: &[u8]) -> String {
        let tag = hmac::sign(&self.key, body);
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256={hex}")
    }
}

fn payload(message: &Message) -> Result<Vec<u8>, SendError> {
    let Body::Code {
        code,
        purpose,
        ttl_seconds,
    } = &message.body
    else {
        return Err(SendError::permanent(
            "webhook 只传送验证码 / the webhook carries one-time codes only",
        ));
    };
    let text = text::code_sms(&message.app_name, code, *purpose, *ttl_seconds).map_err(SendError::unwritable)?;
    serde_json::to_vec(&Payload {
        id: &message.id,
        to: &message.to,
        code,
        purpose: purpose.as_str(),
        app_id: &message.app_id,
        ttl_seconds: *ttl_seconds,
        text: &text,
    })
    .map_err(SendError::unwritable)
}

fn judge(status: StatusCode) -> Result<(), SendError> {
    if status.is_success() {
        return Ok(());
    }
    let reason = format!("webhook 返回 HTTP {0} / the webhook answered HTTP {0}", status.as_u16());
    let later = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    if status.is_client_error() && !later {
        Err(SendError::permanent(reason))
    } else {
        Err(SendError::temporary(reason))
    }
}

/// The root of an error: the operating system's or the TLS library's words. The outer layers are reqwest's own; they
/// name the URL, and that may hold a password.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if cause.is::<reqwest::Error>() {
        "unknown".to_owned()
    } else {
        cause.to_string()
    }
}

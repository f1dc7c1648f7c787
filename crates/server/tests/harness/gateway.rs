//! An SMS gateway: takes what is posted to it if its signature is right.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;

use super::{Home, eventually};

/// The key that signatures are made with.
pub(crate) const SECRET: &str = "webhook-secret-of-the-tests";

/// The gateway's end of the wire.
#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) url: String,
    desk: Desk,
}

#[derive(Clone)]
struct Desk {
    messages: Arc<Mutex<Vec<Value>>>,
    received: Arc<Mutex<BTreeMap<String, usize>>>,
    answer: Arc<AtomicU16>,
}

impl Gateway {
    /// Opens a gateway that takes everything.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/sms", listener.local_addr().unwrap());
        let desk = Desk {
            messages: Arc::default(),
            received: Arc::default(),
            answer: Arc::new(AtomicU16::new(204)),
        };
        let router = Router::new().route("/sms", post(take)).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, desk }
    }

    /// Has whatever is started in `home` send codes here; the secret comes from a file.
    pub(crate) fn serve(&self, home: &mut Home) {
        let secret = home.write("webhook-secret", &format!("{SECRET}\n"));
        home.set("YAOPAI_SMS__CHANNEL", "webhook");
        home.set("YAOPAI_SMS__WEBHOOK__URL", &self.url);
        home.set("YAOPAI_SMS__WEBHOOK__SECRET_FILE", &secret.display().to_string());
    }

    /// Answers with `status` from now on; messages are kept all the same.
    pub(crate) fn answer_with(&self, status: u16) {
        self.desk.answer.store(status, Ordering::SeqCst);
    }

    /// The next message to a number, which is taken away.
    pub(crate) async fn message_to(&self, number: &str) -> Value {
        eventually("a message at the gateway", || self.take_message(number)).await
    }

    /// The code in the next message to a number.
    pub(crate) async fn code_to(&self, number: &str) -> String {
        self.message_to(number).await["code"].as_str().unwrap().to_owned()
    }

    /// How many messages have come and not been taken away.
    pub(crate) fn waiting(&self) -> usize {
        self.desk.messages.lock().unwrap().len()
    }

    /// How many messages have ever come to each number.
    pub(crate) fn received(&self) -> BTreeMap<String, usize> {
        self.desk.received.lock().unwrap().clone()
    }

    fn take_message(&self, number: &str) -> Option<Value> {
        let mut messages = self.desk.messages.lock().unwrap();
        let at = messages.iter().position(|message| message["to"] == number)?;
        Some(messages.remove(at))
    }
}

async fn take(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !is_signed(&headers, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    let message: Value = serde_json::from_slice(&body).unwrap();
    let number = message["to"].as_str().unwrap().to_owned();
    *desk.received.lock().unwrap().entry(number).or_default() += 1;
    desk.messages.lock().unwrap().push(message);
    StatusCode::from_u16(desk.answer.load(Ordering::SeqCst)).unwrap()
}

fn is_signed(headers: &HeaderMap, body: &[u8]) -> bool {
    let shown = headers.get("X-Yaopai-Signature").and_then(|value| value.to_str().ok());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), body);
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    shown == Some(&format!("sha256={hex}"))
}

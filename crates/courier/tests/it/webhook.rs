//! Codes posted to a gateway on a loopback port.

use std::time::Duration;

use yaopai_courier::{Body, Channel, Message, Notice, SendError, SetupError, WebhookChannel};
use yaopai_model::Purpose;
use yaopai_model::limits::DELIVERY_DEADLINE;

use crate::gateway::Gateway;

const SECRET: &str = "webhook-secret";

fn channel(url: &str) -> Channel {
    Channel::Webhook(WebhookChannel::new(url, SECRET).unwrap())
}

fn message(body: Body) -> Message {
    Message {
        id: "m-42".into(),
        to: "+8613800138000".into(),
        body,
        app_id: "app1".into(),
        app_name: "腰牌\"相机".into(),
    }
}

fn code_message(purpose: Purpose) -> Message {
    message(Body::Code {
        code: "042917".into(),
        purpose,
        ttl_seconds: 300,
    })
}

fn answer(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
}

async fn outcome_of(answer: String) -> Result<(), SendError> {
    let gateway = Gateway::open(Some(answer)).await;
    let outcome = channel(&gateway.url).send(&code_message(Purpose::Register)).await;
    assert_eq!(gateway.requests().len(), 1, "one attempt is one request");
    outcome
}

#[tokio::test]
async fn the_body_is_these_bytes_and_signed() {
    let gateway = Gateway::open(Some(answer("200 OK"))).await;
    assert_eq!(
        channel(&gateway.url).send(&code_message(Purpose::ResetPassword)).await,
        Ok(())
    );
    let [request] = &gateway.requests()[..] else {
        panic!("one request")
    };
    assert_eq!(
        String::from_utf8(request.body.clone()).unwrap(),
        "{\"id\":\"m-42\",\"to\":\"+8613800138000\",\"code\":\"042917\",\"purpose\":\"reset_password\",\
         \"app_id\":\"app1\",\"ttl_seconds\":300,\"text\":\"【腰牌\\\"相机】验证码 042917，您正在重置密码，5 分钟内有效。\
         请勿告诉他人，如非本人操作请忽略。\"}"
    );
    assert!(
        request.head.starts_with("POST /sms?key=in-the-url HTTP/1.1\r\n"),
        "{}",
        request.head
    );
    assert_eq!(request.header("content-type"), Some("application/json"));
    // As another implementation of HMAC-SHA256 has it.
    let signature = "sha256=d4f5ce18fa539df341808291546f99907974e3e6ad23afcc101a077831601d70";
    assert_eq!(request.header("x-yaopai-signature"), Some(signature));
}

#[tokio::test]
async fn every_purpose_has_its_documented_name() {
    let gateway = Gateway::open(Some(answer("204 No Content"))).await;
    let channel = channel(&gateway.url);
    for purpose in Purpose::ALL {
        assert_eq!(channel.send(&code_message(purpose)).await, Ok(()));
    }
    let bodies: Vec<String> = gateway
        .requests()
        .into_iter()
        .map(|request| String::from_utf8(request.body).unwrap())
        .collect();
    for (body, name) in bodies.iter().zip(["register", "reset_password", "sign_in", "any"]) {
        assert!(body.contains(&format!("\"purpose\":\"{name}\"")), "{body}");
    }
}

#[tokio::test]
async fn the_status_decides() {
    for status in ["200 OK", "201 Created", "202 Accepted", "299 Fine"] {
        assert_eq!(outcome_of(answer(status)).await, Ok(()), "{status}");
    }
    for status in [
        "400 Bad Request",
        "401 Unauthorized",
        "404 Not Found",
        "410 Gone",
        "422 Unprocessable",
    ] {
        let outcome = outcome_of(answer(status)).await;
        let Err(SendError::Permanent(reason)) = outcome else {
            panic!("{status}: {outcome:?}")
        };
        assert!(reason.as_str().contains(status.split(' ').next().unwrap()), "{reason}");
    }
    for status in [
        "408 Request Timeout",
        "429 Too Many Requests",
        "500 Oops",
        "502 Bad Gateway",
        "503 Busy",
    ] {
        let outcome = outcome_of(answer(status)).await;
        let Err(SendError::Temporary(reason)) = outcome else {
            panic!("{status}: {outcome:?}")
        };
        assert!(reason.as_str().contains(status.split(' ').next().unwrap()), "{reason}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let outcome = outcome_of("HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n".into()).await;
    assert!(matches!(outcome, Err(SendError::Temporary(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_long_answer_is_not_waited_for() {
    let length = 10_000_000;
    assert_eq!(
        outcome_of(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nonly this")).await,
        Ok(())
    );
}

#[tokio::test]
async fn nonsense_and_nobody_are_temporary_and_the_reason_names_no_secret() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let unreachable = channel(&format!("http://user:hunter2@{nobody}/?key=in-the-url"));
    let refused = unreachable.send(&code_message(Purpose::Any)).await;
    for outcome in [outcome_of("220 mail.example ESMTP\r\n".into()).await, refused] {
        let Err(SendError::Temporary(reason)) = outcome else {
            panic!("{outcome:?}")
        };
        for secret in ["042917", SECRET, "hunter2", "in-the-url"] {
            assert!(!reason.as_str().contains(secret), "{reason}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_gateway_is_given_up_at_the_deadline() {
    let gateway = Gateway::open(None).await;
    let channel = channel(&gateway.url);
    let message = code_message(Purpose::Register);
    let outcome = tokio::time::timeout(DELIVERY_DEADLINE + Duration::from_millis(1), channel.send(&message)).await;
    assert!(matches!(outcome, Ok(Err(SendError::Temporary(_)))), "{outcome:?}");
}

#[tokio::test]
async fn a_notice_is_not_for_the_webhook() {
    let gateway = Gateway::open(Some(answer("200 OK"))).await;
    let outcome = channel(&gateway.url)
        .send(&message(Body::Notice(Notice::EmailChanged)))
        .await;
    assert!(matches!(outcome, Err(SendError::Permanent(_))), "{outcome:?}");
    assert_eq!(gateway.requests().len(), 0);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let refusal = |url, secret| WebhookChannel::new(url, secret).err();
    assert_eq!(refusal("https://sms.example/send", "k"), None);
    for url in ["", "sms.example/send", "ftp://sms.example/", "http://"] {
        assert!(matches!(refusal(url, "k"), Some(SetupError::WebhookUrl(_))), "{url}");
    }
    assert_eq!(refusal("https://sms.example/send", ""), Some(SetupError::WebhookSecret));
}

//! Mails through a real SMTP server on a loopback port.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use lettre::transport::smtp::client::Certificate;
use mail_parser::MessageParser;
use mailin_embedded::response::{AUTH_OK, INTERNAL_ERROR, INVALID_CREDENTIALS, NO_MAILBOX, OK};
use mailin_embedded::{AuthMechanism, Handler, Response, Server, SslConfig};
use tokio::sync::mpsc::Sender;
use yaopai_model::Purpose;
use yaopai_model::limits::DELIVERY_DEADLINE;

use super::SmtpChannel;
use crate::{Body, Channel, Message, Notice, SendError};

const FROM: &str = "腰牌 <no-reply@yaopai.example>";

#[derive(Clone, Default)]
struct Mailroom(Arc<Mutex<Seen>>);

/// What the server saw.
#[derive(Clone, Default)]
struct Seen {
    greetings: usize,
    logins: Vec<(String, String)>,
    recipients: Vec<String>,
    mails: Vec<Vec<u8>>,
}

/// Stops the server at the end of a mail: it reports there and waits for leave.
struct Gate {
    reached: Sender<()>,
    leave: mpsc::Receiver<()>,
}

#[derive(Clone)]
struct Clerk {
    room: Mailroom,
    mail: Vec<u8>,
    gate: Arc<Mutex<Option<Gate>>>,
}

impl Handler for Clerk {
    fn helo(&mut self, _ip: IpAddr, _domain: &str) -> Response {
        self.room.0.lock().unwrap().greetings += 1;
        OK
    }

    fn auth_plain(&mut self, _authorization: &str, user: &str, password: &str) -> Response {
        self.room.0.lock().unwrap().logins.push((user.into(), password.into()));
        if password == "p@ss:wörd" {
            AUTH_OK
        } else {
            INVALID_CREDENTIALS
        }
    }

    fn rcpt(&mut self, to: &str) -> Response {
        match to {
            "nobody@example.org" => NO_MAILBOX,
            "later@example.org" => INTERNAL_ERROR,
            _ => {
                self.room.0.lock().unwrap().recipients.push(to.into());
                OK
            }
        }
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.mail.extend_from_slice(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        if let Some(gate) = self.gate.lock().unwrap().take() {
            gate.reached.blocking_send(()).unwrap();
            gate.leave.recv().unwrap();
        }
        self.room.0.lock().unwrap().mails.push(std::mem::take(&mut self.mail));
        OK
    }
}

impl Mailroom {
    fn seen(&self) -> Seen {
        self.0.lock().unwrap().clone()
    }

    /// Opens a server; it runs until the tests end.
    fn open(&self, tls: Option<SslConfig>, gate: Option<Gate>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let clerk = Clerk {
            room: self.clone(),
            mail: Vec::new(),
            gate: Arc::new(Mutex::new(gate)),
        };
        let mut server = Server::new(clerk);
        server.with_name("mail.example").with_tcp_listener(listener);
        if let Some(tls) = tls {
            server.with_ssl(tls).unwrap().with_auth(AuthMechanism::Plain);
        }
        std::thread::spawn(move || drop(server.serve()));
        port
    }
}

fn plain_channel(port: u16) -> Channel {
    Channel::Smtp(SmtpChannel::new(&format!("smtp://127.0.0.1:{port}"), FROM).unwrap())
}

fn message(to: &str, body: Body) -> Message {
    Message {
        id: "m-42".into(),
        to: to.into(),
        body,
        app_id: "app1".into(),
        app_name: "腰牌<相机>".into(),
    }
}

fn code_message(to: &str) -> Message {
    message(
        to,
        Body::Code {
            code: "042917".into(),
            purpose: Purpose::SignIn,
            ttl_seconds: 300,
        },
    )
}

fn class(outcome: &Result<(), SendError>) -> &'static str {
    match outcome {
        Ok(()) => "taken",
        Err(SendError::Temporary(_)) => "temporary",
        Err(SendError::Permanent(_)) => "permanent",
    }
}

#[tokio::test]
async fn a_code_arrives_readable_in_both_parts() {
    let room = Mailroom::default();
    let channel = plain_channel(room.open(None, None));
    assert_eq!(channel.send(&code_message("yao@example.org")).await, Ok(()));

    let seen = room.seen();
    assert_eq!(seen.recipients, ["yao@example.org"]);
    assert!(seen.mails[0].is_ascii(), "old servers pass on seven bits only");
    let mail = MessageParser::default().parse(&seen.mails[0]).unwrap();
    assert_eq!(mail.subject(), Some("【腰牌<相机>】登录验证码"));
    assert_eq!(mail.message_id(), Some("m-42@yaopai.example"));
    assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!(
        (from.name(), from.address()),
        (Some("腰牌"), Some("no-reply@yaopai.example"))
    );
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("yao@example.org"));
    assert_eq!(
        (mail.text_body_count(), mail.html_body_count(), mail.attachment_count()),
        (1, 1, 0)
    );
    let plain = mail.body_text(0).unwrap();
    assert!(plain.contains("您正在登录账号，验证码为：042917"), "{plain}");
    assert!(
        plain.contains("验证码 5 分钟内有效，请勿告诉他人。如非本人操作请忽略。"),
        "{plain}"
    );
    let html = mail.body_html(0).unwrap();
    assert!(
        html.contains("您正在登录账号，验证码为：") && html.contains(">042917<"),
        "{html}"
    );
    assert!(!html.contains("<相机>"), "{html}");
}

#[tokio::test]
async fn a_notice_arrives() {
    let room = Mailroom::default();
    let channel = plain_channel(room.open(None, None));
    let notice = message("yao@example.org", Body::Notice(Notice::EmailChanged));
    assert_eq!(channel.send(&notice).await, Ok(()));
    let seen = room.seen();
    let mail = MessageParser::default().parse(&seen.mails[0]).unwrap();
    assert_eq!(mail.subject(), Some("【腰牌<相机>】登录邮箱已更换"));
    assert!(mail.body_text(0).unwrap().contains("您的账号已更换登录邮箱"));
}

#[tokio::test]
async fn mails_one_after_another_share_a_connection() {
    let room = Mailroom::default();
    let channel = plain_channel(room.open(None, None));
    for _ in 0..3 {
        assert_eq!(channel.send(&code_message("yao@example.org")).await, Ok(()));
    }
    let seen = room.seen();
    assert_eq!((seen.greetings, seen.mails.len()), (1, 3));
}

#[tokio::test]
async fn the_servers_refusals_are_told_apart() {
    let room = Mailroom::default();
    let channel = plain_channel(room.open(None, None));
    let refused = channel.send(&code_message("nobody@example.org")).await;
    assert_eq!(class(&refused), "permanent");
    let reason = refused.unwrap_err().to_string();
    assert!(reason.contains("550") && !reason.contains("042917"), "{reason}");
    assert_eq!(
        class(&channel.send(&code_message("later@example.org")).await),
        "temporary"
    );
    assert_eq!(class(&channel.send(&code_message("yao@example.org")).await), "taken");
}

#[tokio::test]
async fn a_forged_recipient_never_reaches_the_server() {
    let room = Mailroom::default();
    let channel = plain_channel(room.open(None, None));
    for to in [
        "yao@example.org\r\nBcc: spy@example.org",
        "yao@example.org,spy@example.org",
        "+8613800138000",
    ] {
        assert_eq!(class(&channel.send(&code_message(to)).await), "permanent", "{to:?}");
    }
    assert_eq!(room.seen().greetings, 0);
}

#[tokio::test]
async fn no_server_is_temporary() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(
        class(&plain_channel(closed).send(&code_message("yao@example.org")).await),
        "temporary"
    );
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_at_the_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let channel = plain_channel(silent.local_addr().unwrap().port());
    let message = code_message("yao@example.org");
    let outcome = tokio::time::timeout(DELIVERY_DEADLINE + Duration::from_millis(1), channel.send(&message)).await;
    assert_eq!(outcome.map(|outcome| class(&outcome)), Ok("temporary"));
}

/// Were the connection used again, the answer to the mail given up would be taken for the answer to the next one.
#[tokio::test]
async fn a_connection_given_up_half_way_is_not_used_again() {
    let room = Mailroom::default();
    let (reached, mut at_the_end) = tokio::sync::mpsc::channel(1);
    let (let_go, leave) = mpsc::sync_channel(1);
    let channel = Arc::new(plain_channel(room.open(None, Some(Gate { reached, leave }))));

    let sending = tokio::spawn({
        let channel = Arc::clone(&channel);
        async move { channel.send(&code_message("yao@example.org")).await }
    });
    at_the_end.recv().await.unwrap();
    tokio::time::pause();
    tokio::time::advance(DELIVERY_DEADLINE).await;
    assert_eq!(class(&sending.await.unwrap()), "temporary");
    tokio::time::resume();
    let_go.send(()).unwrap();

    assert_eq!(class(&channel.send(&code_message("yao@example.org")).await), "taken");
    assert_eq!(room.seen().greetings, 2);
}

/// A server with STARTTLS and login, whose certificate for `localhost` nobody knows.
fn open_encrypted(room: &Mailroom) -> (u16, Certificate) {
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name| folder.path().join(name).to_str().unwrap().to_owned();
    let (cert_path, key_path) = (path("cert.pem"), path("key.pem"));
    std::fs::write(&cert_path, cert.pem()).unwrap();
    std::fs::write(&key_path, signing_key.serialize_pem()).unwrap();
    let port = room.open(Some(SslConfig::SelfSigned { cert_path, key_path }), None);
    (port, Certificate::from_der(cert.der().to_vec()).unwrap())
}

#[tokio::test]
async fn it_logs_in_once_the_connection_is_encrypted() {
    let room = Mailroom::default();
    let (port, root) = open_encrypted(&room);
    let url = format!("smtp://me%40example.org:p%40ss%3Aw%C3%B6rd@localhost:{port}?tls=starttls");
    let channel = Channel::Smtp(SmtpChannel::trusting(&url, FROM, Some(root)).unwrap());
    assert_eq!(channel.send(&code_message("yao@example.org")).await, Ok(()));
    let seen = room.seen();
    assert_eq!(seen.logins, [("me@example.org".to_owned(), "p@ss:wörd".to_owned())]);
    assert_eq!(seen.mails.len(), 1);
}

#[tokio::test]
async fn a_wrong_login_is_permanent_and_not_repeated_in_the_reason() {
    let room = Mailroom::default();
    let (port, root) = open_encrypted(&room);
    let url = format!("smtp://me:hunter2@localhost:{port}?tls=starttls");
    let channel = Channel::Smtp(SmtpChannel::trusting(&url, FROM, Some(root)).unwrap());
    let refused = channel.send(&code_message("yao@example.org")).await;
    assert_eq!(class(&refused), "permanent");
    let reason = refused.unwrap_err().to_string();
    assert!(reason.contains("535") && !reason.contains("hunter2"), "{reason}");
    assert_eq!(room.seen().mails.len(), 0);
}

#[tokio::test]
async fn an_unknown_certificate_or_no_starttls_ends_it_before_login() {
    let room = Mailroom::default();
    let (encrypted, _unknown) = open_encrypted(&room);
    let unencrypted = room.open(None, None);
    for port in [encrypted, unencrypted] {
        let url = format!("smtp://me:secret@localhost:{port}?tls=required");
        let channel = Channel::Smtp(SmtpChannel::new(&url, FROM).unwrap());
        let refused = channel.send(&code_message("yao@example.org")).await;
        assert_eq!(class(&refused), "temporary", "{refused:?}");
    }
    let seen = room.seen();
    assert_eq!((seen.logins.len(), seen.mails.len()), (0, 0));
}

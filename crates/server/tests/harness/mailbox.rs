//! A mail server, and the mailboxes of everybody who gets mail.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use mail_parser::MessageParser;
use mailin_embedded::response::OK;
use mailin_embedded::{Handler, Response, Server};

use super::{Home, eventually};

type Received = Arc<Mutex<BTreeMap<String, usize>>>;

/// The mail server's end of the wire.
#[derive(Clone)]
pub(crate) struct Mailbox {
    port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    received: Received,
}

/// A mail, parsed.
pub(crate) struct Mail {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

#[derive(Clone)]
struct Clerk {
    mails: Arc<Mutex<Vec<Mail>>>,
    received: Received,
    bytes: Vec<u8>,
}

impl Handler for Clerk {
    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let mail = parse(&std::mem::take(&mut self.bytes));
        *self.received.lock().unwrap().entry(mail.to.clone()).or_default() += 1;
        self.mails.lock().unwrap().push(mail);
        OK
    }
}

impl Mailbox {
    /// Opens a server; it runs until the tests end.
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mails, received) = (Arc::default(), Received::default());
        let mut server = Server::new(Clerk {
            mails: Arc::clone(&mails),
            received: Arc::clone(&received),
            bytes: Vec::new(),
        });
        server.with_name("mail.example").with_tcp_listener(listener);
        std::thread::spawn(move || drop(server.serve()));
        Self { port, mails, received }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Has whatever is started in `home` send its mail here.
    pub(crate) fn serve(&self, home: &mut Home) {
        home.set("YAOPAI_MAIL__CHANNEL", "smtp");
        home.set("YAOPAI_MAIL__SMTP__URL", &format!("smtp://{}", self.address()));
        home.set("YAOPAI_MAIL__FROM", "腰牌 <no-reply@yaopai.example>");
    }

    /// The next mail to an address, which is taken away.
    pub(crate) async fn mail_to(&self, address: &str) -> Mail {
        eventually("a mail", || {
            let mut mails = self.mails.lock().unwrap();
            let at = mails.iter().position(|mail| mail.to == address)?;
            Some(mails.remove(at))
        })
        .await
    }

    /// How many mails have come and not been taken away.
    pub(crate) fn waiting(&self) -> usize {
        self.mails.lock().unwrap().len()
    }

    /// How many mails have ever come to each address.
    pub(crate) fn received(&self) -> BTreeMap<String, usize> {
        self.received.lock().unwrap().clone()
    }

    /// The code in the next mail to an address, which both of its parts show.
    pub(crate) async fn code_to(&self, address: &str) -> String {
        let mail = self.mail_to(address).await;
        let words = mail.text.split(|c: char| !c.is_ascii_digit());
        let code = words.into_iter().find(|word| word.len() == 6).unwrap().to_owned();
        assert!(mail.html.contains(&format!(">{code}<")), "{}", mail.html);
        assert!(mail.subject.contains("验证码"), "{}", mail.subject);
        code
    }
}

fn parse(bytes: &[u8]) -> Mail {
    let mail = MessageParser::default().parse(bytes).unwrap();
    let to = mail.to().unwrap();
    assert_eq!(to.iter().count(), 1, "a code goes to one address");
    Mail {
        to: to.first().unwrap().address().unwrap().to_owned(),
        subject: mail.subject().unwrap().to_owned(),
        text: mail.body_text(0).unwrap().into_owned(),
        html: mail.body_html(0).unwrap().into_owned(),
    }
}

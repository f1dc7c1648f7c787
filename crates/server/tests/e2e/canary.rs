//! Known secrets pushed through every call of every wire: none may come out anywhere but where it belongs.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Method;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use crate::admin_api::{Script, make_root_key};
use crate::harness::{AppClient, Client, Gateway, Home, Mailbox, Reply, SECRET, Server, pass_slider};
use crate::routes::{Caller, Carrier, ROUTES, Wire};
use crate::user::{enter, token_in};
use crate::{api_v1, routes};

const PHONE: &str = "13227290001";
const EMAIL: &str = "canary@example.org";
const SMTP_PASSWORD: &str = "CanarySmtpPassword77";
const METRICS_KEY: &str = "CanaryMetricsKey77";
const PASSWORDS: [&str; 6] = [
    "CanaryPassword01",
    "CanaryPassword02",
    "CanaryPassword03",
    "CanaryPassword04",
    "CanaryPassword05",
    "CanaryPassword06",
];

const NOTHING: [&str; 0] = [];

/// Something that must not come out.
#[derive(Clone, Debug)]
struct Canary {
    what: &'static str,
    /// As it may stand in a text.
    text: String,
    /// As it may stand in a file.
    bytes: Vec<u8>,
}

impl Canary {
    fn new(what: &'static str, text: &str) -> Self {
        Self {
            what,
            text: text.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    /// Whether a text shows it: plainly, or as base64 or hexadecimal digits.
    fn is_in_text(&self, text: &str) -> bool {
        if self.is_code() {
            // Six digits may be a part of any number; a code stands alone.
            return text
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word == self.text);
        }
        let hex: String = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        [self.text.clone(), STANDARD.encode(&self.bytes), hex]
            .iter()
            .any(|form| text.contains(form.as_str()))
    }

    fn is_in_bytes(&self, bytes: &Latin1) -> bool {
        bytes.0.contains(&self.text) || bytes.0.contains(&Latin1::of(&self.bytes).0)
    }

    fn is_code(&self) -> bool {
        self.text.len() == 6
    }
}

/// Bytes as a text of one character each, which can be searched as fast as texts can.
struct Latin1(String);

impl Latin1 {
    fn of(bytes: &[u8]) -> Self {
        Self(bytes.iter().copied().map(char::from).collect())
    }
}

/// All that must not come out.
#[derive(Default)]
struct Cage(Vec<Canary>);

impl Cage {
    fn add(&mut self, what: &'static str, text: &str) {
        self.0.push(Canary::new(what, text));
    }

    /// A token, and the session's secret in it.
    fn add_token(&mut self, token: &str) {
        self.add("token", token);
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let payload: Value = serde_json::from_slice(&payload).unwrap();
        let secret = payload["jti"].as_str().unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(secret).unwrap();
        assert_eq!(bytes.len(), 32);
        self.0.push(Canary {
            what: "session secret",
            text: secret.to_owned(),
            bytes,
        });
    }

    /// What a text shows that it must not.
    fn in_text(&self, text: &str) -> Vec<&'static str> {
        let shown = self.0.iter().filter(|canary| canary.is_in_text(text));
        shown.map(|canary| canary.what).collect()
    }

    fn in_bytes(&self, bytes: &Latin1) -> Vec<&'static str> {
        let shown = self.0.iter().filter(|canary| canary.is_in_bytes(bytes));
        shown.map(|canary| canary.what).collect()
    }

    /// One of each kind.
    fn kinds(&self) -> Vec<&str> {
        let is_first = |at: usize| !self.0[..at].iter().any(|before| before.what == self.0[at].what);
        (0..self.0.len())
            .filter(|at| is_first(*at))
            .map(|at| self.0[at].text.as_str())
            .collect()
    }
}

/// A server whose every secret is known.
struct World {
    gateway: Gateway,
    mailbox: Mailbox,
    home: Home,
    app_id: String,
    app_secret: String,
    cage: Cage,
}

impl World {
    async fn open() -> (Self, Server) {
        let (gateway, mailbox) = (Gateway::open().await, Mailbox::open());
        let mut home = Home::with(&[("YAOPAI_LOG__LEVEL", "trace"), ("YAOPAI_METRICS__KEY", METRICS_KEY)]);
        gateway.serve(&mut home);
        mailbox.serve(&mut home);
        let server = home.start().await;
        let app_id = server.app().0;
        // The first secret is printed on purpose, so another one is looked for.
        let rotated = home.run(&["app", "rotate-secret", &app_id, "--json"]).await.json();
        let app_secret = rotated["app_secret"].as_str().unwrap().to_owned();
        let mut cage = Cage::default();
        cage.add("app secret", &app_secret);
        cage.add("webhook secret", SECRET);
        cage.add("SMTP password", SMTP_PASSWORD);
        cage.add("metrics key", METRICS_KEY);
        for password in PASSWORDS {
            cage.add("password", password);
        }
        let world = Self {
            gateway,
            mailbox,
            home,
            app_id,
            app_secret,
            cage,
        };
        (world, server)
    }

    fn app(&self, client: &Client) -> AppClient {
        AppClient::with(client, &self.app_id, &self.app_secret)
    }

    fn caller(&self, client: &Client, token: &str) -> Caller {
        Caller {
            client: client.clone(),
            app_id: self.app_id.clone(),
            app_secret: self.app_secret.clone(),
            token: token.to_owned(),
        }
    }

    /// Uses every secret as it is meant to be used, in the query too.
    async fn use_rightly(&mut self, client: &Client) -> String {
        let app = self.app(client);
        let code = app.code(&self.gateway, PHONE, "0").await;
        self.cage.add("code", &code);
        let parameters = [
            ("phone", PHONE),
            ("code", &code),
            ("password", PASSWORDS[0]),
            ("nickname", "canary-nickname"),
        ];
        assert_eq!(app.call(Method::POST, "register", &parameters).await.code(), 1);
        let token = token_in(&app.sign_in(PHONE, PASSWORDS[0]).await.data());
        self.cage.add_token(&token);
        assert_eq!(
            app.call(Method::GET, "userinfo/get", &[("cloud_token", &token)])
                .await
                .code(),
            1
        );
        let code = app.code(&self.gateway, PHONE, "1").await;
        self.cage.add("code", &code);
        let reset = [("phone", PHONE), ("code", code.as_str()), ("password", PASSWORDS[1])];
        assert_eq!(app.call(Method::POST, "psw/rest", &reset).await.code(), 1);

        let code = api_v1::code(client, &self.mailbox, EMAIL).await;
        self.cage.add("code", &code);
        let body = json!({ "email": EMAIL, "password": PASSWORDS[2], "code": code });
        assert_eq!(client.post_json("/api/v1/user/register", &body).await.code(), 200);
        let signed_in = api_v1::sign_in(client, EMAIL, PASSWORDS[2]).await.data();
        for name in ["token", "access_token", "refresh_token"] {
            self.cage.add_token(signed_in[name].as_str().unwrap());
        }
        let code = api_v1::code(client, &self.mailbox, EMAIL).await;
        self.cage.add("code", &code);
        pass_slider(client, EMAIL).await;
        client
            .get(&format!("/api/v1/user/resetpwd/check?eamil={EMAIL}"))
            .await
            .data();
        let body = json!({ "email": EMAIL, "password": PASSWORDS[3], "code": code });
        assert_eq!(client.post_json("/api/v1/user/pwd/modify", &body).await.code(), 200);

        let registered = enter(client, "/user/register", "canary_name", PASSWORDS[4])
            .await
            .data();
        let token = token_in(&registered);
        self.cage.add_token(&token);
        assert_eq!(client.get_as(&token, "/user/info").await.status, 200);
        self.home
            .create_account(&["--username", "canary_cli"], PASSWORDS[5])
            .await;
        token
    }

    /// Uses every secret as it is not meant to be used; gives the answers.
    async fn use_wrongly(&self, client: &Client, token: &str) -> Vec<Reply> {
        let mut answers = Vec::new();
        for canary in self.cage.kinds() {
            for route in ROUTES.iter().filter(|route| **route != routes::LOGOUT) {
                let caller = self.caller(client, if route.wire == Wire::CloudUser { token } else { canary });
                let mut requests = vec![caller.raw(
                    route,
                    &format!("password={canary}&code={canary}&x={canary}"),
                    Vec::new(),
                )];
                match route.carrier {
                    Carrier::Query | Carrier::Form => {
                        let form = format!("password={canary}&code={canary}&cloud_token={canary}").into_bytes();
                        requests.push(caller.raw(&route.by(Carrier::Form), "", form));
                    }
                    Carrier::Json => {
                        let mut body = route.good_json();
                        for name in ["password", "code", "token"] {
                            if body.get(name).is_some_and(|good| good != "12345") {
                                body.insert(name.to_owned(), json!(canary));
                            }
                        }
                        requests.push(caller.with_json(route, body));
                        requests.push(caller.raw(route, "", format!("{{\"password\":\"{canary}\"").into_bytes()));
                        requests.push(caller.raw(route, "", format!("{{\"password\":[\"{canary}\"]}}").into_bytes()));
                    }
                }
                for request in requests {
                    answers.push(Reply::to(request).await.unwrap());
                }
            }
            for path in [
                format!("/api/v1/{canary}"),
                format!("/user/info/{canary}?password={canary}"),
                format!("/{canary}"),
            ] {
                answers.push(client.get(&path).await);
            }
            let stranger = client.request(Method::GET, "/api/cloud_user/userinfo/get");
            let stranger = stranger
                .header("app_id", &self.app_id)
                .header("app_secret", canary)
                .header("cloud_token", canary);
            answers.push(Reply::to(stranger).await.unwrap());
            answers.push(client.upload(canary, canary, canary.as_bytes()).await);
        }
        answers
    }

    /// Leaves codes in the outbox: one that the gateway will not take, one that no mail server lets in.
    async fn leave_codes_waiting(&mut self, client: &Client) {
        self.gateway.answer_with(500);
        let code = self.app(client).code(&self.gateway, PHONE, "2").await;
        self.cage.add("code in the outbox", &code);
        pass_slider(client, EMAIL).await;
        let asked = client
            .post_json("/api/v1/user/code/email", &json!({ "email": EMAIL }))
            .await;
        assert_eq!(asked.code(), 200);
    }

    fn assert_that_nothing_came_out(&self, server: &Server, metrics: &str) {
        for (place, text) in [
            ("stdout", server.stdout()),
            ("stderr", server.stderr()),
            ("metrics", metrics.to_owned()),
        ] {
            assert_eq!(self.cage.in_text(&text), NOTHING, "{place}");
        }
        let files = self.database_files();
        assert_eq!(self.cage.in_bytes(&files), NOTHING);
    }

    /// The database and what belongs to it, byte for byte.
    fn database_files(&self) -> Latin1 {
        let read = |name: &str| std::fs::read(self.home.data().join(name)).unwrap_or_default();
        Latin1::of(&["yaopai.db", "yaopai.db-wal", "yaopai.db-shm"].map(read).concat())
    }
}

async fn metrics(client: &Client) -> String {
    let key = format!("Bearer {METRICS_KEY}");
    let shown = client.get_as(&key, "/metrics").await;
    assert_eq!(client.get("/metrics").await.status, 404, "not without the key");
    shown.text().to_owned()
}

/// Messages that wait, with what is sealed of them.
fn waiting_messages(database: &Path) -> i64 {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let sql = "select count(*) from deliveries where sealed is not null";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn secrets_stay_where_they_belong() {
    let (mut world, server) = World::open().await;
    let token = world.use_rightly(&server.client).await;
    let answers = world.use_wrongly(&server.client, &token).await;
    for answer in &answers {
        let text = String::from_utf8_lossy(&answer.body);
        assert_eq!(world.cage.in_text(&text), NOTHING, "{text}");
        for (name, value) in &answer.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            assert_eq!(world.cage.in_text(&value), NOTHING, "{name}: {value}");
        }
    }
    let shown = metrics(&server.client).await;
    world.assert_that_nothing_came_out(&server, &shown);

    // All of this can fail: what is no secret is found by the same means.
    let is_found = |text: &str, place: &str| Canary::new("no secret", text).is_in_text(place);
    assert!(is_found(&world.app_id, &server.stdout()));
    assert!(is_found("/user/login", &server.stderr()) && is_found("/user/login", &shown));
    for text in ["canary_name", "canary-nickname", "+8613227290001", EMAIL] {
        assert!(
            Canary::new("no secret", text).is_in_bytes(&world.database_files()),
            "{text}"
        );
    }
    server.stop().await;

    // The same again with a mail server that wants a login which it does not get, and logs in JSON.
    let address = world.mailbox.address();
    world.home.set(
        "YAOPAI_MAIL__SMTP__URL",
        &format!("smtp://canary:{SMTP_PASSWORD}@{address}?tls=none"),
    );
    world.home.set("YAOPAI_LOG__FORMAT", "json");
    let server = world.home.start().await;
    let database = world.home.data().join("yaopai.db");
    world.leave_codes_waiting(&server.client).await;
    assert_eq!(waiting_messages(&database), 2, "their copies wait, sealed");
    world.assert_that_nothing_came_out(&server, &metrics(&server.client).await);
    let (shown, checked) = (
        world.home.run(&["config", "show"]).await,
        world.home.run(&["doctor", "--json"]).await,
    );
    for text in [shown.stdout, shown.stderr, checked.stdout, checked.stderr] {
        assert_eq!(world.cage.in_text(&text), NOTHING, "{text}");
    }
    world.use_wrongly(&server.client, &token).await;
    world.assert_that_nothing_came_out(&server, &metrics(&server.client).await);
    server.stop().await;
    let files = world.database_files();
    assert_eq!(world.cage.in_bytes(&files), NOTHING);
}

#[test]
fn a_canary_is_seen() {
    let password = Canary::new("password", "CanaryPassword01");
    for leak in [
        "password=CanaryPassword01",
        "Q2FuYXJ5UGFzc3dvcmQwMQ==",
        "43616e61727950617373776f72643031",
    ] {
        assert!(password.is_in_text(leak), "{leak}");
    }
    assert!(!password.is_in_text("CanaryPassword"));
    assert!(password.is_in_bytes(&Latin1::of(b"\xffCanaryPassword01\0")));
    let code = Canary::new("code", "123456");
    assert!(code.is_in_text("\"code\":\"123456\"") && code.is_in_bytes(&Latin1::of(b"x123456x")));
    assert!(!code.is_in_text("2026-11-21T00:00:00.123456Z 41234567"));
}

#[tokio::test]
async fn what_the_admin_api_shows_once_stays_nowhere() {
    let (mut world, server) = World::open().await;
    let key = make_root_key(&world.home, &server).await;
    let secret = key.rsplit('_').next().unwrap();
    world.cage.add("secret of an API key", secret);
    let script = Script {
        server: &server,
        key: key.clone(),
    };
    // Answers to calls that name themselves are kept.
    for (path, body, name) in [
        ("/accounts", json!({"username": "canary_admin"}), "password"),
        ("/apps", json!({"name": "canary"}), "app_secret"),
    ] {
        let made = script.call(Method::POST, path, &body, name).await.json();
        world.cage.add("what was drawn", made[name].as_str().unwrap());
        let again = script.call(Method::POST, path, &body, name).await.json();
        assert_eq!(made, again);
    }
    let wrong = Script {
        server: &server,
        key: format!("yk_{}_{secret}", "a".repeat(12)),
    };
    let mut answers = vec![wrong.get("/accounts").await];
    for path in ["/keys", "/accounts", "/apps", "/audit", "/settings"] {
        answers.push(script.get(path).await);
    }
    for canary in world.cage.kinds() {
        answers.push(script.get(&format!("/accounts?q={canary}&cursor={canary}")).await);
        answers.push(
            script
                .call(Method::POST, "/accounts", &json!({"password": [canary]}), "")
                .await,
        );
    }
    for answer in answers {
        assert_eq!(world.cage.in_text(answer.text()), NOTHING, "{}", answer.text());
    }
    let metrics = metrics(&server.client).await;
    world.assert_that_nothing_came_out(&server, &metrics);
    server.stop().await;
}

//! Many people at once on all three wires, who go on whatever happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};
use yaopai_pictures::solver::solve;

use crate::harness::{AppClient, Client, Gateway, Mailbox, query};
use crate::ledger::{Ledger, PASSWORD, registration};
use crate::tally::{Tally, Wire};

/// How long somebody waits for a message before they give up.
const PATIENCE: Duration = Duration::from_secs(4);
/// A person's pause between one round and the next.
const PAUSE: Duration = Duration::from_millis(25);
/// The code of `api_cloud_user` for a session that is over.
const SESSION_OVER: i64 = 10_020;

/// Accounts that are there before anything happens.
pub(crate) const RESIDENT: (&str, &str, &str) = ("13900000000", "resident@example.org", "resident");

/// What everybody shares.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) nodes: Vec<Client>,
    pub(crate) app_id: String,
    pub(crate) app_secret: String,
    pub(crate) gateway: Gateway,
    pub(crate) mailbox: Mailbox,
    pub(crate) tally: Tally,
    pub(crate) ledger: Ledger,
    turn: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
}

impl Load {
    pub(crate) fn new(nodes: Vec<Client>, app: (String, String), gateway: Gateway, mailbox: Mailbox) -> Self {
        Self {
            nodes,
            app_id: app.0,
            app_secret: app.1,
            gateway,
            mailbox,
            tally: Tally::default(),
            ledger: Ledger::default(),
            turn: Arc::default(),
            is_over: Arc::default(),
        }
    }

    /// Everybody begins.
    pub(crate) fn begin(&self) -> JoinSet<()> {
        let mut people = JoinSet::new();
        for _ in 0..2 {
            people.spawn(self.clone().newcomers_by_name());
            people.spawn(self.clone().newcomers_by_phone());
        }
        people.spawn(self.clone().newcomers_by_email());
        people.spawn(self.clone().residents_of_cloud_user());
        people.spawn(self.clone().residents_of_api_v1());
        people.spawn(self.clone().residents_of_user());
        people
    }

    /// Everybody leaves after the round that they are in.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::SeqCst);
    }

    fn goes_on(&self) -> bool {
        !self.is_over.load(Ordering::SeqCst)
    }

    fn number(&self) -> usize {
        self.turn.fetch_add(1, Ordering::Relaxed)
    }

    /// Each node in its turn.
    fn node(&self) -> &Client {
        &self.nodes[self.number() % self.nodes.len()]
    }

    pub(crate) fn app(&self) -> AppClient {
        AppClient::with(self.node(), &self.app_id, &self.app_secret)
    }

    async fn cloud(&self, what: &str, method: Method, call: &str, parameters: &[(&str, &str)]) -> Option<Value> {
        let request = self.app().request(method, call, parameters);
        self.tally.ask(Wire::CloudUser, what, request).await
    }

    async fn cloud_as(&self, token: &str, method: Method, call: &str, more: &[(&str, &str)]) -> Option<Value> {
        let request = self.app().request(method, call, more).header("cloud_token", token);
        self.tally.ask(Wire::CloudUser, call, request).await
    }

    fn json(&self, url: &str, body: &Value) -> RequestBuilder {
        let request = self.node().request(Method::POST, url);
        request
            .header("Content-Type", "application/json")
            .body(body.to_string())
    }

    async fn v1(&self, url: &str, body: &Value) -> Option<Value> {
        self.tally.ask(Wire::ApiV1, url, self.json(url, body)).await
    }

    async fn user(&self, url: &str, account: &str) -> Option<Value> {
        let body = json!({ "account": account, "password": PASSWORD });
        self.tally.ask(Wire::User, url, self.json(url, &body)).await
    }

    async fn read_as(&self, wire: Wire, token: &str, url: &str) -> Option<Value> {
        let request = self.node().request(Method::GET, url).header("Authorization", token);
        self.tally.ask(wire, url, request).await
    }

    async fn newcomers_by_name(self) {
        let mut pause = pauses();
        while self.goes_on() {
            pause.tick().await;
            self.register_by_name(&format!("name{}", self.number())).await;
        }
    }

    /// Registers a username, signs in and looks.
    pub(crate) async fn register_by_name(&self, name: &str) -> Option<()> {
        self.user("/user/register", name).await?;
        self.ledger.registered(name);
        let signed_in = self.user("/user/login", name).await?;
        self.read_as(Wire::User, &text(&signed_in, "token"), "/user/info")
            .await?;
        Some(())
    }

    async fn newcomers_by_phone(self) {
        let mut pause = pauses();
        while self.goes_on() {
            pause.tick().await;
            self.register_by_phone(&format!("138{:08}", self.number())).await;
        }
    }

    /// Registers a phone number by a code, signs in, keeps a setting, signs out.
    pub(crate) async fn register_by_phone(&self, phone: &str) -> Option<()> {
        let number = format!("+86{phone}");
        let parameters = [("phone", phone), ("type", "0")];
        let asked = self.cloud("code/get", Method::GET, "code/get", &parameters).await;
        self.ledger.message(&number, asked.is_some());
        asked?;
        let code = timeout(PATIENCE, self.gateway.code_to(&number)).await.ok()?;
        let registered = self
            .cloud("register", Method::POST, "register", &registration(phone, &code))
            .await;
        self.ledger.redeemed(phone, &code, registered.is_some());
        registered?;
        self.ledger.registered(&number);

        let credentials = [("phone", phone), ("password", PASSWORD)];
        let signed_in = self.cloud("login/psw", Method::GET, "login/psw", &credentials).await?;
        let token = text(&signed_in, "token");
        let setting = [("key", "aaa"), ("config", phone)];
        self.cloud_as(&token, Method::POST, "config/set", &setting).await?;
        let kept = self
            .cloud_as(&token, Method::POST, "config/get", &[("key", "aaa")])
            .await?;
        if kept != phone {
            self.tally.complain(format!("a setting that was kept reads {kept}"));
        }
        self.cloud_as(&token, Method::GET, "logout", &[]).await?;
        let over = self
            .app()
            .request(Method::GET, "userinfo/get", &[])
            .header("cloud_token", token);
        self.tally
            .ask_in_vain(Wire::CloudUser, "a session that is over", SESSION_OVER, over)
            .await;
        Some(())
    }

    async fn newcomers_by_email(self) {
        let mut pause = pauses();
        while self.goes_on() {
            pause.tick().await;
            self.register_by_email(&format!("mail{}@example.org", self.number()))
                .await;
        }
    }

    /// Passes the slider, registers an address by a code, signs in and looks.
    pub(crate) async fn register_by_email(&self, email: &str) -> Option<()> {
        let slider = format!("/api/v1/captcha/get{}", query(&[("email", email)]));
        let request = self.node().request(Method::GET, &slider);
        let drawn = self.tally.ask(Wire::ApiV1, "captcha/get", request).await?;
        let x = solved(&drawn["slider_captcha"]);
        self.v1("/api/v1/captcha/validate", &json!({ "email": email, "x": x }))
            .await?;
        let asked = self.v1("/api/v1/user/code/email", &json!({ "email": email })).await;
        self.ledger.message(email, asked.is_some());
        asked?;
        let code = timeout(PATIENCE, self.mailbox.code_to(email)).await.ok()?;
        let body = json!({ "email": email, "password": PASSWORD, "code": code });
        self.v1("/api/v1/user/register", &body).await?;
        self.ledger.registered(email);
        self.visit_api_v1(email).await
    }

    async fn visit_api_v1(&self, email: &str) -> Option<()> {
        let body = json!({ "email": email, "password": PASSWORD });
        let signed_in = self.v1("/api/v1/user/login", &body).await?;
        let token = text(&signed_in, "token");
        self.read_as(Wire::ApiV1, &token, "/api/v1/user/info/get").await?;
        Some(())
    }

    async fn residents_of_api_v1(self) {
        let mut pause = pauses();
        while self.goes_on() {
            pause.tick().await;
            self.visit_api_v1(RESIDENT.1).await;
        }
    }

    async fn residents_of_user(self) {
        let mut pause = pauses();
        while self.goes_on() {
            pause.tick().await;
            self.user("/user/login", RESIDENT.2).await;
        }
    }

    async fn residents_of_cloud_user(self) {
        let mut pause = pauses();
        while self.goes_on() {
            pause.tick().await;
            self.visit_cloud_user().await;
        }
    }

    /// Signs in and counts a setting up: what was acknowledged is never unwritten.
    async fn visit_cloud_user(&self) -> Option<()> {
        let credentials = [("phone", RESIDENT.0), ("password", PASSWORD)];
        let signed_in = self.cloud("login/psw", Method::GET, "login/psw", &credentials).await?;
        let token = text(&signed_in, "token");
        let value = self.ledger.next_setting();
        let setting = [("key", "count"), ("config", &value.to_string())];
        if self
            .cloud_as(&token, Method::POST, "config/set", &setting)
            .await
            .is_some()
        {
            self.ledger.setting_taken(value);
        }
        let kept = self
            .cloud_as(&token, Method::POST, "config/get", &[("key", "count")])
            .await?;
        let kept = kept.as_str().and_then(|kept| kept.parse().ok()).unwrap_or_default();
        if !self.ledger.may_be(kept) {
            self.tally
                .complain(format!("a setting reads {kept}, last sent {value}"));
        }
        Some(())
    }
}

fn pauses() -> tokio::time::Interval {
    let mut pauses = interval(PAUSE);
    pauses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pauses
}

fn text(data: &Value, name: &str) -> String {
    data[name].as_str().unwrap().to_owned()
}

fn solved(slider: &Value) -> u32 {
    let picture = |name: &str| BASE64.decode(slider[name].as_str().unwrap()).unwrap();
    let y = u32::try_from(slider["y"].as_u64().unwrap()).unwrap();
    solve(&picture("bg_img"), &picture("slider_img"), y).unwrap()
}

//! What a call costs in statements and round trips to a database server, printed, and held to what is written down.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use http::Request;
use http::request::Builder;
use serde_json::{Value, json};
use yaopai_testkit::Database;

use crate::client::Client;

const FILE: &str = "../../docs/statements.md";
const BEGINNING: &str = "# Statements and round trips of a call\n\n\
    What each call asks of PostgreSQL when it succeeds: statements, and how often an answer is waited for (a statement, a\n\
    `begin`, a `commit`). The messages that a call brings about are sent in the background and not counted; numbers for new\n\
    accounts are reserved one at a time here (four round trips), and 32 at a time by a server.\n\
    Measured and held to by the test `a_call_costs_what_is_written_down`; `UPDATE_DOCS=1` writes this file anew.\n\n\
    | call | statements | round trips |\n|---|---|---|\n";

/// A call's answer, its statements and its round trips.
async fn measured(client: &Client, request: Request<Bytes>) -> (Bytes, u64, u64) {
    let before = client.server.traffic();
    let source = "192.0.2.1".parse().unwrap();
    let answer = client.server.send_alone(request, source).await.unwrap();
    let after = client.server.traffic();
    (
        answer.body,
        after.statements - before.statements,
        after.round_trips - before.round_trips,
    )
}

struct Table<'a> {
    client: &'a Client,
    text: String,
}

impl Table<'_> {
    async fn call(&mut self, name: &str, request: Builder, body: &str) -> Value {
        let request = request.body(body.to_owned().into()).unwrap();
        let (answer, statements, round_trips) = measured(self.client, request).await;
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        let code = answer["code"].as_i64().unwrap();
        assert!(
            [0, 1, 200, 201].contains(&code) && answer["success"] != false,
            "{name}: {answer}"
        );
        writeln!(self.text, "| {name} | {statements} | {round_trips} |").unwrap();
        self.client.server.accounts.deliver_due().await.unwrap();
        answer
    }

    async fn cloud_user(&mut self, call: &str, query: &str) -> Value {
        let url = format!("/api/cloud_user/{call}?{}&{query}", self.client.app);
        let kind = query.split("type=").nth(1).and_then(|rest| rest.get(..1));
        let name = match kind {
            Some(kind) => format!("`api/cloud_user/{call}`, type {kind}"),
            None => format!("`api/cloud_user/{call}`"),
        };
        self.call(&name, Request::get(url), "").await
    }
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test that is told to write, and prints")]
async fn a_call_costs_what_is_written_down() {
    if Database::chosen() != Database::Postgres {
        return;
    }
    let client = Client::new().await;
    let mut table = Table {
        client: &client,
        text: BEGINNING.to_owned(),
    };
    cloud_user(&mut table).await;
    user(&mut table).await;
    println!("{}", table.text);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &table.text).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), table.text);
}

async fn cloud_user(table: &mut Table<'_>) {
    let client = table.client;
    table.cloud_user("code/get", "phone=13227290001&type=0").await;
    let query = format!(
        "phone=13227290001&code={}&nickname=a&password=123456",
        client.last_code()
    );
    table.cloud_user("registe", &query).await;
    let login = table.cloud_user("login/psw", "phone=13227290001&password=123456").await;
    let token = format!("cloud_token={}", login["data"]["token"].as_str().unwrap());
    client.server.clock.advance(Duration::from_secs(60));
    table.cloud_user("code/get", "phone=13227290001&type=2").await;
    let query = format!("phone=13227290001&code={}", client.last_code());
    table.cloud_user("login/code", &query).await;
    table.cloud_user("userinfo/get", &token).await;
    table
        .cloud_user("userinfo/update", &format!("{token}&nickname=b"))
        .await;
    table.cloud_user("config/set", &format!("{token}&key=a&config=1")).await;
    table.cloud_user("config/get", &format!("{token}&key=a")).await;
    table.cloud_user("logout", &token).await;
}

async fn user(table: &mut Table<'_>) {
    let body = json!({"account": "zhangsan", "password": "123456"}).to_string();
    let post = |path: &str| Request::post(path).header("content-type", "application/json");
    table.call("`user/register`", post("/user/register"), &body).await;
    let login = table.call("`user/login`", post("/user/login"), &body).await;
    let bearer = format!("Bearer {}", login["data"]["token"].as_str().unwrap());
    let info = Request::get("/user/info").header("authorization", &bearer);
    table.call("`user/info`", info, "").await;
}

#[tokio::test]
async fn whoever_has_no_account_is_answered_at_the_same_cost() {
    if Database::chosen() != Database::Postgres {
        return;
    }
    let client = Client::new().await;
    client.signed_in().await;
    client.server.accounts.deliver_due().await.unwrap();
    client.server.clock.advance(Duration::from_secs(60));
    for (call, rest) in [
        ("login/psw", "password=wrong1"),
        ("code/get", "type=2"),
        ("login/code", "code=000000"),
    ] {
        let mut costs = Vec::new();
        for phone in ["13227290001", "13227290002"] {
            let url = format!("/api/cloud_user/{call}?{}&phone={phone}&{rest}", client.app);
            let (_, statements, round_trips) = measured(&client, Request::get(url).body(Bytes::new()).unwrap()).await;
            costs.push((statements, round_trips));
        }
        assert_eq!(costs[0], costs[1], "{call}");
    }
}

//! Whatever is sent to whichever call: a refusal in the wire's own form, never a fault of ours, and nothing changed.

mod bodies;
mod chance;
mod gains;
mod parameters;
mod routes;
mod tokens;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::harness::{Gateway, Home, Mailbox, Reply, Server};
use crate::routes::{Caller, ROUTES, Wire};
use crate::user::token_in;
use crate::{api_v1, user};

const ROOT: &str = "root@example.org";

/// A server, somebody who may do everything, and accounts that must stay as they are.
struct World {
    home: Home,
    server: Server,
    caller: Caller,
    gateway: Gateway,
    mailbox: Mailbox,
}

impl World {
    async fn open() -> Self {
        let (gateway, mailbox) = (Gateway::open().await, Mailbox::open());
        let mut home = Home::with(&[
            ("YAOPAI_LIMITS__FAILURES_PER_SOURCE_PER_HOUR", "1000000"),
            ("YAOPAI_LIMITS__CODES_PER_SOURCE_PER_HOUR", "1000000"),
            ("YAOPAI_LIMITS__CODES_PER_IDENTIFIER_PER_DAY", "1000000"),
        ]);
        gateway.serve(&mut home);
        mailbox.serve(&mut home);
        let server = home.start().await;
        home.create_account(&["--username", "root", "--email", ROOT, "--role", "root"], "hunter22")
            .await;
        user::enter(&server.client, "/user/register", "13800138000", "hunter22")
            .await
            .data();
        let signed_in = api_v1::sign_in(&server.client, ROOT, "hunter22").await.data();
        let (app_id, app_secret) = server.app();
        let caller = Caller {
            client: server.client.clone(),
            app_id,
            app_secret,
            token: token_in(&signed_in),
        };
        Self {
            home,
            server,
            caller,
            gateway,
            mailbox,
        }
    }

    /// All that a call could have changed.
    async fn state(&self) -> Value {
        let accounts = self.home.run(&["account", "list", "--json"]).await.json();
        let apps = self.home.run(&["app", "list", "--json"]).await.json();
        let root = api_v1::own_info(&self.server.client, &self.caller.token).await;
        let setting = ROUTES.iter().find(|route| route.path.ends_with("config/get")).unwrap();
        let setting = Reply::to(self.caller.good(setting)).await.unwrap().json();
        json!([accounts, apps, root, setting])
    }
}

/// Fails unless `reply` is a refusal in the wire's form.
fn assert_refused(wire: Wire, reply: &Reply, what: &str) {
    assert!(reply.status < 500, "{what}: {reply:?}");
    let (keys, successes): ([&str; 3], [i64; 1]) = match wire {
        Wire::CloudUser => (["code", "msg", "data"], [1]),
        Wire::ApiV1 => (["code", "data", "msg"], [200]),
        Wire::User => (["code", "message", "data"], [200]),
    };
    let envelope = reply.json();
    assert!(!successes.contains(&reply.code()), "{what}: {envelope}");
    assert_eq!(envelope["data"], Value::Null, "{what}: {envelope}");
    assert_eq!(envelope.as_object().unwrap().len(), keys.len(), "{what}: {envelope}");
    let places = keys.map(|key| {
        reply
            .text()
            .find(&format!("\"{key}\":"))
            .unwrap_or_else(|| panic!("{what}: {envelope}"))
    });
    assert!(places.is_sorted(), "{what}: {}", reply.text());
    assert!(
        !envelope[if wire == Wire::User { "message" } else { "msg" }]
            .as_str()
            .unwrap()
            .is_empty(),
        "{what}"
    );
    if wire == Wire::User {
        assert_eq!(i64::from(reply.status), reply.code(), "{what}");
    }
    assert_eq!(reply.header("Cache-Control"), "no-store", "{what}");
    assert!(reply.header("Content-Type").starts_with("application/json"), "{what}");
}

async fn send(request: RequestBuilder, what: &str) -> Reply {
    Reply::to(request).await.unwrap_or_else(|| panic!("{what}: no answer"))
}

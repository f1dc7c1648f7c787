//! A base, the API over it, and keys for it.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use axum::body::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::tz::TimeZone;
use serde_json::Value;
use tower::ServiceExt as _;
use yaopai_accounts::{Actor, NewAccount, NewApiKey, Principal};
use yaopai_console::{Desk, DeskSettings, Explanation, Pages, SettingGroup, ShownSetting};
use yaopai_http::{AccessLog, PeerAddress};
use yaopai_model::{Account, ApiKeyName, ApiScope, ApiScopes, Identifier, Password, PasswordPolicy, Role};
use yaopai_testkit::{Database, SeededEntropy, TestServer, TestSettings};

/// Everybody's password.
const PASSWORD: &str = "correct horse";

pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) pages: Pages,
}

/// An answer with its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// What kind of problem it tells, after holding it to the form of one.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.headers["cache-control"], "no-store");
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        for name in ["title", "detail"] {
            assert_ne!(problem[name].as_str().unwrap(), "", "{problem}");
        }
        assert_eq!(problem["request_id"], self.headers["x-request-id"].to_str().unwrap());
        let kind = problem["type"].as_str().unwrap();
        kind.strip_prefix("urn:yaopai:problem:").unwrap().to_owned()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let server = TestServer::start(Database::chosen(), TestSettings::default())
            .await
            .unwrap();
        let settings = DeskSettings {
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
            public_url: None,
            trusted_proxies: Vec::new(),
            password_policy: PasswordPolicy::default(),
            shown: vec![SettingGroup {
                name: String::new(),
                explanation: Explanation::default(),
                settings: vec![ShownSetting {
                    key: "listen".to_owned(),
                    value: Some("\"127.0.0.1:9000\"".to_owned()),
                    origin: None,
                    explanation: Explanation {
                        chinese: "监听地址".to_owned(),
                        english: "Where to listen".to_owned(),
                    },
                }],
            }],
            clock: server.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(7)),
            access_log: AccessLog::off(),
        };
        let desk = Desk {
            accounts: server.accounts.clone(),
            settings: Arc::new(settings),
        };
        Self {
            pages: Pages::new(desk),
            server,
        }
    }

    pub(crate) async fn account(&self, name: &str, role: Role) -> Account {
        let new = NewAccount {
            identifiers: vec![Identifier::parse(name).unwrap()],
            password: Password::chosen(PASSWORD, PasswordPolicy::default()).unwrap(),
            role,
        };
        let accounts = &self.server.accounts;
        accounts.create_account(self.server.default_app.id, new).await.unwrap()
    }

    /// A key of an account, as it is presented.
    pub(crate) async fn key_of(&self, account: &Account, scopes: &[ApiScope]) -> String {
        let new = NewApiKey {
            name: ApiKeyName::parse("a script").unwrap(),
            scopes: ApiScopes::new(scopes.iter().copied()).unwrap(),
            days: 30,
        };
        let principal = Principal {
            account: account.clone().into(),
        };
        let accounts = &self.server.accounts;
        let made = accounts.create_api_key(Actor::InConsole(&principal), new).await;
        made.unwrap().1.expose().to_string()
    }

    /// A key for everything, of a new root.
    pub(crate) async fn root_key(&self) -> String {
        let root = self.account("root-of-all", Role::Root).await;
        self.key_of(&root, &ApiScope::ALL).await
    }

    pub(crate) async fn get(&self, key: &str, path: &str) -> Answer {
        self.call(Method::GET, path, &[("authorization", &bearer(key))], None)
            .await
    }

    pub(crate) async fn send(&self, method: Method, key: &str, path: &str, body: &Value) -> Answer {
        self.call(method, path, &[("authorization", &bearer(key))], Some(body))
            .await
    }

    /// A POST that names itself.
    pub(crate) async fn post_once(&self, key: &str, path: &str, body: &Value, name: &str) -> Answer {
        let headers = [("authorization", &*bearer(key)), ("idempotency-key", name)];
        self.call(Method::POST, path, &headers, Some(body)).await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let request = request(method, path, headers, body);
        let response = self.router(&request).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// An answer of which nothing was taken yet but its head.
    pub(crate) async fn begin(&self, key: &str, path: &str) -> http::Response<Body> {
        let request = request(Method::GET, path, &[("authorization", &bearer(key))], None);
        self.router(&request).oneshot(request).await.unwrap()
    }

    fn router(&self, request: &Request<Body>) -> Router {
        self.pages.at(request.uri().path()).unwrap().clone()
    }

    /// Begins a call and hangs up after having looked for the answer so often.
    pub(crate) async fn hang_up(&self, request: Request<Body>, looks: usize) {
        let mut call = pin!(self.router(&request).oneshot(request));
        for _ in 0..looks {
            let look = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready()));
            if look.await {
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

pub(crate) fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

pub(crate) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
    let mut request = request.body(body).unwrap();
    let peer = SocketAddr::from((Ipv4Addr::new(192, 0, 2, 7), 49_152));
    request.extensions_mut().insert(PeerAddress(peer));
    request
}

//! Pages over a base in a folder of its own, and a browser without script.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::tz::TimeZone;
use tower::ServiceExt as _;
use yaopai_accounts::{Accounts, NewAccount};
use yaopai_console::{Desk, DeskSettings, Explanation, Pages, SettingGroup, ShownSetting};
use yaopai_http::{AccessLog, PeerAddress};
use yaopai_model::{Account, AppId, Identifier, Password, PasswordPolicy, Role};
use yaopai_testkit::{Database, SeededEntropy, TestServer, TestSettings};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct World {
    pub(crate) accounts: Accounts,
    pub(crate) app: AppId,
    pub(crate) server: TestServer,
    router: Router,
}

impl World {
    /// There is no channel for SMS.
    pub(crate) async fn new() -> Self {
        let settings = TestSettings {
            has_sms: false,
            ..TestSettings::default()
        };
        let server = TestServer::start(Database::chosen(), settings).await.unwrap();
        let setting = ShownSetting {
            key: "sms.secret".to_owned(),
            value: Some("***".to_owned()),
            origin: Some("YAOPAI_SMS_SECRET".to_owned()),
            explanation: Explanation {
                chinese: "密钥".to_owned(),
                english: "The key".to_owned(),
            },
        };
        let group = SettingGroup {
            name: "sms".to_owned(),
            explanation: Explanation::default(),
            settings: vec![setting],
        };
        let settings = DeskSettings {
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
            public_url: None,
            trusted_proxies: Vec::new(),
            password_policy: PasswordPolicy::default(),
            shown: vec![group],
            clock: server.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(7)),
            access_log: AccessLog::off(),
        };
        let desk = Desk {
            accounts: server.accounts.clone(),
            settings: Arc::new(settings),
        };
        Self {
            accounts: server.accounts.clone(),
            app: server.default_app.id,
            router: Pages::new(desk).at("/console/").unwrap().clone(),
            server,
        }
    }

    pub(crate) async fn account(&self, identifier: &str, role: Role) -> Account {
        let new = NewAccount {
            identifiers: vec![Identifier::parse(identifier).unwrap()],
            password: Password::chosen(PASSWORD, PasswordPolicy::default()).unwrap(),
            role,
        };
        self.accounts.create_account(self.app, new).await.unwrap()
    }

    /// The account's row as it is now.
    pub(crate) async fn row(&self, account: &Account) -> Option<Account> {
        self.accounts.account_by_id(account.app, account.id).await.unwrap()
    }

    /// A browser before the sign-in to the console.
    pub(crate) async fn visitor(&self) -> Browser {
        self.visitor_of("/console").await
    }

    async fn visitor_of(&self, prefix: &str) -> Browser {
        let mut browser = Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            token: String::new(),
        };
        browser.get(&format!("{prefix}/sign-in")).await;
        browser
    }

    /// A browser in which an operator of this role has signed in.
    pub(crate) async fn operator(&self, name: &str, role: Role) -> Browser {
        self.account(name, role).await;
        self.signed_in(name, "/console").await
    }

    /// A browser in which somebody has signed in to the pages under `prefix`.
    pub(crate) async fn signed_in(&self, name: &str, prefix: &str) -> Browser {
        let mut browser = self.visitor_of(prefix).await;
        let fields = [("account", name), ("password", PASSWORD)];
        let reply = browser.post(&format!("{prefix}/sign-in"), &fields).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text);
        assert_eq!(browser.get(&format!("{prefix}/")).await.status, StatusCode::OK);
        browser
    }
}

/// A browser that keeps cookies and the token of the last page's forms.
pub(crate) struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    pub(crate) token: String,
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    /// Where the browser is sent.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn has(&self, text: &str) -> bool {
        self.text.contains(text)
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, String::new()).await
    }

    /// Sends a form with its token.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.token.clone();
        self.post_bare(path, &[fields, &[("token", token.as_str())]].concat())
            .await
    }

    /// Sends a form without.
    pub(crate) async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.send(Method::POST, path, body).await
    }

    /// Sends a form, showing the password again.
    pub(crate) async fn post_confirmed(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.post(path, &[fields, &[("confirm_password", PASSWORD)]].concat())
            .await
    }

    /// What a form is answered, of which nothing was taken yet but the head.
    pub(crate) async fn begin_post(&self, path: &str, fields: &[(&str, &str)]) -> http::Response<Body> {
        let token = [("token", self.token.as_str())];
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .extend_pairs(&token)
            .finish();
        let request = self.request(Method::POST, path, body);
        self.router.clone().oneshot(request).await.unwrap()
    }

    fn request(&self, method: Method, path: &str, body: String) -> Request<Body> {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "localhost")
            .header(ACCEPT_LANGUAGE, "en")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(COOKIE, cookies.join("; "))
            .extension(PeerAddress(SocketAddr::from((Ipv4Addr::new(192, 0, 2, 1), 49_152))));
        request.body(Body::from(body)).unwrap()
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Reply {
        let request = self.request(method, path, body);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        if let Some((_, rest)) = text.split_once("name=\"token\" value=\"") {
            self.token = rest.split('"').next().unwrap().to_owned();
        }
        Reply {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }
}

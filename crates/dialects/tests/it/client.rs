//! A client of a whole server.

use axum::body::Bytes;
use http::Request;
use http::request::Builder;
use serde_json::Value;
use yaopai_courier::Body;
use yaopai_testkit::{Database, TestServer, TestSettings};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) struct Client {
    pub(crate) server: TestServer,
    /// The app's keys as parameters.
    pub(crate) app: String,
}

impl Client {
    pub(crate) async fn new() -> Self {
        let server = TestServer::start(Database::chosen(), TestSettings::default())
            .await
            .unwrap();
        let app = format!(
            "app_id={}&app_secret={}",
            server.default_app.key.as_str(),
            server.default_app_secret.expose()
        );
        Self { server, app }
    }

    /// The HTTP status and the envelope.
    pub(crate) async fn answer(&self, request: Builder, body: impl Into<Bytes>) -> (u16, Value) {
        let request = request.body(body.into()).unwrap();
        let answer = self.server.send(request, "192.0.2.1".parse().unwrap()).await.unwrap();
        (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
    }

    /// The envelope.
    pub(crate) async fn send(&self, request: Builder, body: &str) -> Value {
        self.answer(request, body.to_owned()).await.1
    }

    /// A GET of `api_cloud_user` with the app's keys.
    pub(crate) async fn get(&self, call: &str, query: &str) -> Value {
        let url = format!("/api/cloud_user/{call}?{}&{query}", self.app);
        self.send(Request::get(url), "").await
    }

    pub(crate) fn last_code(&self) -> String {
        match self.server.sms.taken().pop().unwrap().body {
            Body::Code { code, .. } => code,
            Body::Notice(_) => panic!("a notice by SMS"),
        }
    }

    /// The token of a new account of 13227290001.
    pub(crate) async fn signed_in(&self) -> String {
        let sent = self.get("code/get", "phone=13227290001&type=0").await;
        assert_eq!(sent["code"], 1, "{sent}");
        let query = format!("phone=13227290001&code={}&nickname=a&password=123456", self.last_code());
        assert_eq!(self.get("registe", &query).await["code"], 1);
        let login = self
            .get("login/psw", "phone=%2B86%20132-2729-0001&password=123456")
            .await;
        login["data"]["token"].as_str().unwrap().to_owned()
    }
}

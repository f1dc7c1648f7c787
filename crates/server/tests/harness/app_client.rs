//! A client of `api_cloud_user`.

use reqwest::{Method, RequestBuilder};

use super::{Client, Gateway, Reply, Server, query};

/// A client of one app, whose credentials end every query, as in the document.
#[derive(Clone)]
pub(crate) struct AppClient {
    client: Client,
    credentials: String,
}

impl AppClient {
    /// A client of the default app of a server that started for the first time.
    pub(crate) fn of(server: &Server) -> Self {
        let (app_id, app_secret) = server.app();
        Self::with(&server.client, &app_id, &app_secret)
    }

    /// A client of an app.
    pub(crate) fn with(client: &Client, app_id: &str, app_secret: &str) -> Self {
        Self {
            client: client.clone(),
            credentials: format!("app_id={app_id}&app_secret={app_secret}"),
        }
    }

    /// A call to be completed and sent.
    pub(crate) fn request(&self, method: Method, call: &str, parameters: &[(&str, &str)]) -> RequestBuilder {
        let mut query = query(parameters);
        query += if parameters.is_empty() { "" } else { "&" };
        let url = format!("/api/cloud_user/{call}{query}{}", self.credentials);
        self.client.request(method, &url)
    }

    /// A call without a token.
    pub(crate) async fn call(&self, method: Method, call: &str, parameters: &[(&str, &str)]) -> Reply {
        Reply::to(self.request(method, call, parameters)).await.unwrap()
    }

    /// A call with a token in the header `cloud_token`.
    pub(crate) async fn call_as(&self, token: &str, method: Method, call: &str, parameters: &[(&str, &str)]) -> Reply {
        let request = self.request(method, call, parameters).header("cloud_token", token);
        Reply::to(request).await.unwrap()
    }

    /// Asks for a code and takes it from the gateway.
    pub(crate) async fn code(&self, gateway: &Gateway, number: &str, kind: &str) -> String {
        let asked = self
            .call(Method::GET, "code/get", &[("phone", number), ("type", kind)])
            .await;
        assert_eq!(asked.code(), 1, "{asked:?}");
        gateway.code_to(&format!("+86{number}")).await
    }

    /// Registers a phone number with a code.
    pub(crate) async fn register(&self, gateway: &Gateway, number: &str, password: &str) {
        let code = self.code(gateway, number, "0").await;
        let parameters = [
            ("phone", number),
            ("code", &code),
            ("password", password),
            ("nickname", "张三"),
        ];
        let registered = self.call(Method::POST, "register", &parameters).await;
        assert_eq!(registered.code(), 1, "{registered:?}");
    }

    /// Signs in by password.
    pub(crate) async fn sign_in(&self, number: &str, password: &str) -> Reply {
        self.call(Method::GET, "login/psw", &[("phone", number), ("password", password)])
            .await
    }

    /// Signs in by a code.
    pub(crate) async fn sign_in_by_code(&self, gateway: &Gateway, number: &str) -> Reply {
        let code = self.code(gateway, number, "2").await;
        self.call(Method::GET, "login/code", &[("phone", number), ("code", &code)])
            .await
    }
}

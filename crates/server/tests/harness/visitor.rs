//! A browser without script or pictures: it keeps cookies and sends forms.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder};

use super::{Client, Reply};

/// Somebody who looks at pages.
pub(crate) struct Visitor {
    client: Client,
    cookies: BTreeMap<String, String>,
    /// The token of the forms of the page that was looked at last.
    pub(crate) token: String,
}

impl Visitor {
    pub(crate) fn of(client: &Client) -> Self {
        Self {
            client: client.clone(),
            cookies: BTreeMap::new(),
            token: String::new(),
        }
    }

    /// Looks at a page.
    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        let reply = self.send(self.client.request(Method::GET, path)).await;
        if let Some((_, rest)) = reply.text().split_once("name=\"token\" value=\"") {
            self.token = rest.split('"').next().unwrap().to_owned();
        }
        reply
    }

    /// Sends a form of the page that was looked at last.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let token = self.token.clone();
        self.post_bare(path, &[fields, &[("token", token.as_str())]].concat(), &[])
            .await
    }

    /// Sends these fields and headers, and no token.
    pub(crate) async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let mut request = self
            .client
            .request(Method::POST, path)
            .header("Content-Type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body)).await
    }

    /// Signs in at `/console` or `/account`.
    pub(crate) async fn sign_in(&mut self, pages: &str, account: &str, password: &str) {
        self.get(&format!("{pages}/sign-in")).await;
        let fields = [("account", account), ("password", password)];
        let reply = self.post(&format!("{pages}/sign-in"), &fields).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        assert_eq!(self.get(&format!("{pages}/")).await.status, 200);
    }

    async fn send(&mut self, request: RequestBuilder) -> Reply {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header("Cookie", cookies.join("; "))
            .header("Accept-Language", "en");
        let reply = Reply::to(request).await.unwrap();
        for cookie in reply.headers.get_all("Set-Cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        reply
    }
}

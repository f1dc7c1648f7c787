//! A client of the three wires, as their documents' readers would write one.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{DEADLINE, TICK};

/// Talks to one server.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    /// `host:port`.
    pub(crate) address: String,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// A client of the server at `address`.
    pub(crate) fn to(address: &str) -> Self {
        let builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .timeout(DEADLINE);
        Self {
            http: builder.build().unwrap(),
            address: address.to_owned(),
        }
    }

    /// A request to be completed and sent; `url` is path and query.
    pub(crate) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}{url}", self.address))
    }

    /// A request that is complete, to be sent.
    pub(crate) fn built(&self, request: reqwest::Request) -> RequestBuilder {
        RequestBuilder::from_parts(self.http.clone(), request)
    }

    /// `GET url`
    pub(crate) async fn get(&self, url: &str) -> Reply {
        send(self.request(Method::GET, url)).await
    }

    /// `GET url` with a token in `Authorization`.
    pub(crate) async fn get_as(&self, token: &str, url: &str) -> Reply {
        send(self.request(Method::GET, url).header("Authorization", token)).await
    }

    /// `POST url` without a body.
    pub(crate) async fn post(&self, url: &str) -> Reply {
        send(self.request(Method::POST, url)).await
    }

    /// `POST url` with a body of JSON.
    pub(crate) async fn post_json(&self, url: &str, body: &Value) -> Reply {
        send(self.json(url, body)).await
    }

    /// `POST url` with a body of JSON and a token in `Authorization`.
    pub(crate) async fn post_json_as(&self, token: &str, url: &str, body: &Value) -> Reply {
        send(self.json(url, body).header("Authorization", token)).await
    }

    /// Uploads a picture to `api_v1`.
    pub(crate) async fn upload(&self, token: &str, file_name: &str, picture: &[u8]) -> Reply {
        const BOUNDARY: &str = "----the-boundary";
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"{file_name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let request = self
            .request(Method::POST, "/api/v1/upload/image")
            .header("Authorization", token)
            .header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .body([head.as_bytes(), picture, tail.as_bytes()].concat());
        send(request).await
    }

    /// Waits until the server says that it is ready.
    pub(crate) async fn until_ready(&self) {
        let mut ticks = tokio::time::interval(TICK);
        let ready = async {
            loop {
                ticks.tick().await;
                let answer = self
                    .request(Method::GET, "/readyz")
                    .timeout(Duration::from_secs(5))
                    .send()
                    .await;
                if answer.is_ok_and(|answer| answer.status() == 200) {
                    return;
                }
            }
        };
        tokio::time::timeout(DEADLINE, ready)
            .await
            .expect("the server gets ready");
    }

    fn json(&self, url: &str, body: &Value) -> RequestBuilder {
        let request = self.request(Method::POST, url).header(CONTENT_TYPE, "application/json");
        request.body(body.to_string())
    }
}

impl Reply {
    /// Sends a request and reads the answer; none when the connection broke.
    pub(crate) async fn to(request: RequestBuilder) -> Option<Self> {
        let answer = request.send().await.ok()?;
        Some(Self {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: answer.bytes().await.ok()?.to_vec(),
        })
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The envelope's `code`.
    pub(crate) fn code(&self) -> i64 {
        self.json()["code"].as_i64().unwrap()
    }

    /// The envelope's `data`; fails where the call was refused.
    pub(crate) fn data(&self) -> Value {
        let envelope = self.json();
        assert!([1, 200].contains(&self.code()), "{envelope}");
        envelope["data"].clone()
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends a request, which must be answered.
async fn send(request: RequestBuilder) -> Reply {
    Reply::to(request).await.expect("an answer")
}

/// `?` and these parameters.
pub(crate) fn query(parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new("?".to_owned());
    query.extend_pairs(parameters).finish()
}

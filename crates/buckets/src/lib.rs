//! A bucket of an object store that speaks S3: bytes under names, written whole, read piece by piece.
//!
//! Requests are signed by query (AWS Signature Version 4) and good for a minute. Redirects are not followed, proxies in the
//! environment are ignored, and nothing that comes from outside becomes part of an address but the name of an object.

use std::error::Error as _;
use std::fmt;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method, Response, StatusCode};
use rusty_s3::{Credentials, S3Action, UrlStyle};
use tokio::time::timeout;
use url::Url;
use yaopai_model::Timestamp;
use yaopai_model::limits::{BUCKET_CONNECT_DEADLINE, BUCKET_DEADLINE, BUCKET_REFUSAL_BYTES, IDLE_CHANNEL_CONNECTIONS};

/// How long a signed request is good for; the store's clock may be off by less.
const SIGNED_FOR: Duration = Duration::from_secs(60);

/// Where a bucket is, and who may use it.
pub struct BucketSettings<'a> {
    /// The store's address, `https://…` or `http://…`.
    pub endpoint: &'a str,
    /// The bucket's name; it must exist.
    pub name: &'a str,
    /// The region that requests are signed for.
    pub region: &'a str,
    /// Whether the bucket's name goes into the path (`endpoint/name/object`) rather than into the host.
    pub in_path: bool,
    /// Which key signs.
    pub key_id: &'a str,
    /// Its secret.
    pub secret: &'a str,
}

/// Why a bucket cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is none.
    #[error("应以 https:// 或 http:// 开头 / it has to begin with https:// or http://")]
    Endpoint,
    /// The name cannot be put into the address.
    #[error("不能用作桶名 / no name for a bucket")]
    Name,
    /// The certificates of this machine cannot be read.
    #[error("TLS: {0}")]
    Tls(String),
}

/// Why a call to a bucket came to nothing. It names no address, which carries a signature.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// Nobody answered, or not in time.
    #[error("the object store cannot be reached: {0}")]
    Unreachable(String),
    /// The store said no.
    #[error("the object store answered HTTP {0}")]
    Refused(u16),
}

/// A bucket.
pub struct Bucket {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    client: Client,
}

/// An object that is being read.
pub struct Object {
    /// How many bytes all pieces have together.
    pub byte_count: u64,
    response: Response,
}

impl Bucket {
    /// A bucket. Nothing is asked of the store yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(settings: &BucketSettings<'_>) -> Result<Self, SetupError> {
        let endpoint = Url::parse(settings.endpoint).map_err(|_| SetupError::Endpoint)?;
        if !matches!(endpoint.scheme(), "http" | "https") || !endpoint.has_host() {
            return Err(SetupError::Endpoint);
        }
        let style = if settings.in_path {
            UrlStyle::Path
        } else {
            UrlStyle::VirtualHost
        };
        let (name, region) = (settings.name.to_owned(), settings.region.to_owned());
        Ok(Self {
            bucket: rusty_s3::Bucket::new(endpoint, style, name, region).map_err(|_| SetupError::Name)?,
            credentials: Credentials::new(settings.key_id, settings.secret),
            client: client().map_err(|error| SetupError::Tls(innermost(&error)))?,
        })
    }

    /// Keeps bytes under a name; what was there before is replaced.
    ///
    /// # Errors
    /// See [`BucketError`]; they may be kept all the same.
    pub async fn put(&self, name: &str, bytes: Vec<u8>, now: Timestamp) -> Result<(), BucketError> {
        let action = self.bucket.put_object(Some(&self.credentials), name);
        let answer = self.ask(Method::PUT, signed(&action, now), Some(bytes)).await?;
        judge(&answer)
    }

    /// The object with this name; none when there is no such one.
    ///
    /// # Errors
    /// See [`BucketError`], also when there is no such bucket.
    pub async fn get(&self, name: &str, now: Timestamp) -> Result<Option<Object>, BucketError> {
        let action = self.bucket.get_object(Some(&self.credentials), name);
        let response = self.ask(Method::GET, signed(&action, now), None).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return if says_no_such_object(response).await {
                Ok(None)
            } else {
                Err(BucketError::Refused(404))
            };
        }
        judge(&response)?;
        let length = response.content_length();
        let byte_count = length.ok_or_else(|| BucketError::Unreachable("it does not say how long it is".to_owned()))?;
        Ok(Some(Object { byte_count, response }))
    }

    /// Removes an object, if there is one.
    ///
    /// # Errors
    /// See [`BucketError`]; it may be removed all the same.
    pub async fn remove(&self, name: &str, now: Timestamp) -> Result<(), BucketError> {
        let action = self.bucket.delete_object(Some(&self.credentials), name);
        let answer = self.ask(Method::DELETE, signed(&action, now), None).await?;
        match judge(&answer) {
            Err(BucketError::Refused(404)) if says_no_such_object(answer).await => Ok(()),
            judged => judged,
        }
    }

    async fn ask(&self, method: Method, url: Url, body: Option<Vec<u8>>) -> Result<Response, BucketError> {
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.body(body);
        }
        match timeout(BUCKET_DEADLINE, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(BucketError::Unreachable(innermost(&error))),
            Err(_) => Err(BucketError::Unreachable("no answer in time".to_owned())),
        }
    }
}

/// The response would name the address, which carries a signature.
impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Object")
            .field("byte_count", &self.byte_count)
            .finish_non_exhaustive()
    }
}

impl Object {
    /// The next piece; none at the end.
    ///
    /// # Errors
    /// [`BucketError::Unreachable`] when the rest does not come.
    pub async fn next_piece(&mut self) -> Result<Option<Vec<u8>>, BucketError> {
        match self.response.chunk().await {
            Ok(piece) => Ok(piece.map(Into::into)),
            Err(error) => Err(BucketError::Unreachable(innermost(&error))),
        }
    }
}

fn client() -> Result<Client, reqwest::Error> {
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let roots: Vec<_> = roots
        .map(|root| Certificate::from_der(root))
        .collect::<Result<_, _>>()?;
    Client::builder()
        // Beside the machine's store, which in a bare container is missing.
        .tls_certs_merge(roots)
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(BUCKET_CONNECT_DEADLINE)
        // Between two pieces, and not over all of them: whoever loads a picture may be slow.
        .read_timeout(BUCKET_DEADLINE)
        .pool_max_idle_per_host(IDLE_CHANNEL_CONNECTIONS)
        .user_agent(concat!("yaopai/", env!("CARGO_PKG_VERSION")))
        .build()
}

fn signed<'a>(action: &impl S3Action<'a>, now: Timestamp) -> Url {
    let now = jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    action.sign_with_time(SIGNED_FOR, &now)
}

fn judge(response: &Response) -> Result<(), BucketError> {
    if response.status().is_success() {
        Ok(())
    } else {
        Err(BucketError::Refused(response.status().as_u16()))
    }
}

/// Whether a 404 is about the object: one about the bucket, or of a proxy in between, does not mean that it is not there.
async fn says_no_such_object(mut response: Response) -> bool {
    let mut said = Vec::new();
    while said.len() < BUCKET_REFUSAL_BYTES {
        match response.chunk().await {
            Ok(Some(piece)) => said.extend_from_slice(&piece),
            Ok(None) | Err(_) => break,
        }
    }
    String::from_utf8_lossy(&said).contains("<Code>NoSuchKey</Code>")
}

/// The root of an error: the operating system's or the TLS library's words. The outer layers name the address.
fn innermost(error: &reqwest::Error) -> String {
    let Some(mut cause) = error.source() else {
        return "unknown".to_owned();
    };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

//! The spellings of Yaopai: three wires that turn a request's bytes into a verb and its answer back into bytes.
//!
//! The folders are named as the URL prefixes are. A wire never decides anything: it decodes, calls one verb, encodes.
//! What all three share lies beside the folders: reading bodies, parameters, JSON and tokens, writing times, and in
//! [`http`] what surrounds every call.

pub mod api_cloud_user;
pub mod api_v1;
mod call;
mod failure;
mod fields;
pub mod http;
mod json;
mod parameters;
pub mod reference;
#[cfg(test)]
mod samples;
mod times;
mod token;
pub mod user;
mod wire;
mod words;

use std::sync::Arc;

use ::http::HeaderValue;
use jiff::tz::TimeZone;
use yaopai_accounts::Accounts;
use yaopai_model::{Clock, Entropy, PasswordPolicy, PictureName};

use yaopai_http::{AccessLog, Network};

pub use crate::failure::{BadInput, Failure, Spelling};
pub use crate::http::Front;
pub use crate::wire::Wire;

/// What the wires stand on. Cheap to clone.
#[derive(Clone)]
pub struct Wires {
    /// The verbs.
    pub accounts: Accounts,
    /// What operators set.
    pub settings: Arc<WireSettings>,
}

/// What operators set of the wires, and where they take time and randomness from.
pub struct WireSettings {
    /// The zone in which times are rendered and dates are read.
    pub zone: TimeZone,
    /// `Access-Control-Allow-Origin`; none for `*`.
    pub cors_origin: Option<HeaderValue>,
    /// How the `user` wire chooses its HTTP status.
    pub user_http_status: HttpStatus,
    /// What picture addresses begin with, such as `https://id.example.com`; none leaves them without a host.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// What a new password must be.
    pub password_policy: PasswordPolicy,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Where request ids come from.
    pub entropy: Arc<dyn Entropy>,
    /// Where a line of every call goes.
    pub access_log: AccessLog,
}

impl WireSettings {
    /// The address under which a picture is served. Never made from what a request says of its host.
    pub(crate) fn picture_address(&self, picture: &PictureName) -> String {
        let base = self.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
        format!("{base}/api/image/{}", picture.as_str())
    }
}

/// How the `user` wire chooses its HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum HttpStatus {
    /// The status is the body's `code`.
    #[default]
    Mirror,
    /// 200, except for faults of our own and overload.
    Always200,
}

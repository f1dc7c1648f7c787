//! The three wires, as the parts that they share see them.

use ::http::header::AUTHORIZATION;
use ::http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Value;
use yaopai_model::WireName;

use crate::http::{Reply, RouteLine, RouteTable};
use crate::reference::WireReference;
use crate::{Failure, Spelling, WireSettings, api_cloud_user, api_v1, user};

/// One of the three wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// `/api/cloud_user/`
    ApiCloudUser,
    /// `/api/v1/` and `/api/image/`
    ApiV1,
    /// `/user/`
    User,
}

impl Wire {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ApiCloudUser, Self::ApiV1, Self::User];

    /// The wire's name in logs and metrics.
    pub const fn name(self) -> &'static str {
        self.in_apps().as_str()
    }

    /// The wire as an app opens or closes it.
    pub(crate) const fn in_apps(self) -> WireName {
        match self {
            Self::ApiCloudUser => WireName::ApiCloudUser,
            Self::ApiV1 => WireName::ApiV1,
            Self::User => WireName::User,
        }
    }

    /// Every call of the wire, in the document's order.
    pub fn routes(self) -> Vec<RouteLine> {
        self.tables().into_iter().flat_map(RouteTable::into_lines).collect()
    }

    /// How the wire says that a call failed.
    pub fn spell(self, failure: &Failure) -> Spelling {
        match self {
            Self::ApiCloudUser => api_cloud_user::spell(failure),
            Self::ApiV1 => api_v1::spell(failure),
            Self::User => user::spell(failure),
        }
    }

    /// What the wire's calls take and answer, described.
    pub(crate) fn reference(self, settings: &WireSettings) -> WireReference {
        match self {
            Self::ApiCloudUser => api_cloud_user::reference(settings),
            Self::ApiV1 => api_v1::reference(settings),
            Self::User => user::reference(settings),
        }
    }

    /// The envelope's `code` of a success.
    pub(crate) const fn success(self) -> i64 {
        match self {
            Self::ApiCloudUser => api_cloud_user::SUCCESS,
            Self::ApiV1 => api_v1::SUCCESS,
            Self::User => user::SUCCESS,
        }
    }

    /// The envelope without data.
    pub(crate) fn envelope(self, code: i64, message: &str) -> Value {
        match self {
            Self::ApiCloudUser => api_cloud_user::envelope(code, message),
            Self::ApiV1 => api_v1::envelope(code, message),
            Self::User => user::envelope(code, message),
        }
    }

    /// The HTTP status of a failure.
    pub(crate) fn status(self, spelling: &Spelling, settings: &WireSettings) -> StatusCode {
        match self {
            Self::ApiCloudUser | Self::ApiV1 => spelling.status,
            Self::User => user::status(spelling, settings.user_http_status),
        }
    }

    /// The text in which the token of a request most likely is, at its end. What it says is for the call to read.
    pub(crate) fn shown_token(self, headers: &HeaderMap) -> Option<&[u8]> {
        let own = match self {
            Self::ApiCloudUser => headers.get(&api_cloud_user::CLOUD_TOKEN),
            Self::ApiV1 | Self::User => None,
        };
        let shown = own.or_else(|| headers.get(AUTHORIZATION));
        shown.map(HeaderValue::as_bytes)
    }

    pub(crate) fn tables(self) -> Vec<RouteTable> {
        match self {
            Self::ApiCloudUser => vec![api_cloud_user::routes()],
            Self::ApiV1 => vec![api_v1::routes(), api_v1::picture_routes()],
            Self::User => vec![user::routes()],
        }
    }

    /// The answer to a call that failed, in the wire's envelope.
    pub(crate) fn refuse(self, failure: &Failure, settings: &WireSettings) -> Reply {
        let spelling = self.spell(failure);
        match self {
            Self::ApiCloudUser => api_cloud_user::refuse(&spelling),
            Self::ApiV1 => api_v1::refuse(&spelling),
            Self::User => user::refuse(&spelling, settings),
        }
    }
}

impl Spelling {
    /// One that is answered with HTTP 200.
    pub(crate) fn new(code: i64, message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self {
            status: StatusCode::OK,
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    /// The same with another HTTP status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The same with `Retry-After: seconds`.
    pub(crate) fn with_retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_sought_where_the_calls_read_it() {
        let headers = |names: &[&'static str]| -> HeaderMap {
            let header = |name: &&'static str| (name.parse().unwrap(), HeaderValue::from_static(name));
            names.iter().map(header).collect()
        };
        let sought = |wire: Wire, names: &[&'static str]| wire.shown_token(&headers(names)).map(<[u8]>::to_vec);
        for (wire, both) in [
            (Wire::ApiCloudUser, "cloud_token"),
            (Wire::ApiV1, "authorization"),
            (Wire::User, "authorization"),
        ] {
            assert_eq!(
                sought(wire, &["authorization", "cloud_token"]).unwrap(),
                both.as_bytes()
            );
            assert_eq!(sought(wire, &["authorization"]).unwrap(), b"authorization");
            assert_eq!(sought(wire, &[]), None);
        }
    }
}

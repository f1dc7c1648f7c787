//! The three wires, as the parts that they share see them.

use ::http::StatusCode;
use axum::response::Response;

use crate::http::{RouteLine, RouteTable};
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
        match self {
            Self::ApiCloudUser => "api_cloud_user",
            Self::ApiV1 => "api_v1",
            Self::User => "user",
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

    pub(crate) fn tables(self) -> Vec<RouteTable> {
        match self {
            Self::ApiCloudUser => vec![api_cloud_user::routes()],
            Self::ApiV1 => vec![api_v1::routes(), api_v1::picture_routes()],
            Self::User => vec![user::routes()],
        }
    }

    /// The answer to a call that failed, in the wire's envelope.
    pub(crate) fn refuse(self, failure: &Failure, settings: &WireSettings) -> Response {
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

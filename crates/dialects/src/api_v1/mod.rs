//! The wire of `api_v1`.

use axum::response::{IntoResponse, Response};

use crate::http::RouteTable;
use crate::{Failure, Spelling};

/// How this wire says that a call failed.
pub(crate) fn spell(_failure: &Failure) -> Spelling {
    Spelling::new(500, "")
}

/// A failure.
pub(crate) fn refuse(spelling: &Spelling) -> Response {
    spelling.status.into_response()
}

/// The calls, in the document's order.
pub(crate) fn routes() -> RouteTable {
    RouteTable::under("/api/v1")
}

/// The pictures.
pub(crate) fn picture_routes() -> RouteTable {
    RouteTable::under("/api/image")
}

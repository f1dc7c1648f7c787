//! The wire of `api_cloud_user`: parameters in query, form or headers; every call for an app.

mod envelope;
mod errors;

use crate::http::RouteTable;

pub(crate) use envelope::refuse;
pub(crate) use errors::spell;

/// The calls, in the document's order.
pub(crate) fn routes() -> RouteTable {
    RouteTable::under("/api/cloud_user")
}

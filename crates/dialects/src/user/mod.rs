//! The wire of `user`: JSON bodies, and HTTP's own codes in the envelope.

mod envelope;
mod errors;

use crate::http::RouteTable;

pub(crate) use envelope::refuse;
pub(crate) use errors::spell;

/// The calls, in the document's order.
pub(crate) fn routes() -> RouteTable {
    RouteTable::under("/user")
}

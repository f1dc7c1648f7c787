//! How requests become calls and replies become answers: which call a path is for, what surrounds every call, and the form
//! of replies.

mod around;
mod arrived;
mod cors;
mod front;
mod reply;
mod routes;
#[cfg(test)]
mod tests;

pub(crate) use arrived::{Arrived, FromArrived, Surroundings};
pub use front::Front;
pub(crate) use reply::{Reply, failure_reply, json_reply, to_json};
pub use routes::RouteLine;
pub(crate) use routes::RouteTable;

//! What surrounds every request, whether it is a wire's or a page's: where it comes from, what it is called, how its body
//! is read and that of its answer sent, in which language it is answered, what becomes of a panic, and what is written of it.
//!
//! How a failure is put into words is not here: that is for those whose request it was.

mod access_log;
mod answer_body;
mod body;
mod bounds;
mod call_metrics;
mod language;
mod panics;
mod request_id;
#[cfg(test)]
mod samples;
mod source;

pub use access_log::{AccessLog, AccessWriter, Answered, CallRecord, LineFormat, Route, write_fault};
pub use answer_body::{AnswerBody, Piece};
pub use body::{BodyError, read_body};
pub use bounds::{BadHead, check_head, is_under};
pub use call_metrics::CallMetrics;
pub use language::Language;
pub use panics::{Panicked, caught};
pub use request_id::RequestId;
pub use source::{Network, NetworkError, PeerAddress, caller};

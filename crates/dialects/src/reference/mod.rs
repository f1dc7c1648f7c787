//! The wires as documents: OpenAPI 3.1 for tools, and a table of every failure in the words of every wire.
//!
//! What a call takes and answers is described beside its route, in each wire's `reference`. Examples come from the
//! transcripts in `conformance/`, refusals from the code that spells them, so that neither can grow stale.

mod answers;
mod call;
mod common;
mod document;
mod example;
mod failures;
mod field;
mod requests;

pub(crate) use call::{CallReference, TokenUse, WireReference};
pub use document::{Document, documents};
pub use failures::{FailureLine, all_failures, failure_lines, failure_name};
pub(crate) use field::{Field, Form};

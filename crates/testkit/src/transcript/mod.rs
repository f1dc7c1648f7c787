//! Transcripts: what is sent to the three wires and what they answer, as text that people read and tests hold against the
//! server. `conformance/README.md` describes the form.

mod answer;
mod filling;
mod format;
mod run;

pub use format::{FormatError, Transcript};
pub use run::{Seen, Verdict, run};

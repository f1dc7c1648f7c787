//! What the command line says to people: answers on standard output, complaints on standard error.

use std::io::{self, Write as _};

/// Prints `text` and a line break on standard output. Whoever reads it may have gone, which is not our failure.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// Prints `text` and a line break on standard error.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

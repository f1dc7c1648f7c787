//! Parts that a test cannot do without.

use crate::postgres::variable;

/// The part; none where it is not to be had, which is said loudly, and in CI (`CI=true`) is a failure.
///
/// # Panics
/// In CI, with the reason why the part is not to be had.
#[expect(clippy::panic, reason = "a test fails by panicking, in its helpers too")]
#[expect(clippy::print_stderr, reason = "what is left out is said loudly")]
pub fn found<T>(part: Result<T, String>) -> Option<T> {
    match part {
        Ok(part) => Some(part),
        Err(reason) if variable("CI").as_deref() == Some("true") => panic!("{reason}"),
        Err(reason) => {
            eprintln!("LEFT OUT: {reason}");
            None
        }
    }
}

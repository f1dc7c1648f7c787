//! Instants as the admin API writes and reads them: as RFC 3339 has them, written in UTC.

use yaopai_model::Timestamp;

use super::call::unreadable;
use crate::failure::Failure;

/// An instant. Those that no calendar reaches are written as its last.
pub(super) fn instant(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}

/// Reads an instant that the parameter `name` holds.
///
/// # Errors
/// [`Failure::Unreadable`].
pub(super) fn parse(text: Option<&str>, name: &str) -> Result<Option<Timestamp>, Failure> {
    let read = |text: &str| {
        let instant: jiff::Timestamp = text
            .parse()
            .map_err(|_| unreadable(format!("{name}: RFC 3339 (2026-01-31T00:00:00Z)")))?;
        Ok(Timestamp::from_millis(instant.as_millisecond()))
    };
    text.map(read).transpose()
}

//! The hours and days that figures are summed over. The last of them is the one under way.

use jiff::ToSpan as _;
use jiff::tz::TimeZone;
use yaopai_accounts::{FigureSpans, FigureSpansError};
use yaopai_model::Timestamp;

const HOUR_MILLIS: i64 = 60 * 60 * 1_000;

/// The last `count` hours.
///
/// # Errors
/// [`FigureSpansError`] for none or too many.
pub(crate) fn last_hours(now: Timestamp, count: u16) -> Result<FigureSpans, FigureSpansError> {
    let begun = now.as_millis().div_euclid(HOUR_MILLIS);
    let bounds = back(count).map(|back| Timestamp::from_millis((begun - back) * HOUR_MILLIS));
    FigureSpans::parse(bounds.collect())
}

/// The last `count` days of a zone.
///
/// # Errors
/// [`FigureSpansError`] for none or too many, and at the ends of the calendar.
pub(crate) fn last_days(now: Timestamp, zone: &TimeZone, count: u16) -> Result<FigureSpans, FigureSpansError> {
    let now = jiff::Timestamp::from_millisecond(now.as_millis()).map_err(|_| FigureSpansError)?;
    let today = zone.to_datetime(now).date();
    let begun = |back: i64| {
        let date = today.checked_sub(back.days()).ok()?;
        let begun = zone.to_zoned(date.at(0, 0, 0, 0)).ok()?;
        Some(Timestamp::from_millis(begun.timestamp().as_millisecond()))
    };
    let bounds: Option<_> = back(count).map(begun).collect();
    FigureSpans::parse(bounds.ok_or(FigureSpansError)?)
}

/// How far back each span begins; the last number is the end of the one under way.
fn back(count: u16) -> impl Iterator<Item = i64> {
    (-1..i64::from(count)).rev()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        let read: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_millis(read.as_millisecond())
    }

    fn spans(bounds: &[&str]) -> Result<FigureSpans, FigureSpansError> {
        FigureSpans::parse(bounds.iter().map(|text| instant(text)).collect())
    }

    #[test]
    fn the_last_span_is_the_one_under_way() {
        let now = instant("2026-03-01T17:30:00Z");
        assert_eq!(
            last_hours(now, 2),
            spans(&["2026-03-01T16:00:00Z", "2026-03-01T17:00:00Z", "2026-03-01T18:00:00Z"])
        );
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(
            last_days(now, &shanghai, 2),
            spans(&["2026-02-28T16:00:00Z", "2026-03-01T16:00:00Z", "2026-03-02T16:00:00Z"])
        );
    }

    #[test]
    fn a_day_on_which_clocks_are_changed_is_a_day() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(
            last_days(instant("2025-03-30T12:00:00Z"), &berlin, 1),
            spans(&["2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z"])
        );
    }

    #[test]
    fn there_is_at_least_one_and_no_more_than_are_kept() {
        let now = instant("2026-03-01T17:30:00Z");
        assert!(last_hours(now, 0).is_err() && last_hours(now, 3_000).is_err());
        assert!(last_days(now, &TimeZone::UTC, 93).is_ok());
    }
}

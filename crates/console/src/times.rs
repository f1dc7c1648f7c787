//! Instants as people read and write them, in the zone that operators set.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use yaopai_model::Timestamp;

/// `2025-06-01 03:39`
pub(crate) fn minute(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%Y-%m-%d %H:%M")
}

/// `2025-06-01 03:39:40`
pub(crate) fn second(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%Y-%m-%d %H:%M:%S")
}

/// `2025-06-01`, as a field for dates has it.
pub(crate) fn day(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%Y-%m-%d")
}

/// `03:39:40`
pub(crate) fn time_of_day(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%H:%M:%S")
}

/// `03:39`
pub(crate) fn clock(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%H:%M")
}

/// `06-01`
pub(crate) fn month_and_day(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%m-%d")
}

/// `2025-06-01T03:39:40+08:00` (RFC 3339).
pub(crate) fn rfc3339(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%Y-%m-%dT%H:%M:%S%:z")
}

/// The instant at which a day begins, as a field for dates sends it (`2025-06-01`).
pub(crate) fn parse_day(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    start(parse_date(text)?, zone)
}

/// The instant at which it ends.
pub(crate) fn parse_end_of_day(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    start(parse_date(text)?.tomorrow().ok()?, zone)
}

/// Dates alone: jiff's own reading also takes them with a time behind them.
fn parse_date(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text).ok()
}

fn start(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let start = zone.to_zoned(date.at(0, 0, 0, 0)).ok()?;
    Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
}

/// Instants that no calendar reaches are written as its last.
fn written(instant: Timestamp, zone: &TimeZone, format: &str) -> String {
    jiff::Timestamp::from_millisecond(instant.as_millis())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(zone.clone())
        .strftime(format)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_and_end_in_the_zone() {
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        let start = parse_day("2025-06-01", &shanghai).unwrap();
        assert_eq!(second(start, &shanghai), "2025-06-01 00:00:00");
        assert_eq!(minute(start, &TimeZone::UTC), "2025-05-31 16:00");
        assert_eq!(rfc3339(start, &shanghai), "2025-06-01T00:00:00+08:00");
        assert_eq!(parse_end_of_day("2025-05-31", &shanghai), Some(start));
        assert_eq!(day(start, &shanghai), "2025-06-01");
        for text in ["", "yesterday", "2025-13-01", "2025-06-01T00:00"] {
            assert_eq!(parse_day(text, &shanghai), None, "{text}");
        }
        assert_eq!(day(Timestamp::from_millis(i64::MAX), &shanghai), "9999-12-31");
    }
}

//! Instants as people write them, in the zone that operators set.

use jiff::civil;
use jiff::tz::TimeZone;
use yaopai_model::Timestamp;

/// `2025-06-01 03:39:40`
pub(crate) fn date_time(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%Y-%m-%d %H:%M:%S")
}

/// `2025-06-01`
pub(crate) fn date(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%Y-%m-%d")
}

/// `2025-06-01T03:39:40+08:00` (RFC 3339)
pub(crate) fn rfc3339(instant: Timestamp, zone: &TimeZone) -> String {
    written(instant, zone, "%Y-%m-%dT%H:%M:%S%:z")
}

/// Reads a date as `YYYY-MM-DD` or `YYYY-M-D`: the instant at which that day begins in `zone`.
pub(crate) fn parse_date(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4..=4)?;
    let month = number(parts.next()?, 1..=2)?;
    let day = number(parts.next()?, 1..=2)?;
    if parts.next().is_some() {
        return None;
    }
    let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let start = zone.to_zoned(date.at(0, 0, 0, 0)).ok()?;
    Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
}

/// Reads an instant with its offset, such as `2025-06-01T03:39:40+08:00` or `…Z` (RFC 3339).
pub(crate) fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let has_rfc3339_length = (20..=40).contains(&text.len());
    let instant: jiff::Timestamp = has_rfc3339_length.then(|| text.parse().ok())??;
    Some(Timestamp::from_millis(instant.as_millisecond()))
}

/// Instants that no calendar reaches are written as its last.
fn written(instant: Timestamp, zone: &TimeZone, format: &str) -> String {
    jiff::Timestamp::from_millisecond(instant.as_millis())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(zone.clone())
        .strftime(format)
        .to_string()
}

fn number(digits: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let fits = lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    #[test]
    fn instants_are_written_in_the_zone() {
        let instant = Timestamp::from_millis(1_748_720_380_999);
        assert_eq!(date_time(instant, &shanghai()), "2025-06-01 03:39:40");
        assert_eq!(date(instant, &shanghai()), "2025-06-01");
        assert_eq!(rfc3339(instant, &shanghai()), "2025-06-01T03:39:40+08:00");
        assert_eq!(rfc3339(instant, &TimeZone::UTC), "2025-05-31T19:39:40+00:00");
        assert_eq!(rfc3339(Timestamp::EPOCH, &shanghai()), "1970-01-01T08:00:00+08:00");
    }

    #[test]
    fn instants_beyond_the_calendar_are_written_somehow() {
        for millis in [i64::MIN, i64::MAX] {
            assert!(date(Timestamp::from_millis(millis), &shanghai()).ends_with("9999-12-31"));
        }
    }

    #[test]
    fn dates_begin_at_midnight_in_the_zone() {
        for text in ["1990-01-02", "1990-1-2", "1990-01-2"] {
            let instant = parse_date(text, &shanghai()).unwrap();
            assert_eq!(date_time(instant, &shanghai()), "1990-01-02 00:00:00", "{text}");
        }
    }

    #[test]
    fn a_midnight_that_the_clocks_skipped_is_the_days_first_instant() {
        let instant = parse_date("1940-06-01", &shanghai()).unwrap();
        assert_eq!(date(instant, &shanghai()), "1940-06-01");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "1990",
            "1990-01",
            "1990-02-30",
            "1990-13-01",
            "1990-00-01",
            "90-01-01",
            "1990-01-01-01",
            "1990-001-01",
            "1990-01-01 ",
            "+990-01-01",
            "-1990-01-01",
            "１990-01-01",
            "1990/01/01",
        ] {
            assert_eq!(parse_date(text, &shanghai()), None, "{text:?}");
        }
    }

    #[test]
    fn rfc3339_carries_its_offset() {
        let expected = Some(Timestamp::from_millis(1_748_720_380_000));
        assert_eq!(parse_rfc3339("2025-06-01T03:39:40+08:00"), expected);
        assert_eq!(parse_rfc3339("2025-05-31T19:39:40Z"), expected);
        assert_eq!(parse_rfc3339("2025-05-31T19:39:40.000Z"), expected);
        for text in ["2025-06-01", "2025-06-01T03:39:40", "2025-13-01T00:00:00Z", "now", ""] {
            assert_eq!(parse_rfc3339(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn written_dates_read_back(days in -25_000i64..84_000) {
            let instant = Timestamp::from_millis(days * 86_400_000);
            let text = date(instant, &shanghai());
            let again = parse_date(&text, &shanghai()).unwrap();
            prop_assert_eq!(date(again, &shanghai()), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}") {
            let _ = (parse_date(&text, &shanghai()), parse_rfc3339(&text));
        }
    }
}

//! The stretch of time that the dashboard shows, and its parts.

use jiff::tz::TimeZone;
use yaopai_accounts::{FigureSpans, FigureSpansError};
use yaopai_model::Timestamp;
use yaopai_model::limits::windows;

use crate::frame::Frame;
use crate::{spans, times};

/// The stretch that is shown; its last part is the one under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// 24 hours, by the hour.
    Day,
    /// 7 days of the zone, by the day.
    Week,
    /// 30 days of the zone, by the day.
    Month,
}

impl Stretch {
    pub(super) const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The stretch of this name; any other is the shortest.
    pub(super) fn parse(name: &str) -> Self {
        let named = Self::ALL.into_iter().find(|stretch| stretch.as_str() == name);
        named.unwrap_or(Self::Day)
    }

    /// Its name in an address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// Its name on the page.
    pub(super) fn name(self, frame: &Frame) -> &'static str {
        match self {
            Self::Day => frame.language.pick("24 小时", "24 hours"),
            Self::Week => frame.language.pick("7 天", "7 days"),
            Self::Month => frame.language.pick("30 天", "30 days"),
        }
    }

    /// How many parts it has.
    const fn parts(self) -> u16 {
        match self {
            Self::Day => 24,
            Self::Week => 7,
            Self::Month => 30,
        }
    }

    /// The parts of the stretch before, with which it is compared, and its own.
    ///
    /// # Errors
    /// [`FigureSpansError`] at the ends of the calendar.
    pub(super) fn spans(self, now: Timestamp, zone: &TimeZone) -> Result<FigureSpans, FigureSpansError> {
        match self {
            Self::Day => spans::last_hours(now, 2 * self.parts()),
            Self::Week | Self::Month => spans::last_days(now, zone, 2 * self.parts()),
        }
    }

    /// What a part is called below a chart.
    pub(super) fn short_name(self, from: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Day => times::clock(from, zone),
            Self::Week | Self::Month => times::month_and_day(from, zone),
        }
    }

    /// What a part is called where there is room.
    pub(super) fn long_name(self, from: Timestamp, zone: &TimeZone) -> String {
        match self {
            Self::Day => {
                let end = times::clock(from.plus(windows::PER_HOUR), zone);
                format!("{}–{end}", times::minute(from, zone))
            }
            Self::Week | Self::Month => times::day(from, zone),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_called_by_when_it_began() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let midnight = Timestamp::from_millis(1_748_707_200_000);
        let names = |stretch: Stretch| (stretch.short_name(midnight, &zone), stretch.long_name(midnight, &zone));
        let named = |short: &str, long: &str| (short.to_owned(), long.to_owned());
        assert_eq!(names(Stretch::Day), named("00:00", "2025-06-01 00:00–01:00"));
        assert_eq!(names(Stretch::Month), named("06-01", "2025-06-01"));
    }

    #[test]
    fn names_lead_back() {
        for stretch in Stretch::ALL {
            assert_eq!(Stretch::parse(stretch.as_str()), stretch);
        }
        assert_eq!(Stretch::parse("century"), Stretch::Day);
    }
}

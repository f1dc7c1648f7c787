//! How many sign-ins, registrations and codes there were.

use yaopai_model::limits::FIGURE_SPANS;
use yaopai_model::{AppId, Figure, Timestamp};
use yaopai_store::hourly_figures;

use super::Actor;
use crate::rank::{Action, reaches};
use crate::{Accounts, Outcome};

/// Spans of time that follow one another, over each of which figures are summed: hours, or the days of a time zone.
/// Whoever asks knows the zone. An hour belongs to the span in which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureSpans(Vec<Timestamp>);

/// The instants do not follow one another, or there are fewer than two or more than `limits::FIGURE_SPANS` and one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the bounds of spans of time")]
pub struct FigureSpansError;

impl FigureSpans {
    /// The spans between these instants: each but the last begins one, and ends the one before.
    ///
    /// # Errors
    /// [`FigureSpansError`]
    pub fn parse(bounds: Vec<Timestamp>) -> Result<Self, FigureSpansError> {
        let are_enough = (2..=FIGURE_SPANS + 1).contains(&bounds.len());
        if are_enough && bounds.is_sorted_by(|before, after| before < after) {
            Ok(Self(bounds))
        } else {
            Err(FigureSpansError)
        }
    }
}

/// What was counted in one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiguresOfSpan {
    /// When the span began.
    pub from: Timestamp,
    /// In the order of [`Figure::ALL`].
    totals: [u64; Figure::ALL.len()],
}

impl FiguresOfSpan {
    /// How many there were.
    pub fn total(&self, figure: Figure) -> u64 {
        self.totals[figure as usize]
    }
}

impl Accounts {
    /// What was counted of an app in each of the spans. Figures are kept for `limits::FIGURES_KEPT`; those of the last second
    /// may not be written yet.
    ///
    /// # Errors
    /// `RankTooLow`.
    pub async fn figures(&self, app: AppId, actor: Actor<'_>, spans: FigureSpans) -> Outcome<Vec<FiguresOfSpan>> {
        let administrator = actor.on(app);
        let FigureSpans(bounds) = spans;
        let summed = self.store().scan(move |db| {
            reaches(administrator.rank(db)?, Action::Inspect)?;
            let (Some((last, starts)), Some(first)) = (bounds.split_last(), bounds.first()) else {
                return Ok(Vec::new());
            };
            let blank = |from: &Timestamp| FiguresOfSpan {
                from: *from,
                totals: [0; Figure::ALL.len()],
            };
            let mut spans: Vec<_> = starts.iter().map(blank).collect();
            for counted in hourly_figures::between(db, app, *first, *last)? {
                let begun = spans.partition_point(|span| span.from <= counted.hour);
                if let Some(span) = begun.checked_sub(1).and_then(|index| spans.get_mut(index)) {
                    span.totals[counted.figure as usize] += counted.total;
                }
            }
            Ok(spans)
        });
        summed.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_follow_one_another() {
        let parse = |millis: &[i64]| FigureSpans::parse(millis.iter().copied().map(Timestamp::from_millis).collect());
        assert!(parse(&[0, 1, 5]).is_ok());
        for millis in [&[][..], &[1], &[1, 1], &[2, 1]] {
            assert_eq!(parse(millis), Err(FigureSpansError), "{millis:?}");
        }
        let many: Vec<_> = (0..=FIGURE_SPANS as i64).collect();
        assert!(parse(&many).is_ok());
        let too_many: Vec<_> = (0..=FIGURE_SPANS as i64 + 1).collect();
        assert!(parse(&too_many).is_err());
    }

    #[test]
    fn a_figure_has_its_place() {
        for (place, figure) in Figure::ALL.into_iter().enumerate() {
            assert_eq!(figure as usize, place);
        }
    }
}

//! Bar charts, drawn as SVG.
//!
//! Colours come from the style sheet, by class, since the content policy lets no element bring its own. Widths are shares of
//! the chart's and heights are pixels, so that text keeps its size on every screen.

use svg::node::element::{Group, Line, Rectangle, SVG, Text, Title};

use crate::numbers;

/// What the names of the slots take below the bars.
const NAMES_HEIGHT: f64 = 24.0;
/// What is left of a slot's width for its bars.
const BARS_SHARE: f64 = 0.62;
/// So that what is not nothing is seen.
const LEAST_BAR_HEIGHT: f64 = 2.0;
/// As many names as fit below a chart on a phone.
const NAMES: usize = 7;
/// The lines that a chart has at most above its ground line.
const LINES: u64 = 4;

/// A chart of what was counted in spans of time that follow one another.
pub(crate) struct Chart<'a> {
    /// What it shows, for those who do not see it.
    pub(crate) label: &'a str,
    /// The height of the bars' field, in pixels.
    pub(crate) field_height: f64,
    /// How the bars of a slot stand.
    pub(crate) stand: Stand,
    /// What is counted.
    pub(crate) series: &'a [Series],
    /// The spans.
    pub(crate) slots: &'a [Slot],
}

/// How the bars of a slot stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    /// On each other: their sum means something.
    Stacked,
    /// Beside each other.
    Beside,
}

/// Something that is counted.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    /// The class that gives its colour.
    pub(crate) class: &'static str,
}

/// One span.
pub(crate) struct Slot {
    /// What stands below it where there is room.
    pub(crate) name: String,
    /// What it is called where there is more room.
    pub(crate) title: String,
    /// How many there were of each series.
    pub(crate) totals: Vec<u64>,
}

impl Slot {
    fn height(&self, stand: Stand) -> u64 {
        match stand {
            Stand::Stacked => self.totals.iter().sum(),
            Stand::Beside => self.totals.iter().copied().max().unwrap_or(0),
        }
    }
}

impl Chart<'_> {
    /// The chart as an element of a page.
    pub(crate) fn to_svg(&self) -> String {
        let most = self.slots.iter().map(|slot| slot.height(self.stand)).max().unwrap_or(0);
        let step = step(most);
        let top = most.div_ceil(step).max(1).saturating_mul(step);
        let mut drawn = SVG::new()
            .set("class", "chart")
            .set("height", self.field_height + NAMES_HEIGHT)
            .set("role", "img")
            .set("tabindex", 0)
            .set("aria-label", self.label);
        for value in (0..=top / step).map(|line| line * step) {
            let y = self.field_height - self.scaled(value, top);
            let line = Line::new().set("x2", "100%").set("y1", y).set("y2", y);
            let scale = Text::new(numbers::short(value))
                .set("class", "scale")
                .set("x", -8)
                .set("y", y + 4.0);
            drawn = drawn.add(line).add(scale);
        }
        let width = 100.0 / self.slots.len().max(1) as f64;
        let every = self.slots.len().div_ceil(NAMES).max(1);
        for (place, slot) in self.slots.iter().enumerate() {
            let x = place as f64 * width;
            drawn = drawn.add(self.bars(slot, x, width, top));
            if (self.slots.len() - 1 - place).is_multiple_of(every) {
                let name = Text::new(&*slot.name)
                    .set("class", "name")
                    .set("x", share(x + width / 2.0))
                    .set("y", self.field_height + 18.0);
                drawn = drawn.add(name);
            }
        }
        drawn.to_string()
    }

    /// The bars of one slot, over a ground that the pointer finds; its figures are its title.
    fn bars(&self, slot: &Slot, x: f64, width: f64, top: u64) -> Group {
        let ground = Rectangle::new()
            .set("class", "ground")
            .set("x", share(x))
            .set("width", share(width))
            .set("height", self.field_height);
        let mut drawn = Group::new()
            .set("class", "slot")
            .add(Title::new(self.told(slot)))
            .add(ground);
        let field = width * BARS_SHARE;
        let (bar_width, shift) = match self.stand {
            Stand::Stacked => (field, 0.0),
            Stand::Beside => {
                let each = field / self.series.len().max(1) as f64;
                (each, each)
            }
        };
        let (mut left, mut floor) = (x + (width - field) / 2.0, self.field_height);
        for (series, total) in self.series.iter().zip(&slot.totals) {
            if *total > 0 {
                let height = self.scaled(*total, top).max(LEAST_BAR_HEIGHT);
                let bar = Rectangle::new()
                    .set("class", format!("column {}", series.class))
                    .set("x", share(left))
                    .set("y", rounded(floor - height))
                    .set("width", share(bar_width))
                    .set("height", rounded(height))
                    .set("rx", 2);
                drawn = drawn.add(bar);
                if self.stand == Stand::Stacked {
                    floor -= height;
                }
            }
            left += shift;
        }
        drawn
    }

    /// How high `value` is where the field is `top` high.
    fn scaled(&self, value: u64, top: u64) -> f64 {
        self.field_height * value as f64 / top as f64
    }

    /// A slot's figures in words, a line each.
    fn told(&self, slot: &Slot) -> String {
        let figures = self.series.iter().zip(&slot.totals);
        let lines = figures.map(|(series, total)| format!("\n{} {}", series.name, numbers::grouped(*total)));
        format!("{}{}", slot.title, lines.collect::<String>())
    }
}

/// A share of the chart's width.
fn share(percent: f64) -> String {
    format!("{}%", rounded(percent))
}

/// What nobody sees is not sent.
fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// The distance of the lines: the least of 1, 2, 5, 10, 20, 50, … of which [`LINES`] reach `most`.
fn step(most: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step.saturating_mul(LINES) >= most {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(stand: Stand, totals: &[[u64; 2]]) -> String {
        let slot = |totals: &[u64; 2]| Slot {
            name: "09:00".to_owned(),
            title: "<09:00>".to_owned(),
            totals: totals.to_vec(),
        };
        let series = [("good", "c1"), ("bad", "c2")].map(|(name, class)| Series { name, class });
        let chart = Chart {
            label: "sign-ins",
            field_height: 180.0,
            stand,
            series: &series,
            slots: &totals.iter().map(slot).collect::<Vec<_>>(),
        };
        chart.to_svg()
    }

    fn bars(drawn: &str) -> Vec<&str> {
        drawn.lines().filter(|line| line.contains("class=\"column")).collect()
    }

    #[test]
    fn bars_stand_on_each_other_or_beside() {
        let stacked = drawn(Stand::Stacked, &[[30, 10], [0, 0]]);
        assert_eq!(
            bars(&stacked),
            [
                r#"<rect class="column c1" height="135" rx="2" width="31%" x="9.5%" y="45"/>"#,
                r#"<rect class="column c2" height="45" rx="2" width="31%" x="9.5%" y="0"/>"#,
            ]
        );
        let beside = drawn(Stand::Beside, &[[30, 10], [0, 0]]);
        assert_eq!(
            bars(&beside),
            [
                r#"<rect class="column c1" height="180" rx="2" width="15.5%" x="9.5%" y="0"/>"#,
                r#"<rect class="column c2" height="60" rx="2" width="15.5%" x="25%" y="120"/>"#,
            ]
        );
    }

    #[test]
    fn figures_are_told_and_nothing_brings_a_style() {
        let drawn = drawn(Stand::Stacked, &[[1_200, 0]]);
        assert!(
            drawn.contains("<title>&lt;09:00&gt;\ngood 1,200\nbad 0</title>"),
            "{drawn}"
        );
        for refused in ["style=", "<style", "fill="] {
            assert!(!drawn.contains(refused), "{refused}");
        }
    }

    #[test]
    fn nothing_at_all_is_a_chart_too() {
        assert!(drawn(Stand::Stacked, &[]).starts_with("<svg"));
        assert!(bars(&drawn(Stand::Beside, &[[0, 0]])).is_empty());
    }

    #[test]
    fn lines_are_at_round_numbers() {
        let most = [0, 1, 4, 5, 9, 21, 1_000, 1_001, u64::MAX];
        let steps = [1, 1, 1, 2, 5, 10, 500, 500, 5_000_000_000_000_000_000];
        assert_eq!(most.map(step), steps);
    }
}

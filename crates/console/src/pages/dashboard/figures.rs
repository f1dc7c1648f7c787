//! Figures as the dashboard shows them: as tiles, as charts and as a table.

use jiff::tz::TimeZone;
use yaopai_accounts::FiguresOfSpan;
use yaopai_model::Figure;

use super::span::Stretch;
use crate::chart::{Chart, Series, Slot, Stand};
use crate::frame::Frame;
use crate::numbers::grouped;

/// One number, and how it was in the stretch before.
pub(super) struct Tile {
    pub(super) label: &'static str,
    pub(super) figure: String,
    pub(super) before: String,
    /// By how much it rose or fell, in hundredths; none where there was nothing before.
    pub(super) change: Option<Change>,
}

/// A rise or a fall.
pub(super) struct Change {
    pub(super) arrow: &'static str,
    pub(super) percent: String,
}

/// A chart with its heading.
pub(super) struct Panel {
    pub(super) id: &'static str,
    pub(super) heading: &'static str,
    pub(super) series: Vec<Series>,
    pub(super) svg: String,
    pub(super) is_empty: bool,
}

/// The columns of the table.
pub(super) const COLUMNS: [Figure; 8] = [
    Figure::Registrations,
    Figure::PasswordSignIns,
    Figure::CodeSignIns,
    Figure::FailedSignIns,
    Figure::CodesAsked,
    Figure::CodesSent,
    Figure::CodesFailed,
    Figure::CodesRedeemed,
];

/// A row of the table.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) totals: Vec<String>,
}

/// Figures of the stretch before and of the one that is shown.
pub(super) struct Figures<'a> {
    pub(super) before: &'a [FiguresOfSpan],
    pub(super) shown: &'a [FiguresOfSpan],
    pub(super) stretch: Stretch,
    pub(super) zone: &'a TimeZone,
    pub(super) frame: &'a Frame,
}

impl Figures<'_> {
    pub(super) fn tiles(&self) -> [Tile; 5] {
        let pick = |chinese, english| self.frame.language.pick(chinese, english);
        let sign_ins = [Figure::PasswordSignIns, Figure::CodeSignIns];
        [
            self.tile(pick("新账号", "New accounts"), &[Figure::Registrations]),
            self.tile(pick("登录", "Sign-ins"), &sign_ins),
            self.tile(pick("登录失败", "Failed sign-ins"), &[Figure::FailedSignIns]),
            self.tile(pick("发出的验证码", "Codes sent"), &[Figure::CodesSent]),
            self.tile(pick("用掉的验证码", "Codes redeemed"), &[Figure::CodesRedeemed]),
        ]
    }

    fn tile(&self, label: &'static str, figures: &[Figure]) -> Tile {
        let sum = |spans: &[FiguresOfSpan]| -> u64 {
            let totals = spans
                .iter()
                .flat_map(|span| figures.iter().map(|figure| span.total(*figure)));
            totals.sum()
        };
        let (before, now) = (sum(self.before), sum(self.shown));
        Tile {
            label,
            figure: grouped(now),
            before: grouped(before),
            change: change(before, now),
        }
    }

    pub(super) fn panels(&self) -> [Panel; 3] {
        let pick = |chinese, english| self.frame.language.pick(chinese, english);
        let series = |name, class| Series { name, class };
        [
            self.panel(
                ("sign-ins", pick("登录", "Sign-ins"), 224.0),
                Stand::Stacked,
                &[Figure::PasswordSignIns, Figure::CodeSignIns, Figure::FailedSignIns],
                vec![
                    series(pick("密码", "By password"), "by-password"),
                    series(pick("验证码", "By code"), "by-code"),
                    series(pick("失败", "Failed"), "failed"),
                ],
            ),
            self.panel(
                ("registrations", pick("新账号", "New accounts"), 168.0),
                Stand::Stacked,
                &[Figure::Registrations],
                vec![series(pick("注册", "Registered"), "new")],
            ),
            self.panel(
                ("codes", pick("验证码", "Codes"), 168.0),
                Stand::Beside,
                &[Figure::CodesSent, Figure::CodesRedeemed],
                vec![
                    series(pick("已发出", "Sent"), "sent"),
                    series(pick("已用掉", "Redeemed"), "redeemed"),
                ],
            ),
        ]
    }

    fn panel(
        &self,
        (id, heading, field_height): (&'static str, &'static str, f64),
        stand: Stand,
        figures: &[Figure],
        series: Vec<Series>,
    ) -> Panel {
        let slot = |span: &FiguresOfSpan| Slot {
            name: self.stretch.short_name(span.from, self.zone),
            title: self.stretch.long_name(span.from, self.zone),
            totals: figures.iter().map(|figure| span.total(*figure)).collect(),
        };
        let slots: Vec<_> = self.shown.iter().map(slot).collect();
        let keys = self.frame.t("用左右方向键逐个查看", "the arrow keys go through it");
        let chart = Chart {
            label: &format!("{heading}, {}: {keys}", self.stretch.name(self.frame)),
            field_height,
            stand,
            series: &series,
            slots: &slots,
        };
        Panel {
            id,
            heading,
            svg: chart.to_svg(),
            is_empty: slots.iter().all(|slot| slot.totals.iter().all(|total| *total == 0)),
            series,
        }
    }

    /// The newest first.
    pub(super) fn rows(&self) -> Vec<Row> {
        let row = |span: &FiguresOfSpan| Row {
            name: self.stretch.long_name(span.from, self.zone),
            totals: COLUMNS.iter().map(|figure| grouped(span.total(*figure))).collect(),
        };
        self.shown.iter().rev().map(row).collect()
    }

    pub(super) fn columns(&self) -> [&'static str; COLUMNS.len()] {
        let pick = |chinese, english| self.frame.language.pick(chinese, english);
        [
            pick("新账号", "New accounts"),
            pick("密码登录", "Sign-ins by password"),
            pick("验证码登录", "Sign-ins by code"),
            pick("登录失败", "Failed sign-ins"),
            pick("请求的验证码", "Codes asked for"),
            pick("发出的验证码", "Codes sent"),
            pick("发送失败", "Not delivered"),
            pick("用掉的验证码", "Codes redeemed"),
        ]
    }
}

/// By how much something rose or fell.
fn change(before: u64, now: u64) -> Option<Change> {
    let percent = (before.abs_diff(now).saturating_mul(100) + before / 2).checked_div(before)?;
    let arrow = match percent {
        0 => "→",
        _ if now < before => "↓",
        _ => "↑",
    };
    Some(Change {
        arrow,
        percent: format!("{}%", grouped(percent)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_in_hundredths_of_what_was() {
        let change = |before, now| change(before, now).map(|change| format!("{}{}", change.arrow, change.percent));
        assert_eq!(change(0, 5), None);
        assert_eq!(change(4, 5).as_deref(), Some("↑25%"));
        assert_eq!(change(3, 2).as_deref(), Some("↓33%"));
        assert_eq!(change(700, 701).as_deref(), Some("→0%"));
    }
}

//! How the database and the queues are, as the dashboard says it.

use yaopai_accounts::Health;
use yaopai_model::limits::OUTBOX_WAITING;

use crate::frame::Frame;
use crate::numbers::grouped;

/// One line of the list.
pub(super) struct Line {
    pub(super) name: &'static str,
    /// The class of the badge: `good`, `warn` or `bad`.
    pub(super) kind: &'static str,
    pub(super) badge: &'static str,
    pub(super) text: String,
    /// Where there is more to see.
    pub(super) href: Option<&'static str>,
}

/// The database, the outbox, the hash queue and the journal.
pub(super) fn lines(health: &Health, frame: &Frame) -> [Line; 4] {
    [
        database(health, frame),
        outbox(health, frame),
        hash_queue(health, frame),
        journal(health, frame),
    ]
}

fn database(health: &Health, frame: &Frame) -> Line {
    let name = frame.language.pick("数据库", "Database");
    match &health.database {
        Ok(()) => {
            let milliseconds = grouped(health.database_took.as_millis().try_into().unwrap_or(u64::MAX));
            let waiting = grouped(health.writes_waiting as u64);
            Line {
                name,
                kind: "good",
                badge: frame.language.pick("正常", "Works"),
                text: frame
                    .t("写入用时 {} 毫秒，排队 {}", "A write took {} ms, {} wait")
                    .replacen("{}", &milliseconds, 1)
                    .replacen("{}", &waiting, 1),
                href: None,
            }
        }
        Err(reason) => Line {
            name,
            kind: "bad",
            badge: frame.language.pick("故障", "Fails"),
            text: format!("{}{reason}", frame.t("不接受写入：", "It takes no writes: ")),
            href: None,
        },
    }
}

fn outbox(health: &Health, frame: &Frame) -> Line {
    let (kind, badge) = if health.messages_waiting > i64::from(OUTBOX_WAITING) {
        ("bad", frame.language.pick("已满", "Full"))
    } else if health.messages_failed > 0 {
        ("warn", frame.language.pick("有失败", "Failures"))
    } else {
        ("good", frame.language.pick("正常", "Works"))
    };
    let count = |messages: i64| grouped(messages.try_into().unwrap_or(0));
    Line {
        name: frame.language.pick("发件箱", "Outbox"),
        kind,
        badge,
        text: frame
            .t("等待 {}，24 小时内失败 {}", "{} wait, {} given up in 24 hours")
            .replacen("{}", &count(health.messages_waiting), 1)
            .replacen("{}", &count(health.messages_failed), 1),
        href: Some("/console/messages"),
    }
}

fn hash_queue(health: &Health, frame: &Frame) -> Line {
    let is_full = health.hashes_waiting >= health.hashes_allowed;
    Line {
        name: frame.language.pick("密码哈希队列", "Hash queue"),
        kind: if is_full { "bad" } else { "good" },
        badge: if is_full {
            frame.language.pick("已满", "Full")
        } else {
            frame.language.pick("正常", "Works")
        },
        text: frame
            .t("排队 {}，上限 {}", "{} of at most {}")
            .replacen("{}", &grouped(health.hashes_waiting as u64), 1)
            .replacen("{}", &grouped(health.hashes_allowed as u64), 1),
        href: None,
    }
}

fn journal(health: &Health, frame: &Frame) -> Line {
    let has_lost = health.events_lost > 0;
    Line {
        name: frame.language.pick("登录记录", "Journal"),
        kind: if has_lost { "warn" } else { "good" },
        badge: if has_lost {
            frame.language.pick("有丢失", "Losses")
        } else {
            frame.language.pick("正常", "Works")
        },
        text: frame
            .t("待写 {}，启动以来丢失 {}", "{} wait, {} lost since the start")
            .replacen("{}", &grouped(health.events_waiting as u64), 1)
            .replacen("{}", &grouped(health.events_lost), 1),
        href: None,
    }
}

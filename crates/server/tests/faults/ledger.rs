//! What was acknowledged, and what may have been done without it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use reqwest::Method;
use yaopai_store::{Db, SqlError, Store, args};

use crate::harness::AppClient;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "hunter22";
/// How many codes are presented once more at the end; all of those whose answer is not known are.
const PRESENTED_AGAIN: usize = 40;

/// Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<Notes>>);

#[derive(Default)]
struct Notes {
    /// Normal forms of identifiers whose registration was acknowledged.
    registered: BTreeSet<String>,
    /// Messages asked for and acknowledged, and those whose fate is not known, by recipient.
    messages: BTreeMap<String, (usize, usize)>,
    redemptions: Vec<Redemption>,
    /// The last value of a setting that was acknowledged, and the last that was sent.
    setting: (u32, u32),
}

/// A code that a phone number was registered with.
#[derive(Clone)]
struct Redemption {
    phone: String,
    code: String,
    is_acknowledged: bool,
}

/// What became of what was acknowledged.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) acknowledged: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// Messages that came more than once.
    pub(crate) messages_doubled: usize,
    /// Messages that were promised and have not come.
    pub(crate) messages_missing: usize,
}

impl Ledger {
    pub(crate) fn registered(&self, normal: &str) {
        self.0.lock().unwrap().registered.insert(normal.to_owned());
    }

    pub(crate) fn message(&self, to: &str, is_acknowledged: bool) {
        let mut notes = self.0.lock().unwrap();
        let (promised, unknown) = notes.messages.entry(to.to_owned()).or_default();
        if is_acknowledged {
            *promised += 1;
        } else {
            *unknown += 1;
        }
    }

    pub(crate) fn redeemed(&self, phone: &str, code: &str, is_acknowledged: bool) {
        self.0.lock().unwrap().redemptions.push(Redemption {
            phone: phone.to_owned(),
            code: code.to_owned(),
            is_acknowledged,
        });
    }

    /// The next value of the setting, which is about to be sent.
    pub(crate) fn next_setting(&self) -> u32 {
        let mut notes = self.0.lock().unwrap();
        notes.setting.1 += 1;
        notes.setting.1
    }

    pub(crate) fn setting_taken(&self, value: u32) {
        self.0.lock().unwrap().setting.0 = value;
    }

    /// Whether a setting that was read is one that may be there.
    pub(crate) fn may_be(&self, value: u32) -> bool {
        let (acknowledged, sent) = self.0.lock().unwrap().setting;
        (acknowledged..=sent).contains(&value)
    }

    /// Recipients of messages that were promised and of which `received` says nothing.
    pub(crate) fn missing(&self, received: &BTreeMap<String, usize>) -> usize {
        let notes = self.0.lock().unwrap();
        let missing = |(to, (promised, _)): (&String, &(usize, usize))| {
            promised.saturating_sub(received.get(to).copied().unwrap_or_default())
        };
        notes.messages.iter().map(missing).sum()
    }

    /// Holds the database and the messages against what was said.
    pub(crate) async fn judge(&self, store: &Store, app: &AppClient, received: &BTreeMap<String, usize>) -> Verdict {
        let mut verdict = Verdict {
            messages_missing: self.missing(received),
            ..Verdict::default()
        };
        let (registered, messages, redemptions) = {
            let notes = self.0.lock().unwrap();
            (
                notes.registered.clone(),
                notes.messages.clone(),
                notes.redemptions.clone(),
            )
        };
        for (to, count) in received {
            let (promised, unknown) = messages.get(to).copied().unwrap_or_default();
            verdict.messages_doubled += count.saturating_sub(promised + unknown);
        }
        let unknown = redemptions.iter().filter(|redemption| !redemption.is_acknowledged);
        let known = redemptions.iter().filter(|redemption| redemption.is_acknowledged);
        for redemption in unknown.chain(known.rev().take(PRESENTED_AGAIN)) {
            verdict.doubled += redemption.times_taken(app).await.saturating_sub(1);
        }
        verdict.acknowledged = registered.len() + redemptions.len();
        let (lost, doubled) = store.scan(move |db| look(db, &registered)).await.unwrap();
        verdict.lost += lost;
        verdict.doubled += doubled;
        verdict
    }
}

impl Redemption {
    /// How often the code was good, presented twice more.
    async fn times_taken(&self, app: &AppClient) -> usize {
        let mut taken = usize::from(self.is_acknowledged);
        for _ in 0..2 {
            let parameters = registration(&self.phone, &self.code);
            let reply = app.call(Method::POST, "register", &parameters).await;
            taken += usize::from(reply.code() == 1);
        }
        taken
    }
}

/// The parameters of a registration on `api_cloud_user`.
pub(crate) fn registration<'a>(phone: &'a str, code: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("phone", phone),
        ("code", code),
        ("password", PASSWORD),
        ("nickname", "张三"),
    ]
}

/// How many of the identifiers are not there, and how much there is twice.
fn look(db: &Db, registered: &BTreeSet<String>) -> Result<(usize, usize), SqlError> {
    let number = |sql: &'static str| db.row(sql, args![])?.unwrap().integer(0);
    let mut lost = 0;
    for normal in registered {
        let sql = "select count(*) from identifiers where normal = $1";
        let found = db.row(sql, args![normal.as_str()])?.unwrap().integer(0)?;
        lost += usize::from(found != 1);
    }
    let mut doubled = 0;
    for sql in [
        "select count(phone) - count(distinct phone) from accounts",
        "select count(email) - count(distinct email) from accounts",
        "select count(username) - count(distinct username) from accounts",
        "select count(*) - count(distinct public_id) from accounts",
        "select count(*) from identifiers where account_id not in (select id from accounts)",
        "select count(*) from accounts where id not in (select account_id from identifiers)",
        "select count(*) from accounts where id not in (select account_id from passwords)",
    ] {
        doubled += usize::try_from(number(sql)?).unwrap();
    }
    Ok((lost, doubled))
}

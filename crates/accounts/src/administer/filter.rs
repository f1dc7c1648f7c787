//! Which accounts a list shows, and in which order.

use yaopai_model::limits::KEYWORD_CHARACTERS;
use yaopai_model::{AccountId, Email, Phone, Role, Timestamp};
use yaopai_store::account_lists::{Among, Direction, Listed, Place};

/// Narrows a list of accounts; what is not said does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Part of a username, nickname, e-mail address or phone number; ASCII letters match in either case. Empty for any;
    /// longer than `limits::KEYWORD_CHARACTERS`, or with control characters, for none.
    pub text: String,
    /// The role.
    pub role: Option<Role>,
    /// Whether operators disabled it.
    pub disabled: Option<bool>,
    /// Whether a person was proven to stand behind it.
    pub verified: Option<bool>,
    /// Made at this instant or later.
    pub created_from: Option<Timestamp>,
    /// Made before this instant.
    pub created_before: Option<Timestamp>,
    /// Which come first.
    pub order: ListOrder,
}

/// Which accounts come first in a list: by when they were made; where a text is looked for, by their numbers, which grow
/// as accounts are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListOrder {
    /// The youngest.
    #[default]
    Newest,
    /// The oldest.
    Oldest,
}

impl AccountFilter {
    /// Whether it lets an account through, its text aside.
    pub(super) fn admits(&self, account: &Listed) -> bool {
        let created_at = account.place.created_at;
        self.role.is_none_or(|role| account.role == role)
            && self.disabled.is_none_or(|disabled| account.is_disabled == disabled)
            && self.verified.is_none_or(|verified| account.is_verified == verified)
            && self.created_from.is_none_or(|from| created_at >= from)
            && self.created_before.is_none_or(|before| created_at < before)
    }

    /// The fewest accounts that there is an index of and that all it lets through are among.
    pub(super) fn among(&self) -> Among {
        match (self.role, self.disabled, self.verified) {
            (Some(role), _, _) if role > Role::User => Among::Role(role),
            (_, Some(true), _) => Among::Disabled,
            (_, _, Some(false)) => Among::Unverified,
            _ => Among::All,
        }
    }

    /// Where a list that goes this way begins: before all accounts that it lets through.
    pub(super) fn start(&self, direction: Direction) -> Place {
        match direction {
            Direction::Up => place(self.created_from.unwrap_or(EARLIEST), i64::MIN),
            // All that were made at an instant are before the smallest number of the next.
            Direction::Down => match self.created_before {
                Some(before) => place(before, i64::MIN),
                None => place(LATEST, i64::MAX),
            },
        }
    }

    /// The age at which it ends.
    pub(super) fn end(&self, direction: Direction) -> Timestamp {
        match direction {
            Direction::Up => self.created_before.unwrap_or(LATEST),
            Direction::Down => self.created_from.unwrap_or(EARLIEST),
        }
    }

    /// What the audit log says of it; addresses are masked.
    pub(super) fn described(&self) -> String {
        let yes_or_no = |name: &str, value: Option<bool>| value.map(|value| format!("{name} {value}"));
        let parts = [
            (!self.text.is_empty()).then(|| format!("text {:?}", masked(&self.text))),
            self.role.map(|role| format!("role {}", role.as_str())),
            yes_or_no("disabled", self.disabled),
            yes_or_no("verified", self.verified),
            self.created_from.map(|from| format!("from {}", from.as_millis())),
            self.created_before
                .map(|before| format!("before {}", before.as_millis())),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        if parts.is_empty() {
            "all".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

const EARLIEST: Timestamp = Timestamp::from_millis(i64::MIN);
const LATEST: Timestamp = Timestamp::from_millis(i64::MAX);

fn place(created_at: Timestamp, id: i64) -> Place {
    Place {
        created_at,
        id: AccountId(id),
    }
}

fn masked(text: &str) -> String {
    if let Ok(phone) = Phone::parse(text) {
        return phone.masked();
    }
    Email::parse(text).map_or_else(
        |_| text.chars().take(KEYWORD_CHARACTERS).collect(),
        |email| email.masked(),
    )
}

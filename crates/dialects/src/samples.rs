//! Settings and an account for this crate's tests.

use std::sync::Arc;

use jiff::tz::TimeZone;
use yaopai_http::AccessLog;
use yaopai_model::{Account, AccountId, AppId, PasswordPolicy, Profile, PublicId, Role, Timestamp};
use yaopai_testkit::{ManualClock, SeededEntropy};

use crate::{HttpStatus, WireSettings};

/// The defaults, at a time that stands still.
pub(crate) fn settings() -> WireSettings {
    WireSettings {
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
        cors_origin: None,
        user_http_status: HttpStatus::Mirror,
        public_url: None,
        trusted_proxies: Vec::new(),
        password_policy: PasswordPolicy::Published,
        clock: Arc::new(ManualClock::at(Timestamp::EPOCH)),
        entropy: Arc::new(SeededEntropy::new(1)),
        access_log: AccessLog::off(),
    }
}

/// Of whom nothing is known but what everybody has.
pub(crate) fn account() -> Account {
    Account {
        id: AccountId(8),
        app: AppId(1),
        public_id: PublicId::parse("qpujpkjvoudsylho").unwrap(),
        username: None,
        phone: None,
        email: None,
        role: Role::User,
        profile: Profile::default(),
        created_at: Timestamp::from_millis(1_748_720_380_123),
        verified_at: None,
        last_sign_in_at: None,
        sign_in_count: 0,
        disabled_at: None,
        permissions: Vec::new(),
        preferences: None,
        closing_at: None,
        epoch: 0,
    }
}

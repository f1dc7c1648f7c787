//! Settings for this crate's tests.

use std::sync::Arc;

use jiff::tz::TimeZone;
use yaopai_http::AccessLog;
use yaopai_model::{PasswordPolicy, Timestamp};
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

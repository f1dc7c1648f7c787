//! What this crate's tests draw from.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use yaopai_model::{Entropy, Timestamp};

use crate::{AccessLog, Answered, CallRecord, RequestId, Route};

/// Draws nothing but sevens.
pub(crate) struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Notes a call of `/user/info` that took 3 ms.
pub(crate) fn note_call(log: &AccessLog, method: &Method, code: i64, record: &CallRecord) {
    let asked_at = Timestamp::from_millis(1_700_000_000_002);
    let answered = Answered {
        method,
        status: StatusCode::OK,
        code,
        asked_at,
        answered_at: asked_at.plus(Duration::from_millis(3)),
        request_id: &RequestId::choose(&HeaderMap::new(), &Sevens),
        record,
    };
    Route::new("user", "/user/info").note(log, &answered);
}

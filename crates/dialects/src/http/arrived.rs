//! A request that has arrived, and of which nobody has read the body yet.
//!
//! Its head stays where it was put first: it is large, and moving it from hand to hand would cost more than it says.

use std::sync::Arc;

use ::http::request::Parts;
use axum::body::Body;
use yaopai_accounts::{Caller, TokenKeys};
use yaopai_http::CallRecord;
use yaopai_model::WireName;

use crate::{Failure, Wires};

/// A request that has arrived.
pub(crate) struct Arrived {
    /// What the wires stand on.
    pub(crate) wires: Arc<Wires>,
    /// What is known of it already.
    pub(crate) surroundings: Arc<Surroundings>,
    /// Its body on the way.
    pub(crate) body: Body,
}

/// What is known of a call before its body is read.
pub(crate) struct Surroundings {
    /// Method, address and headers.
    pub(crate) head: Parts,
    /// Where the call notes what it finds out.
    pub(crate) record: CallRecord,
    /// Who is at the other end of the line.
    pub(crate) caller: Caller,
    /// The keys that tokens are signed and checked by, as they were when it arrived. A token in its head was signed before that, by
    /// a key that every node knew (`limits::KEY_TAKEN_UP`). One in its body may be younger, by the time that a body may take; on
    /// SQLite, where a new key signs at once, that key may not be among these, and the token is refused.
    pub(crate) token_keys: Arc<TokenKeys>,
    /// On which wire it came.
    pub(crate) wire: WireName,
}

/// What an endpoint starts from.
pub(crate) trait FromArrived: Sized + Send {
    /// Makes it of a request.
    ///
    /// # Errors
    /// What is wrong with the request.
    fn from_arrived(arrived: Arrived) -> impl Future<Output = Result<Self, Failure>> + Send;
}

impl FromArrived for Arrived {
    async fn from_arrived(arrived: Arrived) -> Result<Self, Failure> {
        Ok(arrived)
    }
}

//! A channel that keeps what it is given, for tests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Message, SendError};

/// The most messages kept; further ones are refused.
const CAPACITY: usize = 10_000;

/// Keeps messages for tests. Clones share one store, so a test holds one and the server another.
#[derive(Clone, Default)]
pub struct MemoryChannel(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    taken: Vec<Message>,
    refusals: VecDeque<SendError>,
}

impl MemoryChannel {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Copies of the messages taken so far, oldest first.
    pub fn taken(&self) -> Vec<Message> {
        self.state().taken.clone()
    }

    /// Lets one coming message fail with `error`; called twice, two of them, in that order.
    pub fn refuse_next(&self, error: SendError) {
        self.state().refusals.push_back(error);
    }

    pub(crate) fn keep(&self, message: &Message) -> Result<(), SendError> {
        let mut state = self.state();
        if let Some(error) = state.refusals.pop_front() {
            return Err(error);
        }
        if state.taken.len() >= CAPACITY {
            return Err(SendError::temporary("内存通道已满 / the memory channel is full"));
        }
        state.taken.push(message.clone());
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use yaopai_model::Purpose;

    use super::*;
    use crate::{Body, Channel};

    #[tokio::test]
    async fn messages_are_kept_in_order_and_refused_when_asked() {
        let store = MemoryChannel::new();
        let channel = Channel::Memory(store.clone());
        let message = |id: &str| Message {
            id: id.into(),
            to: "yao@example.org".into(),
            body: Body::Code {
                code: "042917".into(),
                purpose: Purpose::Any,
                ttl_seconds: 300,
            },
            app_id: "app".into(),
            app_name: "腰牌".into(),
        };
        store.refuse_next(SendError::temporary("later"));
        assert_eq!(channel.send(&message("1")).await, Err(SendError::temporary("later")));
        assert_eq!(channel.send(&message("2")).await, Ok(()));
        assert_eq!(channel.send(&message("3")).await, Ok(()));
        let ids: Vec<_> = store.taken().into_iter().map(|message| message.id).collect();
        assert_eq!(ids, ["2", "3"]);
        assert!(channel.is_configured() && !Channel::Off.is_configured());
        assert!(matches!(
            Channel::Off.send(&message("4")).await,
            Err(SendError::Permanent(_))
        ));
    }
}

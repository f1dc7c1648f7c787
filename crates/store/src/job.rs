//! What waits for its turn at a database: a closure, and whoever wants to know what became of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;

use crate::sql::{SqlError, Tx};

/// What a job is answered when there is nobody to do it.
pub(crate) fn gone() -> SqlError {
    SqlError::Unavailable("the store is closed".to_owned())
}

/// A closure that waits for its turn, whatever it returns.
pub(crate) trait Job: Send {
    /// Runs the closure. Whether what it did is to be kept.
    fn run(&mut self, tx: &Tx) -> bool;

    /// Answers with what the closure returned last, or with why it does not count.
    fn answer(self: Box<Self>, outcome: Result<(), SqlError>);
}

/// A transaction, which may have to be run several times.
pub(crate) struct Task<F, T, E> {
    f: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
    ticket: Ticket,
}

impl<F, T, E> Task<F, T, E> {
    /// The task, counted in `depth`, and where its answer will be.
    pub(crate) fn new(f: F, depth: &Arc<AtomicUsize>) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        let ticket = Ticket::new(depth);
        let task = Self {
            f,
            result: None,
            reply,
            ticket,
        };
        (task, answer)
    }
}

/// Counts a job for as long as it has not been answered.
struct Ticket(Arc<AtomicUsize>);

impl Ticket {
    fn new(depth: &Arc<AtomicUsize>) -> Self {
        depth.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(depth))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: Fn(&Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<SqlError> + Send,
{
    fn run(&mut self, tx: &Tx) -> bool {
        let result = tx.run(|_| (self.f)(tx));
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, outcome: Result<(), SqlError>) {
        let result = match outcome {
            Ok(()) => self.result.unwrap_or_else(|| Err(gone().into())),
            Err(error) => Err(error.into()),
        };
        drop(self.ticket);
        // Whoever asked may have gone away; the write stands all the same.
        let _ = self.reply.send(result);
    }
}

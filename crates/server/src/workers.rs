//! The threads that answer requests, one for each core. A connection stays with its thread: handing what it asks from
//! thread to thread would cost more than answering.

use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The threads. They end when this is dropped, and what they still had to do with them.
pub(crate) struct Workers {
    threads: Vec<Worker>,
    turn: AtomicUsize,
}

struct Worker {
    runtime: Handle,
    /// Dropped to end the thread.
    _end: oneshot::Sender<()>,
}

impl Workers {
    /// Starts one for each core.
    ///
    /// # Errors
    /// When the system has no room for them.
    pub(crate) fn start() -> io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads: io::Result<Vec<Worker>> = (0..cores).map(|_| Worker::start()).collect();
        Ok(Self {
            threads: threads?,
            turn: AtomicUsize::new(0),
        })
    }

    /// The runtime of the thread whose turn it is to take a connection.
    pub(crate) fn next(&self) -> Option<&Handle> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.threads.len();
        self.threads.get(turn).map(|worker| &worker.runtime)
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("worker".to_owned())
            // Ending is all that is ever told.
            .spawn(move || drop(runtime.block_on(ended)))?;
        Ok(Self {
            runtime: handle,
            _end: end,
        })
    }
}

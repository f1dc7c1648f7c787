//! Being told to stop.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Knows whether the server was told to stop. Clones share it.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Waits until the server is told to stop.
    pub(crate) async fn requested(&mut self) {
        // An error means that whoever could tell is gone, and so is the server.
        let _ = self.0.wait_for(|told| *told).await;
    }

    /// Waits until the server is told to stop, and `grace` longer.
    pub(crate) async fn requested_and(&mut self, grace: Duration) {
        self.requested().await;
        #[expect(clippy::disallowed_methods, reason = "what is under way is given a while")]
        tokio::time::sleep(grace).await;
    }

    /// Waits for `duration`; says no, and at once, when the server is told to stop meanwhile.
    pub(crate) async fn lasts(&mut self, duration: Duration) -> bool {
        tokio::time::timeout(duration, self.requested()).await.is_err()
    }
}

/// Tells everybody to stop.
pub(crate) struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// One who tells, and what is told to.
    pub(crate) fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Tells everybody to stop.
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Waits for SIGTERM or SIGINT.
///
/// # Errors
/// When the process cannot listen for signals.
pub(crate) async fn signalled() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

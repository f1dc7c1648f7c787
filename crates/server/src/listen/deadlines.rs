//! A stream that gives up on a peer who does not get on with it.
//!
//! Hyper's own deadline runs from the end of the last reply, so it cannot tell an idle connection, which is welcome to
//! stay a while, from a request that trickles in.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::coop;
use tokio::time::{Instant, Sleep};

const WAITING: u64 = 0;
const READING_HEAD: u64 = 1;
const ANSWERING: u64 = 2;
/// Phases are numbered through, so that two of a kind can be told apart.
const STEP: u64 = 4;

/// What a connection is about. Clones share it.
#[derive(Clone)]
pub(super) struct Phase(Arc<AtomicU64>);

impl Phase {
    /// A new connection, whose first request is due at once.
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(READING_HEAD)))
    }

    /// The reply is on its way; the next request may come.
    pub(super) fn waiting(&self) {
        self.enter(WAITING);
    }

    /// A request's head is there. Reading its body has a deadline of its own.
    pub(super) fn answering(&self) {
        self.enter(ANSWERING);
    }

    /// Bytes came. Those of a body come while the request is being answered, and are no head.
    fn bytes_came(&self) {
        if self.number() % STEP == WAITING {
            self.enter(READING_HEAD);
        }
    }

    /// Only the connection's own task gets here, so nobody else writes in between.
    fn enter(&self, phase: u64) {
        let number = self.number();
        self.0.store(number - number % STEP + STEP + phase, Ordering::Relaxed);
    }

    fn number(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection whose reads end at the deadline of its [`Phase`], and whose writes end when the peer does not read.
pub(super) struct TimedStream {
    stream: TcpStream,
    phase: Phase,
    head: Duration,
    idle: Duration,
    read_timer: Timer,
    /// The phase that the timer runs for.
    timed: u64,
    write_timer: Timer,
    write_stalled: bool,
    joined: Joined,
}

impl TimedStream {
    pub(super) fn new(stream: TcpStream, phase: Phase, head: Duration, idle: Duration) -> Self {
        Self {
            stream,
            phase,
            head,
            idle,
            read_timer: Timer::new(),
            timed: ANSWERING,
            write_timer: Timer::new(),
            write_stalled: false,
            joined: Joined(Vec::new()),
        }
    }

    /// Pending until the deadline of the present phase has passed.
    fn poll_read_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let number = self.phase.number();
        let deadline = match number % STEP {
            ANSWERING => return Poll::Pending,
            READING_HEAD => self.head,
            _waiting => self.idle,
        };
        if self.timed != number {
            self.timed = number;
            self.read_timer.set(deadline);
        }
        self.read_timer.poll(context)
    }

    /// What a write came to, unless the peer has not read for too long.
    fn bound_write<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write_stalled = false;
            return written;
        }
        if !self.write_stalled {
            self.write_stalled = true;
            self.write_timer.set(self.idle);
        }
        self.write_timer.poll(context).map(Err)
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Ready(read) => {
                this.phase.bytes_came();
                Poll::Ready(read)
            }
            Poll::Pending => this.poll_read_deadline(context).map(Err),
        }
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.bound_write(context, written)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        // Hyper does not read again before a reply is out if it has tried before, and the phase has changed since. When
        // the deadline passes it reads, and is told.
        let _ = this.poll_read_deadline(context);
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let stream = Pin::new(&mut this.stream);
        let written = if this.joined.hold(slices) {
            stream.poll_write(context, &this.joined.0)
        } else {
            stream.poll_write_vectored(context, slices)
        };
        this.bound_write(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// A head and a body one behind the other, in a buffer that the connection keeps: sending one piece costs the system less than
/// gathering two.
struct Joined(Vec<u8>);

impl Joined {
    /// As much as most answers have, in bytes.
    const MOST: usize = 2048;

    /// Whether the slices are in it now, which they are where they fit.
    fn hold(&mut self, slices: &[io::IoSlice<'_>]) -> bool {
        let fits = slices.iter().map(|slice| slice.len()).sum::<usize>() <= Self::MOST;
        if fits {
            self.0.clear();
            slices.iter().for_each(|slice| self.0.extend_from_slice(slice));
        }
        fits
    }
}

/// A deadline that is set again and again. Every request sets it, and hardly ever is it reached: so the runtime is not told
/// of one that is later than that which it knows of, until that has come.
struct Timer {
    deadline: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Whether the runtime will wake the connection's task when the sleep is over. It is always the same task.
    is_awaited: bool,
}

impl Timer {
    const fn new() -> Self {
        Self {
            deadline: None,
            sleep: None,
            is_awaited: false,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "deadlines of connections are the runtime's time, not the product's"
    )]
    fn set(&mut self, duration: Duration) {
        let deadline = Instant::now() + duration;
        self.deadline = Some(deadline);
        match &mut self.sleep {
            Some(sleep) if sleep.deadline() > deadline => {
                sleep.as_mut().reset(deadline);
                self.is_awaited = false;
            }
            Some(_) => {}
            None => self.sleep = Some(Box::pin(tokio::time::sleep_until(deadline))),
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        let (Some(deadline), Some(sleep)) = (self.deadline, &mut self.sleep) else {
            return Poll::Pending;
        };
        if self.is_awaited && !sleep.is_elapsed() {
            return Poll::Pending;
        }
        while sleep.as_mut().poll(context).is_ready() {
            if sleep.deadline() >= deadline {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            sleep.as_mut().reset(deadline);
        }
        // Where its budget is spent, a sleep has not told the runtime of itself; the task is polled again at once.
        self.is_awaited = coop::has_budget_remaining();
        Poll::Pending
    }
}

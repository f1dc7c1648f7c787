//! The threads that run closures, and the queue in front of them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Interval;
use yaopai_model::limits::{SERVER_RECHECK_DEADLINE, WRITE_ATTEMPTS};
use yaopai_model::{Entropy, draw};

use super::connection::Connection;
use super::line::Line;
use super::options::PostgresOptions;
use super::server::Server;
use crate::job::{Job, gone};
use crate::open::OpenError;
use crate::sql::{Db, SqlError, Tx};

/// What a thread's connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Statements by themselves.
    Read,
    /// Several queries on one snapshot.
    Scan,
    /// Transactions.
    Write,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Read => "store-reader",
            Self::Scan => "store-scanner",
            Self::Write => "store-writer",
        }
    }

    fn begin(self) -> &'static str {
        match self {
            Self::Read => "begin isolation level read committed read only",
            Self::Scan => "begin isolation level repeatable read read only",
            Self::Write => "begin isolation level read committed read write",
        }
    }

    /// What a connection that keeps its settings begins with: what keeps a single statement of this role from writing, and
    /// how long it may wait for locks and take.
    pub(crate) fn set_up(self, lock_wait: Duration, time: Duration) -> String {
        let access = match self {
            Self::Read | Self::Scan => "read only",
            Self::Write => "read write",
        };
        let bounds = bounds("set", lock_wait, time);
        format!("set session characteristics as transaction {access}; {bounds}")
    }
}

/// Threads of one role.
pub(crate) struct Workers {
    /// Gone once they are closed.
    queue: Mutex<Option<mpsc::Sender<Order>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// A job, and what says when nobody wants its answer any more; a job without that is done in any case.
struct Order {
    job: Box<dyn Job>,
    caller: Option<oneshot::Receiver<()>>,
}

type Queue = Arc<tokio::sync::Mutex<mpsc::Receiver<Order>>>;

impl Workers {
    pub(crate) fn start(
        role: Role,
        threads: usize,
        server: &Arc<Server>,
        options: &PostgresOptions,
    ) -> Result<Self, OpenError> {
        let (queue, orders) = mpsc::channel(options.queue.max(1));
        let orders = Arc::new(tokio::sync::Mutex::new(orders));
        let started = (0..threads.max(1)).map(|_| Worker::start(role, &orders, server, options));
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            threads: Mutex::new(started.collect::<io::Result<_>>()?),
        })
    }

    /// Queues a job.
    ///
    /// # Errors
    /// [`SqlError::Overloaded`] when the queue is full, [`SqlError::Unavailable`] when the workers are closed.
    pub(crate) fn submit(&self, job: Box<dyn Job>, caller: Option<oneshot::Receiver<()>>) -> Result<(), SqlError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queue.as_ref().ok_or_else(gone)?;
        queue.try_send(Order { job, caller }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SqlError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => gone(),
        })
    }

    /// Takes no more jobs, and waits until those that are queued are done.
    pub(crate) fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A panic of the thread has been reported by the panic hook, and there is nothing left to close.
            let _ = thread.join();
        }
    }
}

/// A closure that reads, and is run once.
pub(crate) struct Look<F, T, E> {
    f: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Look<F, T, E> {
    /// The job, and where its answer will be.
    pub(crate) fn new(f: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        let look = Self {
            f: Some(f),
            result: None,
            reply,
        };
        (look, answer)
    }
}

impl<F, T, E> Job for Look<F, T, E>
where
    F: FnOnce(&Db) -> Result<T, E> + Send,
    T: Send,
    E: From<SqlError> + Send,
{
    fn run(&mut self, tx: &Tx) -> bool {
        self.result = self.f.take().map(|f| tx.run(f));
        false
    }

    fn answer(self: Box<Self>, outcome: Result<(), SqlError>) {
        let result = match outcome {
            Ok(()) => self.result.unwrap_or_else(|| Err(gone().into())),
            Err(error) => Err(error.into()),
        };
        // Whoever asked may have gone away.
        let _ = self.reply.send(result);
    }
}

/// One thread's own.
struct Worker {
    role: Role,
    queue: Queue,
    server: Arc<Server>,
    line: Arc<Line>,
    recheck: Interval,
    connection: Option<Tx>,
    entropy: Arc<dyn Entropy>,
    /// How long a job may take.
    time: Duration,
    lock_wait: Duration,
}

/// What became of one run of a job.
enum Run {
    /// This is the outcome.
    Ended(Result<(), SqlError>),
    /// Nothing was done, for this reason, and another run may fare better.
    Again(SqlError),
    /// Nothing was done for want of a number; now there are some.
    AtOnce,
}

impl Worker {
    fn start(role: Role, queue: &Queue, server: &Arc<Server>, options: &PostgresOptions) -> io::Result<JoinHandle<()>> {
        let line = Arc::new(Line::new()?);
        let worker = Self {
            role,
            queue: Arc::clone(queue),
            server: Arc::clone(server),
            recheck: line.every(options.recheck_every),
            line,
            connection: None,
            entropy: Arc::clone(&options.entropy),
            lock_wait: options.lock_wait,
            time: match role {
                Role::Read | Role::Write => options.deadline,
                Role::Scan => options.scan_deadline,
            },
        };
        let thread = std::thread::Builder::new().name(role.name().to_owned());
        thread.spawn(move || worker.work())
    }

    fn work(mut self) {
        while let Some(order) = self.next() {
            let Order { job, mut caller } = order;
            let is_wanted = caller
                .as_mut()
                .is_none_or(|caller| caller.try_recv() == Err(oneshot::error::TryRecvError::Empty));
            if is_wanted {
                self.line.allow(self.time, caller);
                self.carry_out(job);
            }
        }
    }

    /// The next job. Until there is one the connection is looked after, so that its loss is noticed.
    fn next(&mut self) -> Option<Order> {
        loop {
            let next = self.line.wait_for_ever(async {
                tokio::select! {
                    biased;
                    _ = self.recheck.tick() => None,
                    order = async { self.queue.lock().await.recv().await } => Some(order),
                }
            });
            match next {
                Some(order) => return order,
                None => self.recheck(),
            }
        }
    }

    /// Gives up a connection that is lost, or leads to what has become a standby.
    fn recheck(&mut self) {
        self.line.allow(SERVER_RECHECK_DEADLINE, None);
        let is_good = |tx: &Tx| !tx.is_lost() && tx.is_standby() == Ok(false);
        self.connection = self.connection.take().filter(is_good);
    }

    fn carry_out(&mut self, mut job: Box<dyn Job>) {
        let mut attempt = 1;
        loop {
            match self.run(job.as_mut()) {
                Run::Ended(outcome) => return job.answer(outcome),
                // No attempt of its own: others may have taken the numbers meanwhile. The deadline ends it.
                Run::AtOnce => {}
                Run::Again(error) => {
                    if attempt == WRITE_ATTEMPTS || self.stand_back(attempt).is_err() {
                        return job.answer(Err(error));
                    }
                    attempt += 1;
                }
            }
        }
    }

    /// Lets those pass that were collided with; how long is drawn, so that not all come back at once.
    fn stand_back(&self, attempt: usize) -> Result<(), SqlError> {
        let most = 10 << attempt.min(WRITE_ATTEMPTS);
        let time = Duration::from_millis(draw::below(self.entropy.as_ref(), most).into());
        #[expect(clippy::disallowed_methods, reason = "within the deadline of the job")]
        self.line.wait(async { tokio::time::sleep(time).await })
    }

    fn run(&mut self, job: &mut dyn Job) -> Run {
        let tx = match self.connected() {
            Ok(tx) => tx,
            Err(error) => return Run::Ended(Err(error)),
        };
        let run = attempt(&tx, self.role, self.server.keeps_state, job);
        if tx.in_transaction() {
            tx.rollback();
        }
        let run = match tx.reserve_numbers() {
            Ok(true) => Run::AtOnce,
            Ok(false) => run,
            Err(error) => Run::Ended(Err(error)),
        };
        if !tx.is_lost() {
            self.connection = Some(tx);
        }
        run
    }

    /// The connection that is there, or a new one.
    fn connected(&mut self) -> Result<Tx, SqlError> {
        if let Some(tx) = self.connection.take().filter(|tx| !tx.is_lost()) {
            return Ok(tx);
        }
        let client = self.line.wait(self.server.connect())??;
        let line = Arc::clone(&self.line);
        let connection = if self.server.keeps_state {
            let connection = Connection::new(client, line, &self.server, self.role.begin().to_owned());
            connection.set_up(&self.role.set_up(self.lock_wait, self.time))?;
            connection
        } else {
            let begin = format!(
                "{}; {}",
                self.role.begin(),
                bounds("set local", self.lock_wait, self.time)
            );
            Connection::new(client, line, &self.server, begin)
        };
        Ok(Tx::new(Db::postgres(connection)))
    }
}

/// What the server is told about time. It ends the waiting for another's locks and then the statement a little before
/// this side gives its connection up, and the transactions of a process that is no more or has been frozen.
fn bounds(set: &str, lock_wait: Duration, time: Duration) -> String {
    let (lock, time) = (lock_wait.as_millis(), time.as_millis());
    let (statement, idle) = (time * 9 / 10, time * 4);
    format!(
        "{set} lock_timeout = {lock}; {set} statement_timeout = {statement}; \
         {set} idle_in_transaction_session_timeout = {idle}"
    )
}

fn attempt(tx: &Tx, role: Role, keeps_state: bool, job: &mut dyn Job) -> Run {
    // A connection that is read-only by its own settings needs no transaction for single statements.
    if (role != Role::Read || !keeps_state)
        && let Err(error) = tx.begin()
    {
        // Nothing was done yet: the connection may have been lost while it lay idle.
        return if tx.is_lost() && error != SqlError::Deadline {
            Run::Again(error)
        } else {
            Run::Ended(Err(error))
        };
    }
    let keep = job.run(tx);
    if role != Role::Write {
        return Run::Ended(Ok(()));
    }
    match tx.failure() {
        Some(SqlError::Conflict) => return Run::Again(SqlError::Conflict),
        // A transaction that was not committed is undone by the server; another connection may carry it out.
        Some(error @ SqlError::Unavailable(_)) if tx.is_lost() => return Run::Again(error),
        _ => {}
    }
    if !keep {
        return Run::Ended(Ok(()));
    }
    match tx.commit() {
        Err(SqlError::Conflict) => Run::Again(SqlError::Conflict),
        outcome => Run::Ended(outcome),
    }
}

//! The writer: one thread, one connection, and one commit for all that waits and for what comes meanwhile.
//!
//! A commit at `synchronous=FULL` waits for the disk, whatever it commits; sharing it is what makes durable writes
//! cheap. Each job has a savepoint of its own, so that one that fails takes nothing else with it, and nobody is
//! answered before the commit.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use yaopai_model::limits::WRITE_ATTEMPTS;

use crate::job::{Job, Task, gone};
use crate::open::SqliteOptions;
use crate::sql::{SqlError, Tx};
use crate::versions::Versions;

/// The way to the writing thread.
pub(crate) struct Writer {
    /// Gone once the writer is closed.
    thread: Mutex<Option<Thread>>,
    depth: Arc<AtomicUsize>,
}

struct Thread {
    queue: SyncSender<Box<dyn Job>>,
    handle: JoinHandle<()>,
}

impl Writer {
    pub(crate) fn start(tx: Tx, options: &SqliteOptions, versions: Arc<Versions>) -> io::Result<Self> {
        let (queue, receiver) = sync_channel(options.queue);
        let group = options.group;
        let handle = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_groups(tx, &receiver, group, &versions))?;
        Ok(Self {
            thread: Mutex::new(Some(Thread { queue, handle })),
            depth: Arc::default(),
        })
    }

    /// Queues `f`. The answer comes after the commit.
    ///
    /// # Errors
    /// [`SqlError::Overloaded`] when the queue is full, [`SqlError::Unavailable`] when the writer is closed.
    pub(crate) fn submit<T, E, F>(&self, f: F) -> Result<oneshot::Receiver<Result<T, E>>, SqlError>
    where
        F: Fn(&Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = &thread.as_ref().ok_or_else(gone)?.queue;
        let (task, answer) = Task::new(f, &self.depth);
        queue.try_send(Box::new(task)).map_err(|error| match error {
            TrySendError::Full(_) => SqlError::Overloaded,
            TrySendError::Disconnected(_) => gone(),
        })?;
        Ok(answer)
    }

    /// How many jobs are queued or being run, and not answered yet.
    pub(crate) fn depth(&self) -> usize {
        self.depth.load(Ordering::Relaxed)
    }

    /// Takes no more jobs, and waits until those that are queued are done.
    pub(crate) fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Thread { queue, handle }) = thread {
            drop(queue);
            // A panic of the thread has been reported by the panic hook, and there is nothing left to close.
            let _ = handle.join();
        }
    }
}

fn write_groups(tx: Tx, queue: &Receiver<Box<dyn Job>>, most: usize, versions: &Versions) {
    while let Ok(first) = queue.recv() {
        let group = Group {
            jobs: vec![first],
            queue,
            most,
        };
        write_group(&tx, group, versions);
    }
    tx.close();
}

/// The jobs that share a commit: those that wait, and those that come while they are run.
struct Group<'a> {
    jobs: Vec<Box<dyn Job>>,
    queue: &'a Receiver<Box<dyn Job>>,
    most: usize,
}

impl Group<'_> {
    /// The job at this index, counted from 0 without gaps; none when no more wait, or there are as many as there may be.
    fn job(&mut self, index: usize) -> Option<&mut Box<dyn Job>> {
        if index == self.jobs.len() && index < self.most {
            self.jobs.extend(self.queue.try_recv());
        }
        self.jobs.get_mut(index)
    }
}

/// Runs the jobs of a group in order, commits what they did, and answers them.
fn write_group(tx: &Tx, mut group: Group<'_>, versions: &Versions) {
    for _ in 0..WRITE_ATTEMPTS {
        let attempted = attempt(tx, &mut group);
        versions.move_on();
        match attempted {
            Ok(()) => return answer_all(group.jobs, &Ok(())),
            Err(Failure::Group(error)) => {
                tx.rollback();
                return answer_all(group.jobs, &Err(error));
            }
            // What the others did went with it, though they did nothing wrong: they are run again, and nobody joins them.
            Err(Failure::Job(culprit)) => {
                group.jobs.remove(culprit).answer(Ok(()));
                group.most = group.jobs.len();
            }
        }
    }
    answer_all(group.jobs, &Err(SqlError::Conflict));
}

/// Why a group was not committed.
enum Failure {
    /// The database refuses to begin, to commit or to keep savepoints.
    Group(SqlError),
    /// The job at this index brought the whole transaction down.
    Job(usize),
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        Self::Group(error)
    }
}

fn attempt(tx: &Tx, group: &mut Group<'_>) -> Result<(), Failure> {
    tx.begin()?;
    let mut index = 0;
    while let Some(job) = group.job(index) {
        for _ in 0..WRITE_ATTEMPTS {
            tx.mark()?;
            tx.bound_steps();
            let keep = job.run(tx);
            tx.unbound_steps();
            if !tx.in_transaction() {
                return Err(Failure::Job(index));
            }
            if keep {
                tx.keep()?
            } else {
                tx.undo()?
            }
            if !tx.has_collided() {
                break;
            }
        }
        index += 1;
    }
    Ok(tx.commit()?)
}

fn answer_all(jobs: Vec<Box<dyn Job>>, outcome: &Result<(), SqlError>) {
    for job in jobs {
        job.answer(outcome.clone());
    }
}

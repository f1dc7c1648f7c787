//! The bare loop: asks a database again what another was asked.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::TryStreamExt as _;
use futures_util::future::try_join_all;
use tokio_postgres::{Client, Statement};
use yaopai_store::Value;

use super::log::connect;
use crate::Failure;

/// What one operation asks of a database, in order.
pub(super) type Operation = Vec<Step>;

/// One thing that is asked, and whose answer is waited for.
pub(super) enum Step {
    /// The beginning or end of a transaction.
    Control(String),
    /// A statement with its arguments.
    Statement { sql: Arc<str>, arguments: Vec<Value> },
}

/// Connections, each of which takes the next operation when it is done with one.
pub(super) struct Replay {
    lanes: Vec<Lane>,
}

/// A connection, and what is prepared on it.
struct Lane {
    client: Client,
    prepared: HashMap<Arc<str>, Statement>,
}

impl Replay {
    pub(super) async fn connect(url: &str, connections: usize) -> Result<Self, Failure> {
        let mut lanes = Vec::new();
        for _ in 0..connections {
            lanes.push(Lane {
                client: connect(url).await?,
                prepared: HashMap::new(),
            });
        }
        Ok(Self { lanes })
    }

    /// Asks these of the operations, going round and round, over so many of the connections.
    pub(super) async fn send(
        &mut self,
        operations: &Arc<Vec<Operation>>,
        turns: Range<usize>,
        connections: usize,
    ) -> Result<(), Failure> {
        let next = Arc::new(AtomicUsize::new(turns.start));
        let running = self.lanes.drain(..connections).map(|mut lane| {
            let (operations, next, end) = (Arc::clone(operations), Arc::clone(&next), turns.end);
            tokio::spawn(async move {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= end {
                        return Ok::<_, Failure>(lane);
                    }
                    let operation = operations.get(turn % operations.len()).ok_or("nothing was recorded")?;
                    lane.send(operation).await?;
                }
            })
        });
        let done = try_join_all(running).await?;
        let done = done.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.lanes.extend(done);
        Ok(())
    }
}

impl Lane {
    async fn send(&mut self, operation: &Operation) -> Result<(), Failure> {
        for step in operation {
            match step {
                Step::Control(sql) => self.client.batch_execute(sql).await?,
                Step::Statement { sql, arguments } => {
                    if !self.prepared.contains_key(sql) {
                        let prepared = self.client.prepare(sql).await?;
                        self.prepared.insert(Arc::clone(sql), prepared);
                    }
                    let statement = self.prepared.get(sql).ok_or("it was prepared")?;
                    let rows = self.client.query_raw(statement, arguments).await?;
                    let _: Vec<_> = rows.try_collect().await?;
                }
            }
        }
        Ok(())
    }
}

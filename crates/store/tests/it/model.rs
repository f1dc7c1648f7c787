//! Any mix of jobs, queued together, does what it would have done one after the other.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tokio::runtime::Builder;
use yaopai_store::{SqlError, Store, Tx, args};

use crate::support::Place;

#[derive(Clone, Copy, Debug)]
enum Change {
    Insert(i64, i64),
    Add(i64, i64),
    Delete(i64),
}

#[derive(Clone, Copy, Debug)]
enum Ending {
    Keep,
    Refuse,
    Panic,
}

#[derive(Clone, Debug)]
struct Job {
    changes: Vec<Change>,
    ending: Ending,
}

type Things = BTreeMap<i64, i64>;

fn change() -> impl Strategy<Value = Change> {
    let id = 0..6_i64;
    prop_oneof![
        (id.clone(), -9..9_i64).prop_map(|(id, n)| Change::Insert(id, n)),
        (id.clone(), -9..9_i64).prop_map(|(id, n)| Change::Add(id, n)),
        id.prop_map(Change::Delete),
    ]
}

fn job() -> impl Strategy<Value = Job> {
    let ending = prop_oneof![5 => Just(Ending::Keep), 2 => Just(Ending::Refuse), 1 => Just(Ending::Panic)];
    (proptest::collection::vec(change(), 1..5), ending).prop_map(|(changes, ending)| Job { changes, ending })
}

/// Does the changes; an insert of what is there already fails. Returns how many rows they changed.
fn run(tx: &Tx, job: &Job) -> Result<u64, SqlError> {
    let mut changed = 0;
    for change in &job.changes {
        changed += match *change {
            Change::Insert(id, n) => tx.execute("insert into numbers (id, n) values ($1, $2)", args![id, n])?,
            Change::Add(id, n) => tx.execute("update numbers set n = n + $2 where id = $1", args![id, n])?,
            Change::Delete(id) => tx.execute("delete from numbers where id = $1", args![id])?,
        };
    }
    match job.ending {
        Ending::Keep => Ok(changed),
        Ending::Refuse => Err(SqlError::Conflict),
        Ending::Panic => panic!("on purpose"),
    }
}

/// The same on a map; `None` when nothing of it is to remain.
fn expect(things: &mut Things, job: &Job) -> Option<u64> {
    let mut after = things.clone();
    let mut changed = 0;
    for change in &job.changes {
        changed += match *change {
            Change::Insert(id, n) => {
                if after.insert(id, n).is_some() {
                    return None;
                }
                1
            }
            Change::Add(id, n) => after.get_mut(&id).map_or(0, |held| {
                *held += n;
                1
            }),
            Change::Delete(id) => u64::from(after.remove(&id).is_some()),
        };
    }
    matches!(job.ending, Ending::Keep).then(|| {
        *things = after;
        changed
    })
}

async fn contents(store: &Store) -> Things {
    let rows = store
        .read(|db| db.rows("select id, n from numbers order by id", &[]))
        .await
        .unwrap();
    rows.iter()
        .map(|row| (row.integer(0).unwrap(), row.integer(1).unwrap()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn groups_do_what_single_transactions_would(jobs in proptest::collection::vec(job(), 1..40), group in 1..20_usize) {
        let mut place = Place::new();
        place.options.group = group;
        let mut things = Things::new();
        let expected: Vec<_> = jobs.iter().map(|job| expect(&mut things, job)).collect();
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let store = place.open();
            let table = "create table numbers (id integer primary key, n integer not null)";
            store.write(move |tx| tx.execute(table, &[])).await.unwrap();
            // Tasks of one thread are first polled in the order in which they are spawned: so the jobs queue in order.
            let writes: Vec<_> = jobs
                .into_iter()
                .map(|job| {
                    let store = store.clone();
                    tokio::spawn(async move { store.write(move |tx| run(tx, &job)).await })
                })
                .collect();
            for (write, expected) in writes.into_iter().zip(expected) {
                assert_eq!(write.await.unwrap().ok(), expected);
            }
            assert_eq!(contents(&store).await, things);
            store.close().await;
            assert_eq!(contents(&place.open()).await, things);
        });
    }
}

//! The real binary killed at random moments while people register, again and again on one data folder.

#[cfg(test)]
mod flood;
#[cfg(test)]
#[path = "../harness/mod.rs"]
mod harness;
#[cfg(test)]
mod ledger;

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use tokio::task::JoinSet;
    use yaopai_model::{AppId, Timestamp, draw};
    use yaopai_store::audit::{self, Chain};
    use yaopai_store::{Db, SqlError, args};
    use yaopai_testkit::SeededEntropy;

    use crate::flood::Flood;
    use crate::harness::{Gateway, Home, Server, eventually};
    use crate::ledger::Ledger;

    const ROUNDS: usize = 50;
    const SEED: u64 = 20_250_601;
    /// The latest moment of a kill, from the beginning of the flood: at least this, and on a machine that takes longer for its
    /// first answers up to that.
    const LATEST_KILL: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(5)];
    /// How many answers of each kind a round should have had by then.
    const ANSWERS: usize = 8;

    /// Sign-ins, guesses and codes come by the thousand, all from one source.
    fn without_budgets(home: &mut Home) {
        for budget in [
            "CODES_PER_SOURCE_PER_HOUR",
            "FAILURES_PER_SOURCE_PER_HOUR",
            "REGISTRATIONS_PER_SOURCE_PER_HOUR",
        ] {
            home.set(&format!("YAOPAI_LIMITS__{budget}"), "1000000");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_was_acknowledged_outlives_fifty_kills() {
        let (gateway, mut home) = (Gateway::open().await, Home::new());
        gateway.serve(&mut home);
        without_budgets(&mut home);
        let entropy = SeededEntropy::new(SEED);
        let server = home.start().await;
        let flood = Flood::prepare(&home, &server, gateway.clone()).await;
        let latest_kill = measure_latest_kill(&flood, &server).await;
        server.stop().await;
        let before = look(&home, Written::count).await;

        let mut all = Ledger::default();
        for round in 0..ROUNDS {
            let server = home.start().await;
            let ledger = Arc::default();
            let workers = flood.begin(&server.client, &ledger);
            let moment = Duration::from_millis(draw::below(&entropy, latest_kill).into());
            // The kill comes from outside: nothing that the flood does decides when.
            let ended = tokio::time::timeout(moment, std::future::pending::<()>()).await;
            assert!(ended.is_err());
            server.kill();
            leave(workers).await;

            let server = home.start().await;
            let ledger = Arc::into_inner(ledger).unwrap().into_inner().unwrap();
            ledger.check(&flood.app(&server.client), &server.client).await;
            all.append(ledger);
            if round % 10 == 9 {
                home.run(&["doctor"]).await.ok();
            }
            server.stop().await;
        }

        println!("{all}");
        // Moments fall anywhere before the latest, so there should be four of each kind in a round.
        all.assert_that_it_was_a_flood(ROUNDS);
        let (names, roles_given) = (all.names(), all.roles_given());
        look(&home, move |db| judge(db, &before, &names, roles_given)).await;
    }

    /// Looks into the database, behind the server's back.
    async fn look<T: Send + 'static>(home: &Home, look: impl FnOnce(&Db) -> Result<T, SqlError> + Send + 'static) -> T {
        let store = home.base.open(Timestamp::EPOCH, Duration::from_secs(3)).await.unwrap();
        let seen = store.scan(look).await.unwrap();
        store.close().await;
        seen
    }

    /// The latest moment of a kill on this machine, in milliseconds: one that is busy otherwise answers nobody within the usual time.
    #[expect(clippy::disallowed_methods, reason = "how long things take is what is asked here")]
    async fn measure_latest_kill(flood: &Flood, server: &Server) -> u32 {
        let (began, ledger) = (Instant::now(), Arc::default());
        let workers = flood.begin(&server.client, &ledger);
        eventually("some answers of each kind", || {
            ledger.lock().unwrap().has_of_each(ANSWERS).then_some(())
        })
        .await;
        let needed = began.elapsed();
        leave(workers).await;
        let [least, most] = LATEST_KILL;
        needed.clamp(least, most).as_millis().try_into().unwrap()
    }

    /// Sends the workers home; what one of them found wrong fails the test.
    async fn leave(mut workers: JoinSet<()>) {
        workers.abort_all();
        while let Some(left) = workers.join_next().await {
            match left {
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Ok(()) | Err(_) => {}
            }
        }
    }

    /// What the flood adds to.
    struct Written {
        accounts: i64,
        audit_entries: i64,
    }

    impl Written {
        fn count(db: &Db) -> Result<Self, SqlError> {
            let accounts = number(db, "select count(*) from accounts")?;
            let Chain::Whole { up_to, .. } = audit::verify(db, AppId(1), 0, 100_000)? else {
                panic!("the audit chain is broken")
            };
            Ok(Self {
                accounts,
                audit_entries: up_to,
            })
        }
    }

    fn number(db: &Db, sql: &'static str) -> Result<i64, SqlError> {
        db.row(sql, args![])?.unwrap().integer(0)
    }

    /// Holds what is left in the database to what was acknowledged since `before`.
    fn judge(db: &Db, before: &Written, acknowledged: &[String], roles_given: usize) -> Result<(), SqlError> {
        for name in acknowledged {
            let sql = "select count(*) from identifiers where normal = $1";
            let found = db.row(sql, args![name.as_str()])?.unwrap().integer(0)?;
            assert_eq!(found, 1, "{name}");
        }
        for (what, sql) in [
            (
                "two accounts with a phone number",
                "select count(phone) - count(distinct phone) from accounts",
            ),
            (
                "two accounts with a username",
                "select count(username) - count(distinct username) from accounts",
            ),
            (
                "two accounts with sixteen letters",
                "select count(*) - count(distinct public_id) from accounts",
            ),
            (
                "an identifier without its account",
                "select count(*) from identifiers where account_id not in (select id from accounts)",
            ),
            (
                "an account without an identifier",
                "select count(*) from accounts where id not in (select account_id from identifiers)",
            ),
            (
                "an account without a password",
                "select count(*) from accounts where id not in (select account_id from passwords)",
            ),
        ] {
            assert_eq!(number(db, sql)?, 0, "{what}");
        }
        let after = Written::count(db)?;
        // Those whose answer a kill swallowed come on top.
        let (accounts, entries) = (
            after.accounts - before.accounts,
            after.audit_entries - before.audit_entries,
        );
        assert!(
            accounts >= acknowledged.len().try_into().unwrap(),
            "{accounts} accounts"
        );
        assert!(
            entries >= roles_given.try_into().unwrap(),
            "{entries} entries, {roles_given} roles given"
        );
        Ok(())
    }
}

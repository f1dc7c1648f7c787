//! As many looks at a password as the rule says, and as many sessions.

use yaopai_accounts::{Accounts, FailureRule, Outcome, SignedIn};
use yaopai_model::{AppId, Identifier, Password, SessionKind};
use yaopai_store::{SqlError, args};

use crate::steps::{from, mailbox, phone, username};
use crate::support::World;
use crate::{at_once, counts, rounds, setup, tally, world};

/// Rounds of races in which every try waits for the one before it.
fn serial_rounds() -> u32 {
    rounds() / 4
}

async fn sign_in(
    accounts: Accounts,
    app: AppId,
    who: Identifier,
    password: &'static str,
    rule: FailureRule,
    source: u32,
) -> Outcome<SignedIn> {
    let password = Password::presented(password).unwrap();
    accounts
        .sign_in_with_password(app, &who, password, rule, SessionKind::Week, &from(source))
        .await
}

/// Somebody with an account in even rounds, nobody in odd ones.
async fn somebody_or_nobody(world: &World, round: u32) -> Identifier {
    if round.is_multiple_of(2) {
        world.registered(&mailbox(round), "secret").await;
    }
    mailbox(round).identifier()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_source_gets_five_looks() {
    let world = world().await;
    for round in 0..serial_rounds() {
        let who = somebody_or_nobody(&world, round).await;
        let outcomes = at_once(100, |number| {
            let source = round * 10 + number % 2;
            sign_in(
                world.node(),
                world.app,
                who.clone(),
                "wrong!",
                FailureRule::Wait,
                source,
            )
        });
        assert_eq!(
            tally(&outcomes.await),
            counts([("PasswordWait", 90), ("WrongCredentials", 10)])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_there_is_a_slider_three_looks_come_before_it() {
    let world = world().await;
    for round in 0..serial_rounds() {
        let who = somebody_or_nobody(&world, round).await;
        let outcomes = at_once(100, |number| {
            let source = round * 1000 + number;
            sign_in(
                world.node(),
                world.app,
                who.clone(),
                "wrong!",
                FailureRule::Challenge,
                source,
            )
        });
        assert_eq!(
            tally(&outcomes.await),
            counts([("ChallengeRequired", 97), ("WrongCredentials", 3)])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_sources_together_get_a_hundred_looks() {
    let world = world().await;
    for round in 0..serial_rounds() {
        let who = somebody_or_nobody(&world, round).await;
        let outcomes = at_once(150, |number| {
            let source = round * 1000 + number;
            sign_in(
                world.node(),
                world.app,
                who.clone(),
                "wrong!",
                FailureRule::Wait,
                source,
            )
        });
        assert_eq!(
            tally(&outcomes.await),
            counts([("PasswordPathClosed", 50), ("WrongCredentials", 100)])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_source_fails_at_as_many_names_as_it_may() {
    let mut setup = setup();
    setup.limits.failures_per_source_per_hour = 20;
    let world = World::with(setup).await;
    for round in 0..rounds() {
        let outcomes = at_once(100, |number| {
            let who = username(&format!("nobody{number}"));
            sign_in(world.node(), world.app, who, "wrong!", FailureRule::Challenge, round)
        });
        let outcomes = tally(&outcomes.await);
        assert_eq!(outcomes["SourceFailedTooOften"], 80, "{outcomes:?}");
        world.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn right_passwords_do_not_stand_in_each_others_way_and_ten_sessions_stay() {
    let world = world().await;
    for round in 0..rounds() {
        let account = world.registered(&phone(round), "secret").await;
        let outcomes = at_once(30, |number| {
            let rule = if number % 2 == 0 {
                FailureRule::Wait
            } else {
                FailureRule::Challenge
            };
            sign_in(
                world.node(),
                world.app,
                phone(round).identifier(),
                "secret",
                rule,
                round,
            )
        });
        let outcomes = outcomes.await;
        assert_eq!(tally(&outcomes), counts([("ok", 30)]));
        let mut live = 0;
        for signed_in in outcomes.iter().flatten() {
            live += usize::from(world.authenticate(signed_in).await.is_ok());
        }
        assert_eq!(live, 10);
        let rows = world.store.read(move |db| {
            let sql = "select count(*) from sessions where account_id = $1";
            db.row(sql, args![account.id.0])?.unwrap().integer(0)
        });
        assert_eq!(rows.await.map_err(|error: SqlError| error).unwrap(), 10);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_signs_in_by_a_password_once_it_was_reset() {
    let world = world().await;
    for round in 0..rounds() {
        world.registered(&phone(round), "secret").await;
        let digits = world.code(&phone(round), yaopai_model::Purpose::ResetPassword).await;
        let outcomes = at_once(10, |number| {
            let (accounts, app, digits) = (world.node(), world.app, digits.clone());
            async move {
                if number > 0 {
                    return sign_in(
                        accounts,
                        app,
                        phone(round).identifier(),
                        "secret",
                        FailureRule::Wait,
                        round,
                    )
                    .await
                    .map(Some);
                }
                let reset = yaopai_accounts::PasswordReset {
                    address: &phone(round),
                    code: yaopai_model::Code::parse(&digits).unwrap(),
                    purpose: yaopai_model::Purpose::ResetPassword,
                    password: Password::presented("new secret").unwrap(),
                    permit: yaopai_accounts::ResetPermit::NotAsked,
                    bearer: None,
                };
                accounts.reset_password(app, reset, &from(round)).await.map(|()| None)
            }
        });
        let outcomes = outcomes.await;
        assert!(outcomes[0].is_ok());
        for signed_in in outcomes.iter().flatten().flatten() {
            assert!(
                world.authenticate(signed_in).await.is_err(),
                "no session of the old password is left"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_finds_the_queue_full_is_not_counted() {
    let mut setup = setup();
    setup.hashing.queue = 4;
    let world = World::with(setup).await;
    for round in 0..rounds() {
        let outcomes = at_once(50, |number| {
            let who = username(&format!("nobody{round}x{number}"));
            let source = round * 1000 + number;
            sign_in(world.node(), world.app, who, "wrong!", FailureRule::Challenge, source)
        });
        let outcomes = tally(&outcomes.await);
        let heard = outcomes["WrongCredentials"];
        assert_eq!(
            heard + outcomes.get("Overloaded").copied().unwrap_or_default(),
            50,
            "{outcomes:?}"
        );
        // Two for each: one that brings the slider, one that closes the path.
        let counted = world.count("select count(*) from streaks").await;
        assert_eq!(counted, i64::try_from(heard).unwrap() * 2);
        let cleared = world.store.write(|tx| tx.execute("delete from streaks", &[]));
        cleared.await.map_err(|error: SqlError| error).unwrap();
    }
}

//! One code, one phone, one picture, one pass: each serves once.

use yaopai_accounts::{
    Accounts, ChallengeRule, FailureRule, Outcome, PasswordReset, PresentedCode, ProvenRegistration, ResetPermit,
    SignedIn, Token, UsernameChoice,
};
use yaopai_model::{Account, Address, AppId, Code, Password, Phone, Profile, Purpose, SessionKind, TokenUse};
use yaopai_store::{SqlError, args};

use crate::steps::{email, from, mailbox, other_than, phone, username};
use crate::support::World;
use crate::{at_once, counts, rounds, setup, tally, world};

const TRIES: u32 = 200;

async fn register(accounts: Accounts, app: AppId, address: Address, digits: String, source: u32) -> Outcome<Account> {
    let registration = ProvenRegistration {
        address,
        code: Code::parse(&digits).unwrap(),
        purpose: Purpose::Register,
        password: Password::presented("secret").unwrap(),
        profile: Profile::default(),
        username: UsernameChoice::Drawn,
    };
    accounts
        .register_with_code(app, registration, None, &from(source))
        .await
}

async fn sign_in(
    accounts: Accounts,
    app: AppId,
    address: Address,
    digits: String,
    bearer: Option<Token>,
    source: u32,
) -> Outcome<SignedIn> {
    let presented = PresentedCode {
        address: &address,
        code: Code::parse(&digits).unwrap(),
        purpose: Purpose::SignIn,
        bearer: bearer.as_ref(),
        rule: FailureRule::Wait,
    };
    accounts
        .sign_in_with_code(app, presented, SessionKind::Week, &from(source))
        .await
}

async fn reset(
    accounts: Accounts,
    app: AppId,
    address: Address,
    digits: String,
    password: String,
    source: u32,
) -> Outcome<()> {
    let reset = PasswordReset {
        address: &address,
        code: Code::parse(&digits).unwrap(),
        purpose: Purpose::ResetPassword,
        password: Password::presented(&password).unwrap(),
        permit: ResetPermit::NotAsked,
        bearer: None,
    };
    accounts.reset_password(app, reset, &from(source)).await
}

/// How often the code of this address was looked at.
async fn looks(world: &World, of: &Address, purpose: Purpose) -> i64 {
    let normal = of.identifier().normal();
    let read = world.store.read(move |db| {
        let sql = "select guesses from codes where app_id = 1 and normal = $1 and purpose = $2";
        db.row(sql, args![normal.as_str(), purpose.as_str()])?
            .unwrap()
            .integer(0)
    });
    read.await.map_err(|error: SqlError| error).unwrap()
}

/// How many accounts hold this address.
async fn holders(world: &World, address: &Address) -> i64 {
    let stored = address.recipient().to_owned();
    let read = world.store.read(move |db| {
        let sql = "select count(*) from accounts where phone = $1 or email = $1";
        db.row(sql, args![stored.as_str()])?.unwrap().integer(0)
    });
    read.await.map_err(|error: SqlError| error).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_registers_once() {
    let world = world().await;
    for round in 0..rounds() {
        let digits = world.code(&phone(round), Purpose::Register).await;
        let outcomes = at_once(TRIES, |_| {
            register(world.node(), world.app, phone(round), digits.clone(), round)
        });
        let outcomes = tally(&outcomes.await);
        assert_eq!(outcomes["ok"], 1, "{outcomes:?}");
        assert!(
            outcomes
                .keys()
                .all(|name| ["ok", "WrongCode", "Taken"].contains(&name.as_str())),
            "{outcomes:?}"
        );
        assert_eq!(holders(&world, &phone(round)).await, 1);
        assert!(looks(&world, &phone(round), Purpose::Register).await <= 5);
    }
    assert_eq!(world.count("select count(*) from accounts").await, i64::from(rounds()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_signs_in_once() {
    let world = world().await;
    for round in 0..rounds() {
        world.registered(&phone(round), "secret").await;
        let digits = world.code(&phone(round), Purpose::SignIn).await;
        let outcomes = at_once(TRIES, |_| {
            sign_in(world.node(), world.app, phone(round), digits.clone(), None, round)
        });
        assert_eq!(
            tally(&outcomes.await),
            counts([("WrongCode", TRIES as usize - 1), ("ok", 1)])
        );
    }
    assert_eq!(world.count("select count(*) from sessions").await, i64::from(rounds()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_resets_once() {
    let world = world().await;
    for round in 0..rounds() {
        world.registered(&phone(round), "secret").await;
        let digits = world.code(&phone(round), Purpose::ResetPassword).await;
        let outcomes = at_once(TRIES, |number| {
            let password = format!("password {number}");
            reset(world.node(), world.app, phone(round), digits.clone(), password, round)
        });
        let outcomes = outcomes.await;
        assert_eq!(tally(&outcomes), counts([("WrongCode", TRIES as usize - 1), ("ok", 1)]));
        let winner = outcomes.iter().position(Result::is_ok).unwrap();
        let (yao, caller) = (phone(round).identifier(), from(1_000_000 + round));
        let signed_in = world
            .by_password(&yao, &format!("password {winner}"), FailureRule::Wait, &caller)
            .await;
        assert!(signed_in.is_ok(), "the winner's password counts");
    }
}

fn spelling(round: u32, number: u32) -> Phone {
    let digits = format!("139{round:08}");
    let (head, rest) = digits.split_at(3);
    let (middle, tail) = rest.split_at(4);
    let text = match number % 6 {
        0 => digits.clone(),
        1 => format!("+86{digits}"),
        2 => format!("0086{digits}"),
        3 => format!("86 {head} {middle} {tail}"),
        4 => format!("{head}-{middle}-{tail}"),
        _ => format!(" {digits} "),
    };
    Phone::parse(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phone_is_registered_once_however_it_is_spelt() {
    let world = world().await;
    for round in 0..rounds() {
        let outcomes = at_once(100, |number| {
            let (accounts, app) = (world.node(), world.app);
            let address = Address::Phone(spelling(round, number));
            async move {
                let password = Password::presented("secret").unwrap();
                let caller = from(round * 1000 + number);
                accounts
                    .register_without_proof(app, address.identifier(), password, &caller)
                    .await
            }
        });
        assert_eq!(tally(&outcomes.await), counts([("Taken", 99), ("ok", 1)]));
        assert_eq!(holders(&world, &phone(round)).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_proves_wins_over_those_who_claim() {
    let world = world().await;
    for round in 0..rounds() {
        let digits = world.code(&phone(round), Purpose::Register).await;
        let outcomes = at_once(20, |number| {
            let (accounts, app, digits) = (world.node(), world.app, digits.clone());
            async move {
                if number == 7 {
                    return register(accounts, app, phone(round), digits, round).await.map(Some);
                }
                let password = Password::presented("liar's password").unwrap();
                let caller = from(round * 1000 + number);
                accounts
                    .register_without_proof(app, phone(round).identifier(), password, &caller)
                    .await
                    .map(|_| None)
            }
        });
        let outcomes = outcomes.await;
        let prover = outcomes[7].as_ref().unwrap().as_ref().unwrap();
        assert_eq!(holders(&world, &phone(round)).await, 1);
        let row = world.row(prover).await.unwrap();
        assert!(row.phone.unwrap().proven_at.is_some());
        let claims = outcomes.iter().filter(|outcome| outcome.is_ok()).count() - 1;
        assert!(claims <= 1, "{claims}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn with_and_without_the_claimants_token_one_wins() {
    let world = world().await;
    for round in 0..rounds() {
        let (password, caller) = (Password::presented("liar's password").unwrap(), from(round));
        let claim = world
            .accounts
            .register_without_proof(world.app, phone(round).identifier(), password, &caller);
        let claimant = claim.await.unwrap();
        let digits = world.code(&phone(round), Purpose::SignIn).await;
        let outcomes = at_once(50, |number| {
            let bearer = (number % 2 == 0).then(|| claimant.token(TokenUse::Session));
            sign_in(world.node(), world.app, phone(round), digits.clone(), bearer, round)
        });
        let outcomes = outcomes.await;
        assert_eq!(tally(&outcomes), counts([("WrongCode", 49), ("ok", 1)]));
        let proved_by_claimant = outcomes.iter().position(Result::is_ok).unwrap() % 2 == 0;
        assert_eq!(world.authenticate(&claimant).await.is_ok(), proved_by_claimant);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_is_looked_at_five_times_at_most() {
    let world = world().await;
    for round in 0..rounds() {
        let digits = world.code(&phone(round), Purpose::Register).await;
        let wrong = other_than(&digits);
        let outcomes = at_once(100, |_| {
            register(world.node(), world.app, phone(round), wrong.clone(), round)
        });
        assert_eq!(tally(&outcomes.await), counts([("WrongCode", 100)]));
        assert_eq!(looks(&world, &phone(round), Purpose::Register).await, 5);
        let late = register(world.node(), world.app, phone(round), digits, round).await;
        assert_eq!(tally(&[late]), counts([("WrongCode", 1)]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_requests_sends_a_code() {
    let world = world().await;
    for round in 0..rounds() {
        let outcomes = at_once(50, |number| {
            let (accounts, app) = (world.node(), world.app);
            let purpose = Purpose::ALL[number as usize % 4];
            async move {
                let rule = ChallengeRule::NotAsked;
                accounts
                    .request_code(app, &phone(round), purpose, rule, &from(round * 1000 + number))
                    .await
            }
        });
        assert_eq!(tally(&outcomes.await), counts([("CodeTooSoon", 49), ("ok", 1)]));
        assert_eq!(
            world.count("select count(*) from deliveries").await,
            i64::from(round) + 1
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_source_gets_its_sixty_codes_an_hour() {
    let world = world().await;
    for round in 0..rounds() {
        let outcomes = at_once(100, |number| {
            let (accounts, app) = (world.node(), world.app);
            async move {
                let to = mailbox(round * 1000 + number);
                accounts
                    .request_code(app, &to, Purpose::Any, ChallengeRule::NotAsked, &from(round))
                    .await
            }
        });
        assert_eq!(tally(&outcomes.await), counts([("CodeTooSoon", 40), ("ok", 60)]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_source_fails_at_as_many_codes_as_it_may() {
    let mut setup = setup();
    setup.limits.failures_per_source_per_hour = 20;
    let world = World::with(setup).await;
    for round in 0..rounds() {
        let outcomes = at_once(100, |number| {
            let (accounts, app, to) = (world.node(), world.app, mailbox(round * 1000 + number));
            let wrong = "123456".to_owned();
            async move {
                match number % 3 {
                    0 => sign_in(accounts, app, to, wrong, None, round).await.map(drop),
                    1 => register(accounts, app, to, wrong, round).await.map(drop),
                    _ => reset(accounts, app, to, wrong, "secret".to_owned(), round).await,
                }
            }
        });
        assert_eq!(
            tally(&outcomes.await),
            counts([("SourceFailedTooOften", 80), ("WrongCode", 20)])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_picture_takes_one_answer_and_a_pass_opens_one_door() {
    let world = world().await;
    for round in 0..rounds() {
        world.clock.advance(std::time::Duration::from_secs(60));
        let x = world.drawn_slider(&email(round)).await;
        let outcomes = at_once(50, |_| {
            let (accounts, app) = (world.node(), world.app);
            async move { accounts.answer_challenge(app, &email(round), x, &from(2)).await }
        });
        assert_eq!(tally(&outcomes.await), counts([("ChallengeFailed", 49), ("ok", 1)]));

        let outcomes = at_once(50, |number| {
            let (accounts, app) = (world.node(), world.app);
            async move {
                if number % 2 == 0 {
                    return accounts.permit_reset(app, &email(round), &from(2)).await;
                }
                let (to, rule) = (mailbox(round), ChallengeRule::MustBePassed);
                accounts.request_code(app, &to, Purpose::Any, rule, &from(round)).await
            }
        });
        assert_eq!(tally(&outcomes.await), counts([("ChallengeRequired", 49), ("ok", 1)]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_source_registers_as_many_as_it_may() {
    let world = world().await;
    for round in 0..rounds() {
        let outcomes = at_once(100, |number| {
            let (accounts, app) = (world.node(), world.app);
            async move {
                let password = Password::presented("secret").unwrap();
                let name = username(&format!("person{round}x{number}"));
                accounts.register_without_proof(app, name, password, &from(round)).await
            }
        });
        assert_eq!(
            tally(&outcomes.await),
            counts([("TooManyRegistrations", 40), ("ok", 60)])
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_hangs_up_leaves_all_or_nothing() {
    let world = world().await;
    let mut registered = 0;
    for round in 0..rounds() {
        let digits = world.code(&phone(round), Purpose::Register).await;
        // The node whose queue is watched below.
        let call = register(world.accounts.clone(), world.app, phone(round), digits, round);
        let call = tokio::spawn(call);
        // Sooner or later: each of these takes a commit.
        for _ in 0..round % 16 {
            world.store.check().await.unwrap();
        }
        call.abort();
        let _ = call.await;
        // What was queued is carried out all the same.
        while world.store.queue_depth() > 0 {
            tokio::task::yield_now().await;
        }
        let holders = holders(&world, &phone(round)).await;
        let used = world
            .count("select count(*) from codes where used_at is not null")
            .await;
        assert_eq!(used, registered + holders, "a code is spent with its effect");
        registered = used;
    }
    assert!(
        (1..i64::from(rounds())).contains(&registered),
        "{registered} came through"
    );
}

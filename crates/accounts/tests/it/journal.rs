//! The timeline of an account and the figures of an app.

mod queue;

use std::collections::BTreeMap;
use std::time::Duration;

use yaopai_accounts::{AccountEvent, Actor, FailureRule, FigureSpans, Refusal};
use yaopai_model::limits::{EVENTS_KEPT, EVENTS_PER_ACCOUNT, FIGURES_KEPT};
use yaopai_model::{AccountId, Clock as _, Entropy as _, EventKind, Figure, Purpose, Role, Timestamp};
use yaopai_store::{SqlError, args};
use yaopai_testkit::SeededEntropy;

use crate::steps::{from, mailbox, other_than, phone, username};
use crate::support::{World, refusal};

const HOUR: Duration = Duration::from_secs(60 * 60);

impl World {
    /// What is on an account's timeline once all is written, newest first.
    async fn timeline(&self, id: AccountId) -> Vec<AccountEvent> {
        for node in &self.nodes {
            node.write_journal().await.unwrap();
        }
        let timeline = self.accounts.account_timeline(self.app, Actor::Operator, id);
        timeline.await.unwrap()
    }

    /// The same, of each event the kind, the rule and how often.
    async fn told(&self, id: AccountId) -> Vec<(EventKind, String, u32)> {
        let events = self.timeline(id).await.into_iter();
        events.map(|event| (event.kind, event.rule, event.times)).collect()
    }

    async fn total(&self, figure: Figure) -> u64 {
        for node in &self.nodes {
            node.write_journal().await.unwrap();
        }
        let all = FigureSpans::parse(vec![Timestamp::EPOCH, self.clock.now().plus(HOUR)]).unwrap();
        let figures = self.accounts.figures(self.app, Actor::Operator, all).await.unwrap();
        figures[0].total(figure)
    }
}

fn told(kind: EventKind, rule: &str, times: u32) -> (EventKind, String, u32) {
    (kind, rule.to_owned(), times)
}

#[tokio::test]
async fn an_account_has_its_timeline() {
    let world = World::new().await;
    let account = world.registered(&phone(1), "secret").await;
    let yao = phone(1).identifier();
    world.timeline(account.id).await;
    world.clock.advance(HOUR);
    for _ in 0..5 {
        let _ = world.by_password(&yao, "wrong!", FailureRule::Wait, &from(7)).await;
    }
    world.clock.advance(Duration::from_secs(1));
    let waits = world.by_password(&yao, "secret", FailureRule::Wait, &from(7)).await;
    assert_eq!(refusal(waits), Refusal::PasswordWait { seconds: 29 });
    world.clock.advance(Duration::from_secs(1));
    let signed_in = world.by_password(&yao, "secret", FailureRule::Wait, &from(8)).await;
    let principal = world.authenticate(&signed_in.unwrap()).await.unwrap();
    world.clock.advance(Duration::from_secs(1));
    world.accounts.sign_out(&principal, &from(8)).await.unwrap();
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    world.clock.advance(Duration::from_secs(1));
    let _ = world.by_code(&phone(1), &other_than(&digits), None).await;
    world.clock.advance(Duration::from_secs(1));
    world.by_code(&phone(1), &digits, None).await.unwrap();

    let events = world.timeline(account.id).await;
    let shown: Vec<_> = events
        .iter()
        .map(|event| (event.kind, event.rule.as_str(), event.times))
        .collect();
    assert_eq!(
        shown,
        [
            (EventKind::CodeSignIn, "", 1),
            (EventKind::CodeSignIn, "WrongCode", 1),
            (EventKind::CodeRequest, "", 1),
            (EventKind::CodeSent, "", 1),
            (EventKind::SignOut, "", 1),
            (EventKind::PasswordSignIn, "", 1),
            (EventKind::PasswordSignIn, "PasswordWait", 1),
            (EventKind::PasswordSignIn, "WrongCredentials", 5),
            (EventKind::CodeRegistration, "", 1),
            (EventKind::CodeRequest, "", 1),
            (EventKind::CodeSent, "", 1),
        ],
        "whose an identifier is, is found out when it is written"
    );
    let wait = &events[6];
    assert_eq!((wait.source.as_str(), wait.seconds), ("10.0.0.7", Some(29)));
    assert_eq!((wait.via.as_str(), wait.device.as_str()), ("test", "test"));
    assert_eq!(events[2].detail, Purpose::SignIn.as_str());
    assert_eq!(events[3].via, "sms");

    assert_eq!(world.total(Figure::Registrations).await, 1);
    assert_eq!(world.total(Figure::PasswordSignIns).await, 1);
    assert_eq!(world.total(Figure::CodeSignIns).await, 1);
    assert_eq!(world.total(Figure::FailedSignIns).await, 7);
    assert_eq!(world.total(Figure::CodesAsked).await, 2);
    assert_eq!(world.total(Figure::CodesSent).await, 2);
    assert_eq!(world.total(Figure::CodesRedeemed).await, 2);
}

#[tokio::test]
async fn the_same_refusal_from_one_source_is_told_once_for_each_span() {
    let world = World::new().await;
    let account = world.account("yao", Role::User).await;
    for (source, times) in [(1, 3), (2, 1)] {
        for _ in 0..times {
            fails(&world, "yao", source).await;
            world.timeline(account.id).await;
        }
        world.clock.advance(Duration::from_secs(1));
    }
    world.clock.advance(Duration::from_secs(600));
    fails(&world, "yao", 1).await;
    let events = world.timeline(account.id).await;
    let shown: Vec<_> = events
        .iter()
        .filter(|event| event.kind == EventKind::PasswordSignIn)
        .map(|event| (event.source.as_str(), event.times))
        .collect();
    assert_eq!(
        shown,
        [("10.0.0.1", 1), ("10.0.0.2", 1), ("10.0.0.1", 3)],
        "whether it was written one by one or together"
    );
}

/// Tries a wrong password.
async fn fails(world: &World, name: &str, source: u32) {
    let (identifier, caller) = (username(name), from(source));
    let refused = world.by_password(&identifier, "wrong!", FailureRule::Wait, &caller);
    assert!(refused.await.is_err());
}

#[tokio::test]
async fn however_it_is_written_the_timeline_tells_the_same() {
    let world = World::new().await;
    let account = world.account("yao", Role::User).await;
    let dice = SeededEntropy::new(11);
    let roll = |sides: u64| {
        let mut bytes = [0; 8];
        dice.fill(&mut bytes);
        u64::from_le_bytes(bytes) % sides
    };
    let mut expected = BTreeMap::<(i64, &str, String), (u32, Option<u32>)>::new();
    for _ in 0..150 {
        let caller = from(u32::try_from(roll(3)).unwrap());
        let tried = world
            .by_password(&username("yao"), "wrong!", FailureRule::Wait, &caller)
            .await;
        let refused = refusal(tried);
        let slot = world.clock.now().as_millis().div_euclid(600_000);
        let row = expected
            .entry((slot, refused.name(), caller.source.to_string()))
            .or_default();
        *row = (row.0 + 1, refused.seconds());
        world.clock.advance(Duration::from_secs(roll(120)));
        if roll(3) == 0 {
            world.accounts.write_journal().await.unwrap();
        }
    }
    let events = world.timeline(account.id).await;
    assert!(events.is_sorted_by_key(|event| std::cmp::Reverse(event.last_at)));
    let found: BTreeMap<_, _> = events
        .iter()
        .filter(|event| event.is_refused())
        .map(|event| {
            let slot = event.first_at.as_millis().div_euclid(600_000);
            (
                (slot, event.rule.as_str(), event.source.clone()),
                (event.times, event.seconds),
            )
        })
        .collect();
    assert!(expected.len() > 20 && expected.len() < 150, "{}", expected.len());
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_account_keeps_its_newest_events() {
    let world = World::new().await;
    let account = world.account("yao", Role::User).await;
    for source in 0..EVENTS_PER_ACCOUNT + 50 {
        fails(&world, "yao", 0x1000 + source).await;
        world.clock.advance(Duration::from_millis(1));
    }
    let events = world.timeline(account.id).await;
    let most = EVENTS_PER_ACCOUNT as usize;
    assert!((most / 2..=most).contains(&events.len()), "{}", events.len());
    let (oldest, newer) = events.split_last().unwrap();
    assert!(newer.iter().all(AccountEvent::is_refused));
    assert_eq!(
        oldest.rule, "account.create",
        "strangers wash away nothing but what strangers did"
    );
    let newest = std::net::Ipv4Addr::from(0x0a00_0000 + 0x1000 + EVENTS_PER_ACCOUNT + 49);
    assert_eq!(events[0].source, newest.to_string());
    assert_eq!(
        world.count("select count(*) from account_events").await,
        events.len() as i64
    );
}

#[tokio::test]
async fn what_operators_and_proofs_do_is_told_with_it() {
    let world = World::new().await;
    let signed_in = world.claim(&mailbox(1).identifier(), "secret").await.unwrap();
    let id = signed_in.account.id;
    let admin = world.signed_in("chief", Role::Root).await;
    world.clock.advance(Duration::from_secs(1));
    for disabled in [true, false] {
        let set = world
            .accounts
            .set_disabled(world.app, Actor::Account(&admin), id, disabled);
        set.await.unwrap();
        world.clock.advance(Duration::from_secs(1));
    }
    let digits = world.code(&mailbox(1), Purpose::SignIn).await;
    world.by_code(&mailbox(1), &digits, None).await.unwrap();
    let events = world.timeline(id).await;
    let of = |kind: EventKind| events.iter().filter(move |event| event.kind == kind);
    let done: Vec<_> = of(EventKind::Administered).map(|event| event.rule.as_str()).collect();
    assert_eq!(done, ["account.enable", "account.disable"]);
    let actor = format!("account {}", admin.account.id.0);
    assert!(of(EventKind::Administered).all(|event| event.actor == actor));
    assert_eq!(of(EventKind::StartedOver).count(), 1);
    let proven: Vec<_> = of(EventKind::IdentifierProven)
        .map(|event| event.detail.as_str())
        .collect();
    assert_eq!(proven, ["email"]);

    world
        .accounts
        .delete_account(world.app, Actor::Operator, id)
        .await
        .unwrap();
    let left = world.store.read(move |db| {
        let row = db.row("select count(*) from account_events where account_id = $1", args![id.0])?;
        row.map_or(Ok(0), |row| row.integer(0))
    });
    assert_eq!(
        left.await.map_err(|error: SqlError| error).unwrap(),
        0,
        "a timeline goes with its account"
    );
}

#[tokio::test]
async fn figures_fall_into_the_spans_that_are_asked_for() {
    let world = World::new().await;
    world.account("yao", Role::User).await;
    let first = Timestamp::from_millis(world.clock.now().as_millis().div_euclid(3_600_000) * 3_600_000);
    for _ in 0..3 {
        world.sign_in("yao").await;
        world.accounts.write_journal().await.unwrap();
        world.sign_in("yao").await;
        world.clock.advance(HOUR);
    }
    world.accounts.write_journal().await.unwrap();
    let bounds = [0, 1, 2, 5].map(|hours| first.plus(HOUR * hours)).to_vec();
    let spans = FigureSpans::parse(bounds).unwrap();
    let figures = world.accounts.figures(world.app, Actor::Operator, spans).await.unwrap();
    let totals: Vec<_> = figures.iter().map(|span| span.total(Figure::PasswordSignIns)).collect();
    assert_eq!(totals, [2, 2, 2]);
    assert_eq!(figures[1].from, first.plus(HOUR));
    let other = world.another_app().await;
    let spans = FigureSpans::parse(vec![first, first.plus(HOUR * 9)]).unwrap();
    let figures = world.accounts.figures(other, Actor::Operator, spans).await.unwrap();
    assert_eq!(figures[0].total(Figure::PasswordSignIns), 0, "an app's own");
}

#[tokio::test]
async fn auditors_read_and_others_do_not() {
    let world = World::new().await;
    let id = world.account("yao", Role::User).await.id;
    let spans = || FigureSpans::parse(vec![Timestamp::EPOCH, world.clock.now()]).unwrap();
    for (name, role) in [("person", Role::User), ("auditor", Role::Auditor)] {
        let reader = world.signed_in(name, role).await;
        let actor = || Actor::Account(&reader);
        let outcomes = [
            world
                .accounts
                .account_timeline(world.app, actor(), id)
                .await
                .map(|_| ()),
            world.accounts.figures(world.app, actor(), spans()).await.map(|_| ()),
            world.accounts.health(world.app, actor()).await.map(|_| ()),
        ];
        for outcome in outcomes {
            match role {
                Role::User => assert_eq!(refusal(outcome), Refusal::RankTooLow),
                Role::Auditor | Role::Admin | Role::Root => outcome.unwrap(),
            }
        }
    }
    let nobody = world
        .accounts
        .account_timeline(world.app, Actor::Operator, AccountId(999));
    assert_eq!(refusal(nobody.await), Refusal::NoSuchAccount);
    let elsewhere = world.another_app().await;
    let foreign = world.accounts.account_timeline(elsewhere, Actor::Operator, id);
    assert_eq!(refusal(foreign.await), Refusal::NoSuchAccount);
}

#[tokio::test]
async fn events_and_figures_are_swept_when_their_time_is_over() {
    let world = World::new().await;
    world.account("yao", Role::User).await;
    world.sign_in("yao").await;
    world.accounts.write_journal().await.unwrap();
    let counts = async || {
        world.accounts.sweep().await.unwrap();
        [
            world.count("select count(*) from account_events").await,
            world.count("select count(*) from hourly_figures").await,
        ]
    };
    assert_eq!(counts().await, [2, 1]);
    world.clock.advance(EVENTS_KEPT);
    assert_eq!(counts().await, [0, 1]);
    world.clock.advance(FIGURES_KEPT - EVENTS_KEPT);
    assert_eq!(counts().await, [2, 0].map(|_| 0));
}

//! Why somebody cannot sign in, and what clears it.

use std::time::Duration;

use yaopai_accounts::{Actor, Cause, FailureRule, Refusal, Remedy};
use yaopai_model::{AccountId, Clock as _, IdentifierKind, Purpose, Role, Timestamp};

use crate::deliver::hopeless;
use crate::steps::{from, mailbox, other_than, phone, username};
use crate::support::{Setup, World, refusal};

impl World {
    /// What stands in the way, and until when.
    async fn obstacles(&self, id: AccountId) -> Vec<(Cause, Option<Timestamp>)> {
        self.accounts.write_journal().await.unwrap();
        let found = self.accounts.sign_in_obstacles(self.app, Actor::Operator, id);
        let found = found.await.unwrap().into_iter();
        found.map(|obstacle| (obstacle.cause, obstacle.until)).collect()
    }

    async fn tries(&self, name: &str, password: &str, source: u32) -> Option<Refusal> {
        let (identifier, caller) = (username(name), from(source));
        let tried = self
            .by_password(&identifier, password, FailureRule::Wait, &caller)
            .await;
        if tried.is_ok() { None } else { Some(refusal(tried)) }
    }
}

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

#[tokio::test]
async fn nothing_stands_in_the_way_of_an_ordinary_account() {
    let world = World::new().await;
    let account = world.registered(&phone(1), "secret").await;
    world.clock.advance(seconds(60));
    assert_eq!(world.obstacles(account.id).await, []);
}

#[tokio::test]
async fn failures_are_found_and_cleared() {
    let world = World::new().await;
    let id = world.account("yao", Role::User).await.id;
    for _ in 0..5 {
        assert_eq!(world.tries("yao", "wrong!", 7).await, Some(Refusal::WrongCredentials));
    }
    let now = world.clock.now();
    let source = from(7).source;
    assert_eq!(
        world.obstacles(id).await,
        [
            (Cause::SliderRequired, Some(now.plus(seconds(1800)))),
            (Cause::SourceWaits(source), Some(now.plus(seconds(30)))),
            (Cause::NoAddress, None),
        ]
    );
    assert_eq!(Cause::SourceWaits(source).rule(), Some("PasswordWait"));
    assert_eq!(Cause::SourceWaits(source).remedy(), Some(Remedy::ClearFailures));
    for source in 8..28 {
        for _ in 0..5 {
            world.tries("yao", "wrong!", source).await;
        }
    }
    let closed = (Cause::PasswordPathClosed, Some(now.plus(seconds(1800))));
    assert_eq!(world.obstacles(id).await[0], closed);

    world
        .accounts
        .clear_failures(world.app, Actor::Operator, id)
        .await
        .unwrap();
    assert_eq!(world.obstacles(id).await, [(Cause::NoAddress, None)]);
    assert_eq!(world.tries("yao", crate::support::PASSWORD, 7).await, None);
}

#[tokio::test]
async fn what_keeps_codes_away_is_found_and_cleared() {
    let world = World::new().await;
    let id = world.registered(&phone(1), "secret").await.id;
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    let now = world.clock.now();
    for _ in 0..5 {
        assert!(world.by_code(&phone(1), &other_than(&digits), None).await.is_err());
    }
    let kind = IdentifierKind::Phone;
    let found = world.obstacles(id).await;
    assert!(
        found.contains(&(Cause::CodeTooSoon(kind), Some(now.plus(seconds(60))))),
        "{found:?}"
    );
    assert!(
        found.contains(&(Cause::GuessesUsedUp(kind), Some(now.plus(seconds(300))))),
        "{found:?}"
    );
    let refused = world.request(&phone(1), Purpose::SignIn, &from(1)).await;
    assert_eq!(refusal(refused), Refusal::CodeTooSoon { seconds: 60 });

    world
        .accounts
        .clear_code_budget(world.app, Actor::Operator, id)
        .await
        .unwrap();
    world.request(&phone(1), Purpose::SignIn, &from(1)).await.unwrap();
    let digits = world.last_code(&phone(1)).await;
    world.by_code(&phone(1), &digits, None).await.unwrap();
}

#[tokio::test]
async fn the_days_budgets_are_found_with_the_longest_wait() {
    let world = World::new().await;
    let id = world.registered(&phone(1), "secret").await.id;
    for _ in 0..9 {
        world.code(&phone(1), Purpose::SignIn).await;
    }
    let found = world.obstacles(id).await;
    let day = found
        .iter()
        .find(|(cause, _)| *cause == Cause::CodeTooSoon(IdentifierKind::Phone));
    let until = day.unwrap().1.unwrap();
    assert!(world.clock.now().until(until) > seconds(23 * 3600), "{found:?}");
}

#[tokio::test]
async fn the_account_itself_may_be_what_stands_in_the_way() {
    let setup = Setup {
        has_sms: false,
        ..Setup::default()
    };
    let world = World::with(setup).await;
    let id = world.claim(&phone(1).identifier(), "secret").await.unwrap().account.id;
    world
        .accounts
        .set_disabled(world.app, Actor::Operator, id, true)
        .await
        .unwrap();
    let causes = async |id| -> Vec<Cause> { world.obstacles(id).await.into_iter().map(|(cause, _)| cause).collect() };
    let kind = IdentifierKind::Phone;
    assert_eq!(
        causes(id).await,
        [Cause::Disabled, Cause::Unproven(kind), Cause::ChannelOff(kind)]
    );
    assert_eq!(Cause::Disabled.remedy(), Some(Remedy::Enable));

    // Whoever proves the only identifier starts over, without the password that was there.
    let id = world
        .claim(&mailbox(1).identifier(), "secret")
        .await
        .unwrap()
        .account
        .id;
    let digits = world.code(&mailbox(1), Purpose::SignIn).await;
    world.by_code(&mailbox(1), &digits, None).await.unwrap();
    world.clock.advance(seconds(60));
    assert_eq!(causes(id).await, [Cause::NoPassword]);
}

#[tokio::test]
async fn a_message_that_failed_is_found_with_its_error() {
    let world = World::new().await;
    let id = world.registered(&phone(1), "secret").await.id;
    world.clock.advance(seconds(60));
    let refused = hopeless().await;
    world.sms.refuse_next(refused.clone());
    world.request(&phone(1), Purpose::SignIn, &from(1)).await.unwrap();
    world.accounts.deliver_due().await.unwrap();
    let failed = Cause::MessageFailed {
        channel: "sms".to_owned(),
        error: refused.to_string(),
    };
    assert!(world.obstacles(id).await.contains(&(failed.clone(), None)));
    world.code(&phone(1), Purpose::SignIn).await;
    assert!(
        !world.obstacles(id).await.contains(&(failed, None)),
        "the next one got through"
    );
}

#[tokio::test]
async fn admins_clear_for_those_below_and_auditors_only_look() {
    let world = World::new().await;
    let person = world.account("person", Role::User).await.id;
    let auditor = world.signed_in("auditor", Role::Auditor).await;
    let admin = world.signed_in("admin", Role::Admin).await;
    let accounts = &world.accounts;
    let looked = accounts.sign_in_obstacles(world.app, Actor::Account(&auditor), person);
    assert!(looked.await.is_ok());
    for (actor, id, expected) in [
        (&auditor, person, Some(Refusal::RankTooLow)),
        (&admin, person, None),
        (&admin, admin.account.id, Some(Refusal::NotOnSelf)),
    ] {
        let outcomes = [
            accounts.clear_failures(world.app, Actor::Account(actor), id).await,
            accounts.clear_code_budget(world.app, Actor::Account(actor), id).await,
        ];
        for outcome in outcomes {
            match expected {
                None => outcome.unwrap(),
                Some(expected) => assert_eq!(refusal(outcome), expected),
            }
        }
    }
    let audited =
        "select count(*) from audit_entries where action in ('account.clear_failures', 'account.clear_code_budget')";
    assert_eq!(world.count(audited).await, 2);
}

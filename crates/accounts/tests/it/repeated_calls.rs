//! Calls that are sent again: one effect, and the same answer.

use yaopai_accounts::Repetition;
use yaopai_model::IdempotencyKey;
use yaopai_model::limits::REPEATED_CALL_KEPT;

use crate::support::World;

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::parse(text).unwrap()
}

async fn begin(world: &World, owner: &str, name: &str, request: &[u8]) -> Repetition {
    world.accounts.begin_call(owner, &key(name), request).await.unwrap()
}

#[tokio::test]
async fn a_call_sent_again_gets_the_answer_of_the_first() {
    let world = World::new().await;
    assert!(matches!(begin(&world, "k1", "a", b"create").await, Repetition::First));
    assert!(matches!(
        begin(&world, "k1", "a", b"create").await,
        Repetition::Unanswered
    ));
    world.accounts.answer_call("k1", &key("a"), b"a secret").await.unwrap();
    let again = begin(&world, "k1", "a", b"create").await;
    assert!(matches!(again, Repetition::Answered(answer) if answer == b"a secret"));
    assert!(matches!(
        begin(&world, "k1", "a", b"delete").await,
        Repetition::Different
    ));
    assert!(
        matches!(begin(&world, "k2", "a", b"create").await, Repetition::First),
        "each owner's keys are its own"
    );
    let plain =
        world.count("select count(*) from repeated_calls where answer is not null and octet_length(answer) < 20");
    assert_eq!(plain.await, 0, "answers are sealed");
    assert_eq!(
        world.count("select count(distinct request) from repeated_calls").await,
        2,
        "the same call of two owners looks different: what it asked for cannot be guessed at"
    );
}

#[tokio::test]
async fn what_had_no_effect_may_be_made_again_and_what_had_one_may_not() {
    let world = World::new().await;
    begin(&world, "k", "a", b"x").await;
    world.accounts.forget_call("k", &key("a")).await.unwrap();
    assert!(matches!(begin(&world, "k", "a", b"x").await, Repetition::First));
    world.accounts.answer_call("k", &key("a"), b"done").await.unwrap();
    world.accounts.forget_call("k", &key("a")).await.unwrap();
    assert!(matches!(begin(&world, "k", "a", b"x").await, Repetition::Answered(_)));

    world.clock.advance(REPEATED_CALL_KEPT);
    world.accounts.sweep().await.unwrap();
    assert_eq!(world.count("select count(*) from repeated_calls").await, 0);
}

#[tokio::test]
async fn of_many_at_once_one_is_the_first() {
    let world = World::new().await;
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let accounts = world.accounts.clone();
            tokio::spawn(async move { accounts.begin_call("k", &key("a"), b"x").await.unwrap() })
        })
        .collect();
    let mut begun = Vec::new();
    for call in calls {
        begun.push(call.await.unwrap());
    }
    let firsts = begun.iter().filter(|begun| matches!(begun, Repetition::First)).count();
    assert_eq!(firsts, 1);
}

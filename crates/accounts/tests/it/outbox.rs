//! The outbox as operators see it: lists, reveals, sending again.

use std::time::Duration;

use yaopai_accounts::{Actor, ChallengeRule, MessageCursor, MessageFilter, MessageState, Principal, Refusal};
use yaopai_courier::{Body, Message};
use yaopai_model::limits::MESSAGES_PAGE;
use yaopai_model::{Address, Limits, Phone, Purpose, Role};

use crate::support::{Setup, World, caller, refusal};

fn phone(number: u32) -> Address {
    Address::Phone(Phone::parse(&format!("138001{number:05}")).unwrap())
}

async fn ask(world: &World, number: u32, purpose: Purpose) {
    let (phone, caller) = (phone(number), caller());
    let asked = world
        .accounts
        .request_code(world.app, &phone, purpose, ChallengeRule::NotAsked, &caller);
    asked.await.unwrap();
}

fn code(message: &Message) -> String {
    match &message.body {
        Body::Code { code, .. } => code.clone(),
        Body::Notice(_) => panic!("a notice"),
    }
}

async fn list(world: &World, actor: &Principal, filter: MessageFilter) -> Vec<Vec<(String, MessageState)>> {
    let (mut pages, mut from) = (Vec::new(), None);
    loop {
        let listed = world
            .accounts
            .list_messages(Actor::InConsole(actor), filter.clone(), from)
            .await
            .unwrap();
        let rows = listed.messages.into_iter();
        pages.push(rows.map(|row| (row.message.id, row.message.state)).collect());
        match listed.next {
            Some(next) => from = Some(MessageCursor::parse(&next.to_text()).unwrap()),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn lists_go_over_all_states_to_the_end() {
    let limits = Limits {
        codes_per_source_per_hour: 1_000,
        ..Limits::default()
    };
    let world = World::with(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let auditor = world.signed_in("wang", Role::Auditor).await;
    for number in 0..70 {
        let purpose = if number % 2 == 0 {
            Purpose::Register
        } else {
            Purpose::SignIn
        };
        ask(&world, number, purpose).await;
        world.clock.advance(Duration::from_millis(10));
    }
    world.accounts.deliver_due().await.unwrap();
    let pages = list(&world, &auditor, MessageFilter::default()).await;
    assert_eq!((pages.len(), pages[0].len()), (2, MESSAGES_PAGE as usize));
    let mut ids: Vec<_> = pages.concat().into_iter().map(|(id, _)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 70, "each once");
    let count = async |filter| list(&world, &auditor, filter).await.concat().len();
    let in_state = |state| MessageFilter {
        state: Some(state),
        ..MessageFilter::default()
    };
    assert_eq!(count(in_state(MessageState::Sent)).await, 35);
    assert_eq!(count(in_state(MessageState::Withheld)).await, 35);
    assert_eq!(count(in_state(MessageState::Failed)).await, 0);
    let to = |text: &str| MessageFilter {
        recipient: text.to_owned(),
        ..MessageFilter::default()
    };
    assert_eq!(count(to("13800100042")).await, 1);
    assert_eq!(count(to("0042")).await, 1);
    assert_eq!(count(to("042")).await, 0, "fewer than four digits are too few");
    assert_eq!(count(to("10042")).await, 0, "more would be guessed behind the mask");
    let elsewhere = MessageFilter {
        app: Some(yaopai_model::AppId(9)),
        ..MessageFilter::default()
    };
    assert_eq!(count(elsewhere).await, 0);
}

#[tokio::test]
async fn a_message_is_sent_again_while_its_code_lives() {
    let world = World::new().await;
    let admin = world.signed_in("li", Role::Admin).await;
    let auditor = world.signed_in("wang", Role::Auditor).await;
    ask(&world, 1, Purpose::Register).await;
    world.accounts.deliver_due().await.unwrap();
    let first = world.sms.taken().pop().unwrap();
    let again = async |actor| {
        let sent = world.accounts.send_again(world.app, Actor::InConsole(actor), &first.id);
        sent.await
    };
    assert_eq!(refusal(again(&auditor).await), Refusal::RankTooLow);
    assert!(matches!(refusal(again(&admin).await), Refusal::CodeTooSoon { .. }));
    world.clock.advance(Duration::from_secs(60));
    again(&admin).await.unwrap();
    world.accounts.deliver_due().await.unwrap();
    let second = world.sms.taken().pop().unwrap();
    assert_eq!(second.to, first.to);
    assert_ne!((&second.id, code(&second)), (&first.id, code(&first)));
    // The first one's code was replaced.
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(refusal(again(&admin).await), Refusal::CodeOver);
    world.clock.advance(Duration::from_secs(300));
    let late = world
        .accounts
        .send_again(world.app, Actor::InConsole(&admin), &second.id);
    assert_eq!(refusal(late.await), Refusal::CodeOver);
    for unknown in ["x", "\0", ""] {
        let sent = world.accounts.send_again(world.app, Actor::InConsole(&admin), unknown);
        assert_eq!(refusal(sent.await), Refusal::NoSuchRecord);
        let revealed = world
            .accounts
            .reveal_recipient(world.app, Actor::InConsole(&admin), unknown);
        assert_eq!(refusal(revealed.await), Refusal::NoSuchRecord);
    }
    assert_eq!(
        world
            .count("select count(*) from audit_entries where app_id = 1 and action = 'message.send_again'")
            .await,
        1
    );
}

#[tokio::test]
async fn what_was_withheld_stays_so() {
    let world = World::new().await;
    let admin = world.signed_in("li", Role::Admin).await;
    ask(&world, 1, Purpose::SignIn).await;
    let withheld = list(&world, &admin, MessageFilter::default()).await.concat().remove(0);
    assert_eq!(withheld.1, MessageState::Withheld);
    world.clock.advance(Duration::from_secs(60));
    let refused = world
        .accounts
        .send_again(world.app, Actor::InConsole(&admin), &withheld.0);
    assert_eq!(refusal(refused.await), Refusal::NotRegistered);
}

#[tokio::test]
async fn a_recipient_is_revealed_to_admins_and_that_is_written_down() {
    let world = World::new().await;
    let admin = world.signed_in("li", Role::Admin).await;
    let auditor = world.signed_in("wang", Role::Auditor).await;
    ask(&world, 1, Purpose::Register).await;
    let listed = world
        .accounts
        .list_messages(Actor::InConsole(&auditor), MessageFilter::default(), None)
        .await
        .unwrap();
    let message = &listed.messages[0].message;
    assert_eq!(message.recipient, "138****0001");
    let reveal = async |actor| {
        let revealed = world
            .accounts
            .reveal_recipient(world.app, Actor::InConsole(actor), &message.id);
        revealed.await
    };
    assert_eq!(refusal(reveal(&auditor).await), Refusal::RankTooLow);
    assert_eq!(reveal(&admin).await.unwrap(), "+8613800100001");
    assert_eq!(
        world
            .count("select count(*) from audit_entries where app_id = 1 and action = 'message.reveal'")
            .await,
        1
    );
}

#[tokio::test]
async fn the_trial_channels_codes_are_shown_to_admins_while_they_live() {
    let setup = Setup {
        is_trial: true,
        ..Setup::default()
    };
    let world = World::with(setup).await;
    let admin = world.signed_in("li", Role::Admin).await;
    let auditor = world.signed_in("wang", Role::Auditor).await;
    ask(&world, 1, Purpose::Register).await;
    world.accounts.deliver_due().await.unwrap();
    let seen = async |actor| {
        let listed = world
            .accounts
            .list_messages(Actor::InConsole(actor), MessageFilter::default(), None);
        listed.await.unwrap().messages.remove(0).trial_code
    };
    assert!(world.accounts.trial_channels().sms);
    assert_eq!(seen(&admin).await.map(|code| code.len()), Some(6));
    assert_eq!(seen(&auditor).await, None);
    world.clock.advance(Duration::from_secs(300));
    assert_eq!(seen(&admin).await, None);
}

#[tokio::test]
async fn nobody_reads_a_code_by_which_they_could_sign_in_as_somebody_of_their_own_rank() {
    let setup = Setup {
        is_trial: true,
        ..Setup::default()
    };
    let world = World::with(setup).await;
    let admin = world.signed_in("li", Role::Admin).await;
    let root = world.signed_in("top", Role::Root).await;
    for (number, role) in [(1, Role::User), (2, Role::Admin), (3, Role::Root)] {
        world.account(&format!("138001{number:05}"), role).await;
        ask(&world, number, Purpose::SignIn).await;
        world.clock.advance(Duration::from_secs(1));
    }
    world.accounts.deliver_due().await.unwrap();
    let seen = async |actor| {
        let listed = world
            .accounts
            .list_messages(Actor::InConsole(actor), MessageFilter::default(), None);
        let mut messages = listed.await.unwrap().messages;
        messages.sort_by(|one, other| one.message.recipient.cmp(&other.message.recipient));
        messages
            .into_iter()
            .map(|listed| listed.trial_code.is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(&admin).await, [true, false, false]);
    assert_eq!(seen(&root).await, [true; 3]);
}

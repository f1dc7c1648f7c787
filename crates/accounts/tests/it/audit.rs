//! The audit log: filters, pages, exports, and whether its chain is whole.

use std::time::Duration;

use yaopai_accounts::{Actor, AuditFilter, Principal, Refusal};
use yaopai_model::limits::AUDIT_PAGE;
use yaopai_model::{Clock as _, Role};
use yaopai_store::audit::{self, Chain, NewEntry};

use crate::support::{World, refusal};

/// A world with an auditor, and `many` entries a second apart, in turn about three accounts.
async fn filled(many: i64) -> (World, Principal) {
    let world = World::new().await;
    let auditor = world.signed_in("wang", Role::Auditor).await;
    let (app, start) = (world.app, world.clock.now());
    let written = world.store.write(move |tx| {
        for number in 0..many {
            let entry = NewEntry {
                app,
                at: start.plus(Duration::from_secs(number.unsigned_abs())),
                actor: if number % 2 == 0 {
                    "account 7"
                } else {
                    "account 7 key abc"
                },
                action: if number % 2 == 0 {
                    "account.disable"
                } else {
                    "message.reveal"
                },
                target: &format!("account {}", number % 3),
                detail: "",
            };
            audit::append(tx, &entry)?;
        }
        Ok::<_, yaopai_store::SqlError>(())
    });
    written.await.unwrap();
    (world, auditor)
}

async fn pages(world: &World, auditor: &Principal, filter: AuditFilter) -> Vec<Vec<i64>> {
    let (mut pages, mut before) = (Vec::new(), None);
    loop {
        let slice = world
            .accounts
            .audit_entries(world.app, Actor::InConsole(auditor), filter.clone(), before);
        let slice = slice.await.unwrap();
        pages.push(slice.entries.iter().map(|entry| entry.number).collect());
        match slice.next {
            Some(next) => before = Some(next),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn pages_go_on_to_the_end() {
    let (world, auditor) = filled(120).await;
    let pages = pages(&world, &auditor, AuditFilter::default()).await;
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[0].len(), AUDIT_PAGE as usize);
    let all: Vec<_> = pages.concat();
    // The app and the auditor have entries of their own.
    assert!(all.iter().rev().copied().eq(1..=122), "{all:?}");
}

#[tokio::test]
async fn a_filter_lets_through_what_it_says() {
    let (world, auditor) = filled(60).await;
    let start = world.clock.now();
    let count = async |filter| pages(&world, &auditor, filter).await.concat().len();
    let filter = AuditFilter::default;
    let actor = |text: &str| AuditFilter {
        actor: text.to_owned(),
        ..filter()
    };
    let action = |text: &str| AuditFilter {
        action: text.to_owned(),
        ..filter()
    };
    assert_eq!(count(actor("account 7")).await, 60, "by whichever key");
    assert_eq!(count(actor("account 7 key abc")).await, 30);
    assert_eq!(count(actor("account")).await, 0);
    assert_eq!(count(action("message")).await, 30);
    assert_eq!(count(action("message.reveal")).await, 30);
    assert_eq!(count(action("message.rev")).await, 0);
    let about = AuditFilter {
        target: "account 2".to_owned(),
        ..filter()
    };
    assert_eq!(count(about.clone()).await, 20);
    let both = AuditFilter {
        action: "message.reveal".to_owned(),
        ..about
    };
    assert_eq!(count(both).await, 10);
    let timed = AuditFilter {
        from: Some(start.plus(Duration::from_secs(10))),
        until: Some(start.plus(Duration::from_secs(20))),
        ..filter()
    };
    assert_eq!(count(timed).await, 10);
    assert_eq!(count(action("x\n")).await, 0);
}

#[tokio::test]
async fn an_export_has_all_of_it_and_is_written_down() {
    let (world, auditor) = filled(700).await;
    let export = world
        .accounts
        .export_audit(world.app, Actor::InConsole(&auditor), AuditFilter::default());
    let mut export = export.await.unwrap();
    let mut found = Vec::new();
    while let Some(piece) = export.next().await.unwrap() {
        found.extend(piece.into_iter().map(|entry| entry.number));
    }
    assert!(found.iter().rev().copied().eq(1..=702));
    let latest = world
        .accounts
        .audit_entries(world.app, Actor::InConsole(&auditor), AuditFilter::default(), None)
        .await
        .unwrap();
    assert_eq!(latest.entries[0].action, "audit.export");

    let user = world.signed_in("zhao", Role::User).await;
    let refused = world
        .accounts
        .export_audit(world.app, Actor::InConsole(&user), AuditFilter::default());
    assert_eq!(
        refused.await.err().map(|error| refusal::<()>(Err(error))),
        Some(Refusal::RankTooLow)
    );
}

#[tokio::test]
async fn what_an_export_was_asked_for_forges_no_lines() {
    let (world, auditor) = filled(1).await;
    let filter = AuditFilter {
        actor: format!("nobody\n1 operator account.delete\u{1b}[2J\0{}", "x".repeat(5_000)),
        ..AuditFilter::default()
    };
    let export = world
        .accounts
        .export_audit(world.app, Actor::InConsole(&auditor), filter);
    assert!(export.await.unwrap().next().await.unwrap().unwrap().is_empty());
    let all = AuditFilter::default();
    let listed = world
        .accounts
        .audit_entries(world.app, Actor::InConsole(&auditor), all, None);
    let detail = listed.await.unwrap().entries.remove(0).detail;
    assert!(
        detail.starts_with("actor: nobody 1 operator account.delete [2J xxx"),
        "{detail:?}"
    );
    assert!(detail.len() < 200 && !detail.contains(char::is_control), "{detail:?}");
}

#[tokio::test]
async fn a_long_chain_is_verified_in_calls_that_are_short() {
    let (world, auditor) = filled(1_300).await;
    let verify = async |after| {
        let verified = world
            .accounts
            .verify_audit(world.app, Actor::InConsole(&auditor), after);
        verified.await.unwrap()
    };
    let whole = Chain::Whole {
        up_to: 1_302,
        is_end: true,
    };
    assert_eq!(verify(0).await, whole);
    assert_eq!(verify(1_000).await, whole);
    let sql = "update audit_entries set actor = 'nobody' where app_id = 1 and number = 900";
    world.store.write(move |tx| tx.execute(sql, &[])).await.unwrap();
    assert_eq!(verify(0).await, Chain::BrokenAt { number: 900 });
}

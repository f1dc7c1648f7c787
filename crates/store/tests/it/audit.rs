//! The audit chain: whatever is done to it afterwards shows.

use yaopai_model::{AppId, Timestamp};
use yaopai_store::Store;
use yaopai_store::audit::{Chain, NewEntry, append, verify};

use crate::support::Place;

const APP: AppId = AppId(1);
const ENTRIES: i64 = 5;

async fn filled(place: &Place) -> Store {
    let store = place.open();
    for number in 0..ENTRIES {
        write(&store, APP, number).await;
        write(&store, AppId(2), number).await;
    }
    store
}

async fn write(store: &Store, app: AppId, number: i64) {
    let written = store.write(move |tx| {
        let entry = NewEntry {
            app,
            at: Timestamp::from_millis(number),
            actor: "operator",
            action: "account.delete",
            target: &format!("account {number}"),
            detail: "",
        };
        append(tx, &entry)
    });
    written.await.unwrap();
}

/// What a chain looks like after `statement` was run over it.
async fn after(statement: &'static str) -> Chain {
    let place = Place::new();
    let store = filled(&place).await;
    let changed = store.write(move |tx| tx.execute(statement, &[])).await.unwrap();
    assert!(changed >= 1, "{statement}");
    let other = store.scan(|db| verify(db, AppId(2), 0, 100)).await.unwrap();
    assert_eq!(
        other,
        Chain::Whole {
            up_to: ENTRIES,
            is_end: true
        },
        "apps have chains of their own"
    );
    store.scan(|db| verify(db, APP, 0, 100)).await.unwrap()
}

#[tokio::test]
async fn a_chain_that_nobody_touched_is_whole() {
    let place = Place::new();
    let store = filled(&place).await;
    let chain = store.scan(|db| verify(db, APP, 0, 100)).await.unwrap();
    assert_eq!(
        chain,
        Chain::Whole {
            up_to: ENTRIES,
            is_end: true
        }
    );
    let empty = store.scan(|db| verify(db, AppId(3), 0, 100)).await.unwrap();
    assert_eq!(empty, Chain::Whole { up_to: 0, is_end: true });
}

#[tokio::test]
async fn every_change_shows_where_it_was_made() {
    for (statement, number) in [
        (
            "update audit_entries set detail = 'x' where app_id = 1 and number = 3",
            3,
        ),
        ("update audit_entries set at = 99 where app_id = 1 and number = 1", 1),
        // The same letters, with the border between two fields moved.
        (
            "update audit_entries set actor = 'operatora', action = 'ccount.delete' where app_id = 1 and number = 2",
            2,
        ),
        (
            "update audit_entries set hash = x'00' where app_id = 1 and number = 4",
            4,
        ),
        ("delete from audit_entries where app_id = 1 and number = 2", 2),
        ("delete from audit_entries where app_id = 1 and number = 5", 5),
        ("delete from audit_entries where app_id = 1", 1),
        ("delete from audit_heads where app_id = 1", 6),
        ("update audit_entries set app_id = 3 where app_id = 1 and number = 5", 5),
    ] {
        assert_eq!(after(statement).await, Chain::BrokenAt { number }, "{statement}");
    }
}

#[tokio::test]
async fn a_chain_is_verified_in_stretches() {
    let place = Place::new();
    let store = filled(&place).await;
    let verify = async |after, most| store.scan(move |db| verify(db, APP, after, most)).await.unwrap();
    let whole = |up_to, is_end| Chain::Whole { up_to, is_end };
    assert_eq!(verify(0, 2).await, whole(2, false));
    assert_eq!(verify(2, 2).await, whole(4, false));
    assert_eq!(verify(4, 2).await, whole(5, true));
    assert_eq!(verify(3, 2).await, whole(5, true));
    assert_eq!(verify(5, 2).await, whole(5, true));
    assert_eq!(verify(6, 2).await, Chain::BrokenAt { number: 6 }, "beyond its end");

    let sql = "update audit_entries set detail = 'x' where app_id = 1 and number = 3";
    store.write(move |tx| tx.execute(sql, &[])).await.unwrap();
    assert_eq!(verify(0, 2).await, whole(2, false));
    assert_eq!(verify(2, 2).await, Chain::BrokenAt { number: 3 });
    assert_eq!(
        verify(3, 2).await,
        whole(5, true),
        "the hashes after it were not touched"
    );
}

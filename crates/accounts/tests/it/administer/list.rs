//! Lists and searches.

use yaopai_accounts::{AccountPage, Actor, PageRequest, Refusal};
use yaopai_model::Role;

use crate::support::{World, refusal};

const FIRST: PageRequest = PageRequest { number: 1, size: 30 };

fn names(page: &AccountPage) -> Vec<String> {
    page.accounts
        .iter()
        .map(|account| match (&account.username, &account.email) {
            (Some(username), _) => username.as_str().to_owned(),
            (None, Some(email)) => email.value.address().to_owned(),
            (None, None) => String::new(),
        })
        .collect()
}

#[tokio::test]
async fn pages_follow_each_other_oldest_first() {
    let world = World::new().await;
    for number in 0..7 {
        world.account(&format!("user{number}"), Role::User).await;
    }
    let page = async |number, size| {
        let page = PageRequest { number, size };
        world
            .accounts
            .list_accounts(world.app, Actor::Operator, page)
            .await
            .unwrap()
    };
    assert_eq!(names(&page(1, 3).await), ["user0", "user1", "user2"]);
    assert_eq!(names(&page(3, 3).await), ["user6"]);
    assert_eq!(page(3, 3).await.total, 7);
    for number in [4, 1_000_000, u32::MAX] {
        let page = page(number, 30).await;
        assert_eq!((page.total, page.accounts.len()), (7, 0), "{number}");
    }
}

#[tokio::test]
async fn lists_are_for_administrators_of_the_app() {
    let world = World::new().await;
    for (name, role) in [("u", Role::User), ("a", Role::Auditor)] {
        let actor = world.signed_in(name, role).await;
        let listed = world
            .accounts
            .list_accounts(world.app, Actor::Account(&actor), FIRST)
            .await;
        assert_eq!(refusal(listed), Refusal::RankTooLow);
        let found = world
            .accounts
            .search_accounts(world.app, Actor::Account(&actor), "u", FIRST)
            .await;
        assert_eq!(refusal(found), Refusal::RankTooLow);
    }
    let admin = world.signed_in("boss", Role::Admin).await;
    let listed = world
        .accounts
        .list_accounts(world.app, Actor::Account(&admin), FIRST)
        .await
        .unwrap();
    assert_eq!(listed.total, 3);
}

#[tokio::test]
async fn exact_matches_come_first_and_once() {
    let world = World::new().await;
    let first = world.account("x-anna", Role::User).await;
    world.account("anna", Role::User).await;
    world.account("anna@example.com", Role::User).await;
    world.account("y_50%", Role::User).await;
    let search = async |keyword: &str| {
        let found = world
            .accounts
            .search_accounts(world.app, Actor::Operator, keyword, FIRST)
            .await
            .unwrap();
        assert_eq!(found.total as usize, found.accounts.len());
        names(&found)
    };
    assert_eq!(search("ANNA").await, ["anna", "x-anna", "anna@example.com"]);
    assert_eq!(search("Anna@Example.com").await, ["anna@example.com"]);
    assert_eq!(search(&first.id.0.to_string()).await[0], "x-anna");
    // Wildcards mean themselves.
    assert_eq!(search("%").await, ["y_50%"]);
    assert_eq!(search("_").await, ["y_50%"]);
    for keyword in ["nobody", "\\", "a\0", "a\nb", &"a".repeat(101), "' or 1=1 --"] {
        assert!(search(keyword).await.is_empty(), "{keyword:?}");
    }
}

#[tokio::test]
async fn a_search_has_pages_and_a_total() {
    let world = World::new().await;
    for number in 0..7 {
        world.account(&format!("user{number}"), Role::User).await;
    }
    let page = async |number, size| {
        let page = PageRequest { number, size };
        world
            .accounts
            .search_accounts(world.app, Actor::Operator, "USER", page)
            .await
            .unwrap()
    };
    assert_eq!(names(&page(2, 3).await), ["user3", "user4", "user5"]);
    assert_eq!(page(2, 3).await.total, 7);
    assert_eq!(names(&page(u32::MAX, 30).await), [""; 0]);
}

//! Searches in memory beside changes, on several nodes where the database can be shared.

use yaopai_accounts::{AccountFilter, Accounts, Actor, PageRequest, ProfileChange, SearchState};
use yaopai_model::{AccountId, AppId, Nickname, Role, TokenUse};

use crate::{at_once, rounds, world};

/// How many change something at once.
const CHANGES: u32 = 24;

async fn fill(node: &Accounts) {
    while node.tend_search().await.unwrap() != SearchState::Current {}
}

/// Whom a node finds by a word: in the list that the wires give, and in the console's, which also has hidden nicknames.
async fn found(node: &Accounts, app: AppId, word: &str) -> (Vec<AccountId>, Vec<AccountId>) {
    let page = PageRequest { number: 1, size: 30 };
    let page = node.search_accounts(app, Actor::Operator, word, page).await.unwrap();
    let filter = AccountFilter {
        text: word.to_owned(),
        ..AccountFilter::default()
    };
    let slice = node
        .list_accounts_by(app, Actor::Operator, filter, None, 100)
        .await
        .unwrap();
    let ids = |accounts: Vec<yaopai_model::Account>| accounts.iter().map(|account| account.id).collect::<Vec<_>>();
    assert_eq!(page.total as usize, page.accounts.len(), "{word}");
    assert_eq!(slice.total, Some(slice.accounts.len() as u32), "{word}");
    (ids(page.accounts), ids(slice.accounts))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_node_has_changed_the_next_search_on_another_finds() {
    let world = std::sync::Arc::new(world().await);
    for node in &world.nodes {
        fill(node).await;
    }
    for round in 0..rounds() / 12 {
        at_once(CHANGES, |number| {
            let (world, maker, seeker) = (world.clone(), world.node(), world.node());
            async move {
                let app = world.app;
                let word = format!("r{round}n{number}x");
                let account = world.account(&word, Role::User).await;
                let finds = |word: String, shown: bool, all: bool| {
                    let (seeker, id) = (seeker.clone(), account.id);
                    async move {
                        let (in_wire, in_console) = found(&seeker, app, &word).await;
                        let expected = |is_there: bool| if is_there { vec![id] } else { Vec::new() };
                        assert_eq!((in_wire, in_console), (expected(shown), expected(all)), "{word}");
                    }
                };
                finds(word.to_uppercase(), true, true).await;

                let token = world.sign_in(&word).await.token(TokenUse::Session);
                let principal = maker.authenticate(app, &token).await.unwrap();
                let hidden = format!("李四{round}号{number}位");
                let change = ProfileChange {
                    nickname: Some(Nickname::parse(&hidden).unwrap()),
                    ..ProfileChange::default()
                };
                maker.change_profile(&principal, change).await.unwrap();
                // A username hides it on the wires.
                finds(hidden, false, true).await;

                maker.delete_account(app, Actor::Operator, account.id).await.unwrap();
                finds(word, false, false).await;
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_changes_while_the_memory_is_filled_is_not_missed() {
    let world = std::sync::Arc::new(world().await);
    for round in 0..rounds() / 12 {
        let before = at_once(8, |number| {
            let world = world.clone();
            async move { world.account(&format!("before{round}n{number}x"), Role::User).await }
        });
        let before = before.await;
        at_once(16, |number| {
            let (world, before) = (world.clone(), before.clone());
            async move {
                match before.get(number as usize) {
                    Some(account) => {
                        let node = world.node();
                        node.delete_account(world.app, Actor::Operator, account.id)
                            .await
                            .unwrap();
                    }
                    None if number % 2 == 0 => fill(&world.node()).await,
                    None => {
                        world.account(&format!("after{round}n{number}x"), Role::User).await;
                    }
                }
            }
        })
        .await;
        for node in &world.nodes {
            fill(node).await;
            assert_eq!(found(node, world.app, &format!("before{round}n")).await.0.len(), 0);
            assert_eq!(found(node, world.app, &format!("after{round}n")).await.0.len(), 4);
        }
    }
}

//! What a search tells of addresses that are shown masked.

use yaopai_accounts::{AccountFilter, Actor, NewApiKey, SearchState};
use yaopai_model::{AccountId, ApiKeyName, ApiScopes, Role};

use crate::support::World;

const PHONE: &str = "13812348009";
const MAIL: &str = "zhangsan@example.com";

async fn found(world: &World, actor: Actor<'_>, text: &str) -> Vec<AccountId> {
    let filter = AccountFilter {
        text: text.to_owned(),
        ..AccountFilter::default()
    };
    let listed = world
        .accounts
        .list_accounts_by(world.app, actor, filter, None, 10)
        .await;
    let listed = listed.unwrap();
    let ids: Vec<_> = listed.accounts.iter().map(|account| account.id).collect();
    assert!(listed.next.is_none());
    if let Some(total) = listed.total {
        assert_eq!(total as usize, ids.len(), "a count tells as much: {text}");
    }
    ids
}

#[tokio::test]
async fn who_sees_addresses_masked_finds_none_by_what_is_hidden() {
    let world = World::new().await;
    let (phone, mail) = (
        world.account(PHONE, Role::User).await.id,
        world.account(MAIL, Role::User).await.id,
    );
    let (auditor, admin) = (
        world.signed_in("auditor", Role::Auditor).await,
        world.signed_in("boss", Role::Admin).await,
    );
    let key = async |scopes: &str| {
        let new = NewApiKey {
            name: ApiKeyName::parse("script").unwrap(),
            scopes: ApiScopes::parse(scopes).unwrap(),
            days: 1,
        };
        let made = world.accounts.create_api_key(Actor::InConsole(&admin), new).await;
        let (_, text) = made.unwrap();
        world.accounts.authenticate_api_key(&text.expose()).await.unwrap()
    };
    let (reading, revealing) = (key("accounts.read").await, key("accounts.read reveal").await);

    for is_in_memory in [false, true] {
        if is_in_memory {
            while world.accounts.tend_search().await.unwrap() != SearchState::Current {}
        }
        for hidden in ["1381", "3812", "1234", "2348", "angsa", "zhang", "san@e", "+86138"] {
            for actor in [Actor::InConsole(&auditor), reading.actor()] {
                assert_eq!(found(&world, actor, hidden).await, [], "{hidden}");
            }
            for actor in [Actor::InConsole(&admin), revealing.actor()] {
                assert_eq!(found(&world, actor, hidden).await.len(), 1, "{hidden}");
            }
        }
        // What stands on the page anyway, and an address that somebody knows already.
        for (known, id) in [
            ("8009", phone),
            ("009", phone),
            (PHONE, phone),
            (MAIL, mail),
            ("example.com", mail),
        ] {
            for actor in [Actor::InConsole(&auditor), reading.actor()] {
                assert_eq!(found(&world, actor, known).await, [id], "{known}");
            }
        }
        assert_eq!(
            found(&world, Actor::InConsole(&auditor), "udito").await,
            [auditor.account.id]
        );
    }
}

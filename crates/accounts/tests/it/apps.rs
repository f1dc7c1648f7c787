//! Apps: secrets, hosts, rates, the default one.

use std::time::Duration;

use yaopai_accounts::{AppChange, NewApp, Refusal};
use yaopai_model::limits::HOSTS_PER_APP;
use yaopai_model::{AppKey, AppName, HostName};
use yaopai_store::audit::{self, Chain};

use crate::support::{World, refusal};

fn named(name: &str) -> NewApp {
    NewApp {
        name: AppName::parse(name).unwrap(),
        hosts: Vec::new(),
        requests_per_second: None,
    }
}

fn host(name: &str) -> HostName {
    HostName::parse(name).unwrap()
}

#[tokio::test]
async fn a_secret_opens_its_own_app_only() {
    let world = World::new().await;
    let (one, secret) = world.accounts.create_app(named("one")).await.unwrap();
    let (two, _) = world.accounts.create_app(named("two")).await.unwrap();
    assert_ne!((one.id, &one.key), (two.id, &two.key));

    let opened = world
        .accounts
        .app_by_secret(one.key.as_str(), secret.expose())
        .await
        .unwrap();
    assert_eq!(opened, one);
    for (key, secret) in [
        (one.key.as_str(), ""),
        (one.key.as_str(), &format!("{}a", secret.expose())),
        (two.key.as_str(), secret.expose()),
        ("aaaaaaaaaaaaaaaa", secret.expose()),
        ("", ""),
        ("'; --", secret.expose()),
    ] {
        let refused = refusal(world.accounts.app_by_secret(key, secret).await);
        assert_eq!(refused, Refusal::UnknownApp, "{key:?}");
    }
}

#[tokio::test]
async fn a_rotated_secret_is_void_at_once() {
    let world = World::new().await;
    let (app, old) = world.accounts.create_app(named("one")).await.unwrap();
    let (_, new) = world.accounts.rotate_app_secret(&app.key).await.unwrap();
    let refused = refusal(world.accounts.app_by_secret(app.key.as_str(), old.expose()).await);
    assert_eq!(refused, Refusal::UnknownApp);
    assert!(
        world
            .accounts
            .app_by_secret(app.key.as_str(), new.expose())
            .await
            .is_ok()
    );

    let unknown = AppKey::parse("aaaaaaaaaaaaaaaa").unwrap();
    assert_eq!(
        refusal(world.accounts.rotate_app_secret(&unknown).await),
        Refusal::UnknownApp
    );
}

#[tokio::test]
async fn the_secret_is_not_in_the_database() {
    let world = World::new().await;
    let (_, secret) = world.accounts.create_app(named("one")).await.unwrap();
    for file in world.database_files() {
        let bytes = std::fs::read(world.folder.path().join(file)).unwrap();
        let needle = secret.expose().as_bytes();
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{file}");
    }
}

#[tokio::test]
async fn the_rate_of_an_app_is_its_own() {
    let world = World::new().await;
    let (slow, slow_secret) = world.accounts.create_app(named("slow")).await.unwrap();
    let (free, free_secret) = world.accounts.create_app(named("free")).await.unwrap();
    let change = AppChange {
        requests_per_second: Some(Some(2)),
        ..AppChange::default()
    };
    let slow = world.accounts.update_app(&slow.key, change).await.unwrap();
    assert_eq!(slow.requests_per_second, Some(2));

    let ask = || world.accounts.app_by_secret(slow.key.as_str(), slow_secret.expose());
    assert!(ask().await.is_ok());
    assert!(ask().await.is_ok());
    assert_eq!(refusal(ask().await), Refusal::AppRateExceeded);
    for _ in 0..5 {
        assert!(
            world
                .accounts
                .app_by_secret(free.key.as_str(), free_secret.expose())
                .await
                .is_ok()
        );
    }
    world.clock.advance(Duration::from_secs(1));
    assert!(ask().await.is_ok());
}

#[tokio::test]
async fn a_wrong_secret_does_not_use_up_the_rate() {
    let world = World::new().await;
    let new = NewApp {
        requests_per_second: Some(1),
        ..named("slow")
    };
    let (app, secret) = world.accounts.create_app(new).await.unwrap();
    for _ in 0..3 {
        let refused = refusal(world.accounts.app_by_secret(app.key.as_str(), "wrong").await);
        assert_eq!(refused, Refusal::UnknownApp);
    }
    assert!(
        world
            .accounts
            .app_by_secret(app.key.as_str(), secret.expose())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_host_finds_its_app_and_others_the_default_one() {
    let world = World::new().await;
    let new = NewApp {
        hosts: vec![host("one.example.com"), host("ONE.example.com")],
        ..named("one")
    };
    let (one, _) = world.accounts.create_app(new).await.unwrap();
    let found = async |name: &str| world.accounts.app_of_host(Some(&host(name))).await.unwrap().id;
    assert_eq!(found("one.example.com:9000").await, one.id);
    assert_eq!(found("other.example.com").await, world.app);
    assert_eq!(world.accounts.app_of_host(None).await.unwrap().id, world.app);

    let rival = NewApp {
        hosts: vec![host("two.example.com"), host("one.example.com")],
        ..named("two")
    };
    assert_eq!(refusal(world.accounts.create_app(rival).await), Refusal::HostTaken);
    assert_eq!(
        found("two.example.com").await,
        world.app,
        "nothing of a refused app stays"
    );
    assert_eq!(world.accounts.list_apps().await.unwrap().len(), 2);

    let change = AppChange {
        hosts: Some(vec![host("two.example.com")]),
        ..AppChange::default()
    };
    world.accounts.update_app(&one.key, change).await.unwrap();
    assert_eq!(found("one.example.com").await, world.app);
    assert_eq!(found("two.example.com").await, one.id);
    assert_eq!(
        world.accounts.app_hosts(one.id).await.unwrap(),
        [host("two.example.com")]
    );
}

#[tokio::test]
async fn an_app_has_a_bound_of_hosts() {
    let world = World::new().await;
    let hosts = (0..=HOSTS_PER_APP)
        .map(|number| host(&format!("h{number}.example.com")))
        .collect();
    let new = NewApp { hosts, ..named("many") };
    assert_eq!(refusal(world.accounts.create_app(new).await), Refusal::TooManyApps);
}

#[tokio::test]
async fn there_is_one_default_app() {
    let world = World::new().await;
    assert!(world.accounts.ensure_default_app().await.unwrap().is_none());
    let apps = world.accounts.list_apps().await.unwrap();
    assert_eq!(apps.len(), 1);
    assert!(apps[0].is_default);
    assert_eq!(apps[0].name.as_str(), "default");
}

#[tokio::test]
async fn what_operators_do_to_an_app_is_written_down() {
    let world = World::new().await;
    let (app, _) = world.accounts.create_app(named("one")).await.unwrap();
    world.accounts.rotate_app_secret(&app.key).await.unwrap();
    world.accounts.update_app(&app.key, AppChange::default()).await.unwrap();
    let chain = world.store.scan(move |db| audit::verify(db, app.id)).await.unwrap();
    assert_eq!(chain, Chain::Whole { entries: 3 });
}

//! Apps: secrets, hosts, rates, the default one.

use std::time::Duration;

use yaopai_accounts::{Actor, AppChange, NewAccount, NewApp, Principal, Refusal};
use yaopai_model::limits::{HOSTS_PER_APP, SECRET_OVERLAP};
use yaopai_model::{AppKey, AppName, AppSecret, Clock as _, HostName, Identifier, OpenWires, Role, WireName};
use yaopai_store::audit::{self, Chain};

use crate::support::{World, password, refusal};

const HOUR: Duration = Duration::from_secs(60 * 60);

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
    let (one, secret) = world.accounts.create_app(Actor::Operator, named("one")).await.unwrap();
    let (two, _) = world.accounts.create_app(Actor::Operator, named("two")).await.unwrap();
    assert_ne!((one.id, &one.key), (two.id, &two.key));

    let opened = world
        .accounts
        .app_by_secret(one.key.as_str(), secret.expose())
        .await
        .unwrap();
    assert_eq!(opened, one.id);
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
    let (app, old) = world.accounts.create_app(Actor::Operator, named("one")).await.unwrap();
    let (_, new) = world
        .accounts
        .rotate_app_secret(Actor::Operator, &app.key, Duration::ZERO)
        .await
        .unwrap();
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
        refusal(
            world
                .accounts
                .rotate_app_secret(Actor::Operator, &unknown, Duration::ZERO)
                .await
        ),
        Refusal::UnknownApp
    );
}

#[tokio::test]
async fn the_secret_is_not_in_the_database() {
    let world = World::new().await;
    let (_, secret) = world.accounts.create_app(Actor::Operator, named("one")).await.unwrap();
    for file in world.database_files() {
        let bytes = std::fs::read(world.folder.path().join(file)).unwrap();
        let needle = secret.expose().as_bytes();
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{file}");
    }
}

#[tokio::test]
async fn the_rate_of_an_app_is_its_own() {
    let world = World::new().await;
    let (slow, slow_secret) = world.accounts.create_app(Actor::Operator, named("slow")).await.unwrap();
    let (free, free_secret) = world.accounts.create_app(Actor::Operator, named("free")).await.unwrap();
    let change = AppChange {
        requests_per_second: Some(Some(2)),
        ..AppChange::default()
    };
    let slow = world
        .accounts
        .update_app(Actor::Operator, &slow.key, change)
        .await
        .unwrap();
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
    let (app, secret) = world.accounts.create_app(Actor::Operator, new).await.unwrap();
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
    let (one, _) = world.accounts.create_app(Actor::Operator, new).await.unwrap();
    let found = async |name: &str| world.accounts.app_of_host(Some(name)).await.unwrap().id;
    assert_eq!(found("one.example.com:9000").await, one.id);
    assert_eq!(found("other.example.com").await, world.app);
    assert_eq!(world.accounts.app_of_host(None).await.unwrap().id, world.app);

    let rival = NewApp {
        hosts: vec![host("two.example.com"), host("one.example.com")],
        ..named("two")
    };
    assert_eq!(
        refusal(world.accounts.create_app(Actor::Operator, rival).await),
        Refusal::HostTaken
    );
    assert_eq!(
        found("two.example.com").await,
        world.app,
        "nothing of a refused app stays"
    );
    assert_eq!(world.accounts.list_apps(Actor::Operator).await.unwrap().len(), 2);

    let change = AppChange {
        hosts: Some(vec![host("two.example.com")]),
        ..AppChange::default()
    };
    world
        .accounts
        .update_app(Actor::Operator, &one.key, change)
        .await
        .unwrap();
    assert_eq!(found("one.example.com").await, world.app);
    assert_eq!(found("two.example.com").await, one.id);
    assert_eq!(
        world.accounts.look_at_app(Actor::Operator, &one.key).await.unwrap().1,
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
    assert_eq!(
        refusal(world.accounts.create_app(Actor::Operator, new).await),
        Refusal::TooManyApps
    );
}

#[tokio::test]
async fn there_is_one_default_app() {
    let world = World::new().await;
    assert!(world.accounts.ensure_default_app().await.unwrap().is_none());
    let apps = world.accounts.list_apps(Actor::Operator).await.unwrap();
    assert_eq!(apps.len(), 1);
    assert!(apps[0].is_default);
    assert_eq!(apps[0].name.as_str(), "default");
}

#[tokio::test]
async fn what_operators_do_to_an_app_is_written_down() {
    let world = World::new().await;
    let (app, _) = world.accounts.create_app(Actor::Operator, named("one")).await.unwrap();
    world
        .accounts
        .rotate_app_secret(Actor::Operator, &app.key, Duration::ZERO)
        .await
        .unwrap();
    world
        .accounts
        .update_app(Actor::Operator, &app.key, AppChange::default())
        .await
        .unwrap();
    let chain = world
        .store
        .scan(move |db| audit::verify(db, app.id, 0, 100))
        .await
        .unwrap();
    assert_eq!(chain, Chain::Whole { up_to: 3, is_end: true });
}

#[tokio::test]
async fn with_an_overlap_the_old_secret_stays_good_for_a_while() {
    let world = World::new().await;
    let accounts = &world.accounts;
    let (app, first) = accounts.create_app(Actor::Operator, named("one")).await.unwrap();
    let rotate = async |overlap| {
        let rotated = accounts.rotate_app_secret(Actor::Operator, &app.key, overlap);
        rotated.await.unwrap()
    };
    let opens = async |secret: &AppSecret| accounts.app_by_secret(app.key.as_str(), secret.expose()).await.is_ok();
    let (rotated, second) = rotate(HOUR).await;
    assert_eq!(rotated.previous_secret_until, Some(world.clock.now().plus(HOUR)));
    assert!(opens(&first).await && opens(&second).await);
    world.clock.advance(HOUR - Duration::from_millis(1));
    assert!(opens(&first).await);
    world.clock.advance(Duration::from_millis(1));
    assert!(!opens(&first).await && opens(&second).await, "the overlap is over");

    // Only one old secret is good at a time.
    let (_, third) = rotate(HOUR).await;
    let (_, fourth) = rotate(HOUR).await;
    assert!(!opens(&second).await && opens(&third).await && opens(&fourth).await);
    accounts.void_previous_secret(Actor::Operator, &app.key).await.unwrap();
    assert!(!opens(&third).await && opens(&fourth).await);

    let (longest, _) = rotate(HOUR * 10_000).await;
    assert_eq!(
        longest.previous_secret_until,
        Some(world.clock.now().plus(SECRET_OVERLAP))
    );
    let (none, _) = rotate(Duration::ZERO).await;
    assert_eq!(none.previous_secret_until, None);
}

#[tokio::test]
async fn a_closed_wire_takes_no_calls() {
    let world = World::new().await;
    let accounts = &world.accounts;
    let new = NewApp {
        hosts: vec![host("one.example.com")],
        ..named("one")
    };
    let (app, secret) = accounts.create_app(Actor::Operator, new).await.unwrap();
    assert_eq!(app.wires, OpenWires::ALL);
    for closed in WireName::ALL {
        let change = AppChange {
            wires: Some(OpenWires::of(|wire| wire != closed)),
            ..AppChange::default()
        };
        let changed = accounts.update_app(Actor::Operator, &app.key, change).await.unwrap();
        for wire in WireName::ALL {
            assert_eq!(changed.wires.has(wire), wire != closed);
            let found = accounts.app_on_wire(Some("one.example.com"), wire).await;
            let by_secret = accounts.app_by_secret(app.key.as_str(), secret.expose()).await;
            if wire != closed {
                assert_eq!(*found.unwrap(), changed);
            } else if wire == WireName::ApiCloudUser {
                assert_eq!(refusal(by_secret), Refusal::WireClosed);
            } else {
                assert_eq!(refusal(found), Refusal::WireClosed);
            }
            assert!(
                accounts.app_on_wire(None, wire).await.is_ok(),
                "the default app's is open"
            );
        }
    }
    let wrong = accounts.app_by_secret(app.key.as_str(), "wrong").await;
    assert_eq!(refusal(wrong), Refusal::UnknownApp);
}

#[tokio::test]
async fn apps_are_the_business_of_roots_of_the_default_app() {
    let world = World::new().await;
    let accounts = &world.accounts;
    let (other, _) = accounts.create_app(Actor::Operator, named("other")).await.unwrap();
    let elsewhere = NewAccount {
        identifiers: vec![Identifier::parse("boss").unwrap()],
        password: password(),
        role: Role::Root,
    };
    let elsewhere = Principal {
        account: accounts.create_account(other.id, elsewhere).await.unwrap().into(),
    };
    let root = world.signed_in("zhang", Role::Root).await;
    let admin = world.signed_in("li", Role::Admin).await;
    let auditor = world.signed_in("wang", Role::Auditor).await;
    let user = world.signed_in("zhao", Role::User).await;

    let change = AppChange::default;
    for actor in [&admin, &auditor, &user, &elsewhere] {
        let actor = || Actor::InConsole(actor);
        let refusals = [
            refusal(accounts.create_app(actor(), named("x")).await),
            refusal(accounts.update_app(actor(), &other.key, change()).await),
            refusal(accounts.rotate_app_secret(actor(), &other.key, HOUR).await),
            refusal(accounts.void_previous_secret(actor(), &other.key).await),
        ];
        assert_eq!(refusals, [Refusal::RankTooLow; 4]);
    }
    // On a wire nobody is over apps, not even a root.
    let on_a_wire = accounts.create_app(Actor::Account(&root), named("x")).await;
    assert_eq!(refusal(on_a_wire), Refusal::RankTooLow);
    accounts
        .update_app(Actor::InConsole(&root), &other.key, change())
        .await
        .unwrap();
    accounts
        .create_app(Actor::InConsole(&root), named("mine"))
        .await
        .unwrap();

    let sees = async |actor| accounts.list_apps(Actor::InConsole(actor)).await;
    assert_eq!(sees(&auditor).await.unwrap().len(), 3);
    let own: Vec<_> = sees(&elsewhere).await.unwrap().into_iter().map(|app| app.id).collect();
    assert_eq!(own, [other.id], "another app's operators see their own");
    assert_eq!(refusal(sees(&user).await), Refusal::RankTooLow);
    let default = accounts.app_of_host(None).await.unwrap();
    let looked = accounts.look_at_app(Actor::InConsole(&elsewhere), &default.key).await;
    assert_eq!(refusal(looked), Refusal::UnknownApp);
    assert!(accounts.may_look_at_base(Actor::InConsole(&auditor)).await.is_ok());
    let looked = accounts.may_look_at_base(Actor::InConsole(&elsewhere)).await;
    assert_eq!(refusal(looked), Refusal::RankTooLow);

    let actors = world.store.scan(move |db| {
        let rows = db.rows(
            "select actor from audit_entries where app_id = $1 and action = 'app.update' order by number",
            yaopai_store::args![other.id.0],
        )?;
        rows.iter()
            .map(|row| row.text(0).map(str::to_owned))
            .collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(actors.await.unwrap(), [format!("account {}", root.account.id.0)]);
}

//! Roles, and the root that has to be left.

use yaopai_accounts::{Actor, Refusal};
use yaopai_model::Role;

use crate::support::{World, refusal};

#[tokio::test]
async fn only_roots_give_roles_and_not_to_themselves() {
    let world = World::new().await;
    let root = world.signed_in("top", Role::Root).await;
    let admin = world.signed_in("boss", Role::Admin).await;
    let user = world.account("user", Role::User).await;
    let give = |actor, id, role| world.accounts.set_role(world.app, actor, id, role);
    for role in Role::ALL {
        assert_eq!(
            refusal(give(Actor::Account(&admin), user.id, role).await),
            Refusal::RankTooLow
        );
        assert_eq!(
            refusal(give(Actor::Account(&admin), admin.account.id, role).await),
            Refusal::RankTooLow
        );
        assert_eq!(
            refusal(give(Actor::Account(&root), root.account.id, role).await),
            Refusal::NotOnSelf
        );
        give(Actor::Account(&root), user.id, role).await.unwrap();
        assert_eq!(world.row(&user).await.unwrap().role, role);
    }
}

#[tokio::test]
async fn the_last_active_root_stays() {
    let world = World::new().await;
    let (app, verbs) = (world.app, &world.accounts);
    let one = world.account("one", Role::Root).await;
    for refused in [
        verbs.set_role(app, Actor::Operator, one.id, Role::Admin).await,
        verbs.set_disabled(app, Actor::Operator, one.id, true).await,
        verbs.delete_account(app, Actor::Operator, one.id).await,
    ] {
        assert_eq!(refusal(refused), Refusal::LastRoot);
    }
    assert_eq!(
        world.row(&one).await.as_ref(),
        Some(&one),
        "nothing of a refused act stays"
    );

    // A disabled root is no help, and an enabled one is.
    let two = world.account("two", Role::Root).await;
    verbs.set_disabled(app, Actor::Operator, two.id, true).await.unwrap();
    assert_eq!(
        refusal(verbs.set_disabled(app, Actor::Operator, one.id, true).await),
        Refusal::LastRoot
    );
    verbs.set_disabled(app, Actor::Operator, two.id, true).await.unwrap();
    verbs.set_disabled(app, Actor::Operator, two.id, false).await.unwrap();
    verbs.delete_account(app, Actor::Operator, one.id).await.unwrap();
    assert_eq!(
        refusal(verbs.delete_account(app, Actor::Operator, two.id).await),
        Refusal::LastRoot
    );
}

#[tokio::test]
async fn a_disabled_root_that_goes_takes_no_active_one_along() {
    let world = World::new().await;
    let (app, verbs) = (world.app, &world.accounts);
    let one = world.account("one", Role::Root).await;
    let two = world.account("two", Role::Root).await;
    verbs.set_disabled(app, Actor::Operator, two.id, true).await.unwrap();
    verbs.set_role(app, Actor::Operator, two.id, Role::User).await.unwrap();
    verbs.set_role(app, Actor::Operator, two.id, Role::Root).await.unwrap();
    assert_eq!(
        refusal(verbs.delete_account(app, Actor::Operator, one.id).await),
        Refusal::LastRoot
    );
    verbs.delete_account(app, Actor::Operator, two.id).await.unwrap();
    let active = world
        .count("select cast(coalesce(sum(active), 0) as bigint) from root_counts")
        .await;
    assert_eq!(active, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn roots_that_demote_each_other_at_once_leave_one() {
    for _ in 0..10 {
        let world = World::new().await;
        let mut roots = Vec::new();
        for number in 0..5 {
            roots.push(world.signed_in(&format!("root{number}"), Role::Root).await);
        }
        let mut tasks = tokio::task::JoinSet::new();
        for actor in &roots {
            for target in &roots {
                let (verbs, actor, id, app) = (world.accounts.clone(), actor.clone(), target.account.id, world.app);
                tasks.spawn(async move { verbs.set_role(app, Actor::Account(&actor), id, Role::User).await });
            }
        }
        tasks.join_all().await;
        // Whoever was left beside them would have demoted them.
        assert_eq!(world.count("select count(*) from accounts where role = 3").await, 1);
        assert_eq!(
            world.count("select cast(sum(active) as bigint) from root_counts").await,
            1
        );
    }
}

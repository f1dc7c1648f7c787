//! Settings: set, read, bounded, gone with their session.

use yaopai_accounts::{Actor, Refusal};
use yaopai_model::limits::{SETTING_VALUE_BYTES, SETTINGS_BYTES_PER_ACCOUNT, SETTINGS_PER_ACCOUNT};
use yaopai_model::{Role, SettingKey, SettingValue};

use crate::steps::from;
use crate::support::{World, refusal};

fn key(text: &str) -> SettingKey {
    SettingKey::parse(text).unwrap()
}

fn value(text: &str) -> SettingValue {
    SettingValue::parse(text).unwrap()
}

#[tokio::test]
async fn a_setting_reads_back_and_is_the_accounts_own() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let two = world.signed_in("two", Role::User).await;
    world
        .accounts
        .set_setting(&one, key("主题"), value("暗\n色"))
        .await
        .unwrap();
    world.accounts.set_setting(&one, key("empty"), value("")).await.unwrap();
    assert_eq!(
        world.accounts.setting(&one, key("主题")).await.unwrap(),
        Some(value("暗\n色"))
    );
    assert_eq!(
        world.accounts.setting(&one, key("empty")).await.unwrap(),
        Some(value(""))
    );
    assert_eq!(world.accounts.setting(&one, key("never set")).await.unwrap(), None);
    assert_eq!(world.accounts.setting(&two, key("主题")).await.unwrap(), None);

    world
        .accounts
        .set_setting(&one, key("主题"), value("亮"))
        .await
        .unwrap();
    assert_eq!(
        world.accounts.setting(&one, key("主题")).await.unwrap(),
        Some(value("亮"))
    );
}

#[tokio::test]
async fn past_the_bound_only_old_keys_can_be_set() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let sets =
        (0..SETTINGS_PER_ACCOUNT).map(|number| world.accounts.set_setting(&one, key(&number.to_string()), value("a")));
    for set in sets {
        set.await.unwrap();
    }
    let refused = refusal(world.accounts.set_setting(&one, key("one more"), value("a")).await);
    assert_eq!(refused, Refusal::TooManySettings);
    assert_eq!(world.accounts.setting(&one, key("one more")).await.unwrap(), None);
    world.accounts.set_setting(&one, key("7"), value("b")).await.unwrap();
    assert_eq!(world.accounts.setting(&one, key("7")).await.unwrap(), Some(value("b")));
}

#[tokio::test]
async fn all_values_together_are_bounded_in_bytes() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    let two = world.signed_in("two", Role::User).await;
    // Two characters of three bytes each, and what is missing of the largest value.
    let largest = value(&format!("主题{}", "a".repeat(SETTING_VALUE_BYTES - 6)));
    for number in 0..SETTINGS_BYTES_PER_ACCOUNT / SETTING_VALUE_BYTES {
        let set = world
            .accounts
            .set_setting(&one, key(&number.to_string()), largest.clone());
        set.await.unwrap();
    }
    let refused = refusal(world.accounts.set_setting(&one, key("one more"), value("a")).await);
    assert_eq!(refused, Refusal::TooManySettings);
    world
        .accounts
        .set_setting(&one, key("7"), largest.clone())
        .await
        .unwrap();
    world
        .accounts
        .set_setting(&two, key("7"), largest.clone())
        .await
        .unwrap();

    let smaller = value(&"a".repeat(SETTING_VALUE_BYTES - 1));
    world.accounts.set_setting(&one, key("7"), smaller).await.unwrap();
    let refused = refusal(world.accounts.set_setting(&one, key("one more"), value("ab")).await);
    assert_eq!(refused, Refusal::TooManySettings);
    world
        .accounts
        .set_setting(&one, key("one more"), value("a"))
        .await
        .unwrap();
}

#[tokio::test]
async fn nothing_is_written_for_an_account_that_was_signed_out_or_ended_meanwhile() {
    let world = World::new().await;
    let one = world.signed_in("one", Role::User).await;
    world.accounts.sign_out(&one, &from(1)).await.unwrap();
    let refused = refusal(world.accounts.set_setting(&one, key("a"), value("a")).await);
    assert_eq!(refused, Refusal::NotSignedIn);

    let two = world.signed_in("two", Role::User).await;
    world
        .accounts
        .delete_account(world.app, Actor::Operator, two.account.id)
        .await
        .unwrap();
    let refused = refusal(world.accounts.set_setting(&two, key("a"), value("a")).await);
    assert_eq!(refused, Refusal::AccountGone);
    assert_eq!(world.count("select count(*) from settings").await, 0);
}

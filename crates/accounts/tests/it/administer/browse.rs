//! Lists by cursor, and exports.

use std::time::Duration;

use proptest::prelude::*;
use yaopai_accounts::{AccountCursor, AccountFilter, AccountSlice, Actor, ListOrder, Refusal};
use yaopai_model::limits::SLICE_LOOKED_AT;
use yaopai_model::{Account, AccountId, Role, Timestamp};
use yaopai_testkit::Database;

use crate::support::{START, World, refusal};

const ACCOUNTS: i64 = 150;

/// Fills the base behind the program's back: `count` accounts, some of each kind, several made at the same instant, and
/// not all in the order of their numbers.
fn fill(world: &World, count: i64) {
    let mut sql = String::from(
        "insert into accounts (id, app_id, public_id, username, phone, phone_proven_at, email, email_proven_at, role, \
         nickname, contact_email, extra, created_at, verified_at, sign_in_count, disabled_at, permissions, epoch) values ",
    );
    let app = world.app.0;
    for id in 1..=count {
        let letters: String = format!("{id:016}")
            .bytes()
            .map(|digit| char::from(digit - b'0' + b'a'))
            .collect();
        let optional = |is_there: bool, text: String| if is_there { text } else { "null".to_owned() };
        let username = optional(id % 3 > 0, format!("'User{id}'"));
        let phone = optional(id % 4 > 1, format!("'+86138{id:08}'"));
        let email = optional(id % 5 > 0, format!("'mail{id}@example.com'"));
        let (role, created_at) = (
            if id % 11 == 0 { id / 11 % 4 } else { 0 },
            START.as_millis() + (id * 7 % count) / 3,
        );
        let verified_at = optional(id % 6 > 0, created_at.to_string());
        let disabled_at = optional(id % 13 == 0, created_at.to_string());
        let comma = if id == 1 { "" } else { "," };
        sql += &format!(
            "{comma} ({id}, {app}, '{letters}', {username}, {phone}, null, {email}, null, {role}, '张三{}', '', '', \
             {created_at}, {verified_at}, 0, {disabled_at}, '', 0)",
            id % 10
        );
    }
    world.base.run(&sql).unwrap();
    let numbers = format!(
        "insert into id_blocks (name, next_id) values ('accounts', {next}) on conflict (name) do update set next_id = {next}",
        next = count + 1
    );
    world.base.run(&numbers).unwrap();
}

async fn slice(world: &World, filter: &AccountFilter, from: Option<AccountCursor>, size: u32) -> AccountSlice {
    let listed = world
        .accounts
        .list_accounts_by(world.app, Actor::Operator, filter.clone(), from, size);
    listed.await.unwrap()
}

/// All that a filter lists, over slices of `size`, once there and once back.
async fn walk(world: &World, filter: &AccountFilter, size: u32) -> Vec<Account> {
    let (mut there, mut from) = (Vec::new(), None);
    loop {
        let slice = slice(world, filter, from, size).await;
        assert_eq!(slice.previous.is_none(), from.is_none());
        there.push(slice.accounts);
        match slice.next {
            // A cursor goes outside and comes back.
            Some(next) => from = Some(AccountCursor::parse(&next.to_text()).unwrap()),
            None => break,
        }
    }
    let mut back = Vec::new();
    let mut from = slice(world, filter, from, size).await.previous;
    while let Some(cursor) = from {
        let slice = slice(world, filter, Some(cursor), size).await;
        assert!(slice.next.is_some());
        back.splice(0..0, slice.accounts);
        from = slice.previous;
    }
    let last = there.pop().unwrap_or_default();
    let there: Vec<Account> = there.into_iter().flatten().collect();
    let ids = |accounts: &[Account]| accounts.iter().map(|account| account.id).collect::<Vec<_>>();
    assert_eq!(ids(&back), ids(&there), "{filter:?} by {size}");
    there.into_iter().chain(last).collect()
}

/// What a filter lists, told from all accounts.
fn expected(all: &[Account], filter: &AccountFilter) -> Vec<AccountId> {
    let has_text = |account: &Account| {
        let texts = [
            account.username.as_ref().map(|name| name.as_str().to_owned()),
            account.profile.nickname.as_ref().map(|name| name.as_str().to_owned()),
            account.phone.as_ref().map(|held| held.value.as_e164().to_owned()),
            account.email.as_ref().map(|held| held.value.address().to_owned()),
        ];
        texts
            .into_iter()
            .flatten()
            .any(|text| text.to_lowercase().contains(&filter.text.to_lowercase()))
    };
    let mut listed: Vec<&Account> = all
        .iter()
        .filter(|account| filter.text.is_empty() || has_text(account))
        .filter(|account| filter.role.is_none_or(|role| account.role == role))
        .filter(|account| {
            filter
                .disabled
                .is_none_or(|disabled| account.disabled_at.is_some() == disabled)
        })
        .filter(|account| {
            filter
                .verified
                .is_none_or(|verified| account.verified_at.is_some() == verified)
        })
        .filter(|account| filter.created_from.is_none_or(|from| account.created_at >= from))
        .filter(|account| filter.created_before.is_none_or(|before| account.created_at < before))
        .collect();
    if filter.text.is_empty() {
        listed.sort_by_key(|account| (account.created_at, account.id));
    } else {
        listed.sort_by_key(|account| account.id);
    }
    if filter.order == ListOrder::Newest {
        listed.reverse();
    }
    listed.iter().map(|account| account.id).collect()
}

fn filters() -> impl Strategy<Value = AccountFilter> {
    let text =
        prop_oneof![3 => Just(""), 1 => Just("USER1"), 1 => Just("张三4"), 1 => Just("8000001"), 1 => Just("zhang")];
    let instant =
        || proptest::option::of((0..60_i64).prop_map(|later| Timestamp::from_millis(START.as_millis() + later)));
    let order = prop_oneof![Just(ListOrder::Newest), Just(ListOrder::Oldest)];
    let role = proptest::option::of(proptest::sample::select(Role::ALL.to_vec()));
    (
        text,
        role,
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        instant(),
        instant(),
        order,
    )
        .prop_map(
            |(text, role, disabled, verified, created_from, created_before, order)| AccountFilter {
                text: text.to_owned(),
                role,
                disabled,
                verified,
                created_from,
                created_before,
                order,
            },
        )
}

#[test]
fn a_list_holds_what_its_filter_says_in_order_there_and_back() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, all) = runtime.block_on(async {
        let world = World::new().await;
        fill(&world, ACCOUNTS);
        let all = walk(&world, &AccountFilter::default(), 100).await;
        (world, all)
    });
    assert_eq!(all.len() as i64, ACCOUNTS);
    let cases = if Database::chosen() == Database::Postgres {
        40
    } else {
        150
    };
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(cases));
    let outcome = runner.run(&(filters(), 1..40_u32), |(filter, size)| {
        let listed = runtime.block_on(walk(&world, &filter, size));
        let ids: Vec<_> = listed.iter().map(|account| account.id).collect();
        prop_assert_eq!(ids, expected(&all, &filter));
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn whom_a_text_names_comes_first_and_once() {
    let world = World::new().await;
    fill(&world, 60);
    let names = |accounts: Vec<Account>| accounts.iter().map(|account| account.id.0).collect::<Vec<_>>();
    let filter = AccountFilter {
        text: "user5".to_owned(),
        ..AccountFilter::default()
    };
    world.base.run("insert into identifiers (app_id, kind, normal, account_id) select app_id, 'username', 'user5', id from accounts where id = 5").unwrap();
    let first = slice(&world, &filter, None, 2).await;
    assert_eq!(names(first.accounts), [5, 59, 58]);
    let second = slice(&world, &filter, first.next, 4).await;
    assert_eq!(names(second.accounts), [56, 55, 53, 52]);
    let back = slice(&world, &filter, second.previous, 4).await;
    assert_eq!(names(back.accounts), [5, 59, 58]);
    let admins = AccountFilter {
        role: Some(Role::Admin),
        ..filter
    };
    assert_eq!(names(slice(&world, &admins, None, 9).await.accounts), [0; 0]);
}

#[tokio::test]
async fn a_filter_that_lets_few_through_goes_on_after_so_many() {
    let world = World::new().await;
    let count = SLICE_LOOKED_AT as i64 + 500;
    fill(&world, count);
    world.base.run("update accounts set verified_at = null").unwrap();
    world
        .base
        .run("update accounts set verified_at = created_at where created_at = (select min(created_at) from accounts)")
        .unwrap();
    let filter = AccountFilter {
        verified: Some(true),
        ..AccountFilter::default()
    };
    let first = slice(&world, &filter, None, 10).await;
    assert!(first.accounts.is_empty());
    let second = slice(&world, &filter, first.next, 10).await;
    assert!(!second.accounts.is_empty());
    assert_eq!(second.next, None);
}

#[tokio::test]
async fn an_export_reads_each_account_once_while_others_change() {
    let world = World::new().await;
    fill(&world, 1_700);
    let filter = AccountFilter {
        text: "user".to_owned(),
        order: ListOrder::Oldest,
        ..AccountFilter::default()
    };
    let mut made = 0;
    for filter in [filter, AccountFilter::default()] {
        let before = walk(&world, &filter, 100).await.len();
        let mut export = world
            .accounts
            .export_accounts(world.app, Actor::Operator, filter)
            .await
            .unwrap();
        let mut ids = Vec::new();
        while let Some(chunk) = export.next().await.unwrap() {
            ids.extend(chunk.iter().map(|account| account.id));
            made += 1;
            world.clock.advance(Duration::from_secs(1));
            world.account(&format!("new{made}"), Role::User).await;
        }
        let read = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), read);
        assert_eq!(read, before);
    }
    let noted =
        "select count(*) from audit_entries where action = 'accounts.export' and detail in ('all', 'text \"user\"')";
    assert_eq!(world.count(noted).await, 2);
}

#[tokio::test]
async fn lists_by_cursor_and_exports_are_for_those_who_may_look() {
    let world = World::new().await;
    let user = world.signed_in("user", Role::User).await;
    let actor = || Actor::Account(&user);
    let listed = world
        .accounts
        .list_accounts_by(world.app, actor(), AccountFilter::default(), None, 10);
    assert_eq!(refusal(listed.await), Refusal::RankTooLow);
    let exported = world
        .accounts
        .export_accounts(world.app, actor(), AccountFilter::default())
        .await;
    assert_eq!(refusal(exported.map(|_| ())), Refusal::RankTooLow);
    let auditor = world.signed_in("auditor", Role::Auditor).await;
    let actor = || Actor::Account(&auditor);
    let listed = world
        .accounts
        .list_accounts_by(world.app, actor(), AccountFilter::default(), None, 10);
    assert_eq!(listed.await.unwrap().accounts.len(), 2);
    let exported = world
        .accounts
        .export_accounts(world.app, actor(), AccountFilter::default())
        .await;
    assert_eq!(refusal(exported.map(|_| ())), Refusal::RankTooLow);
    let admin = world.signed_in("boss", Role::Admin).await;
    let exported = world
        .accounts
        .export_accounts(world.app, Actor::Account(&admin), AccountFilter::default());
    let mut export = exported.await.unwrap();
    world
        .accounts
        .set_disabled(world.app, Actor::Operator, admin.account.id, true)
        .await
        .unwrap();
    assert_eq!(refusal(export.next().await), Refusal::NotSignedIn);
}

//! What somebody does to their own account.

use std::time::Duration;

use yaopai_accounts::{
    Closing, ConfirmedSession, FailureRule, Outcome, PageKey, PageSession, PageUse, Refusal, SignedIn,
};
use yaopai_courier::{Body, Notice};
use yaopai_model::{
    Address, Code, EventKind, IdentifierKind, Limits, Password, PasswordPolicy, Purpose, Role, SessionKind,
    SessionScope, TokenUse,
};

use crate::steps::{from, mailbox, other_than, phone, username};
use crate::support::{PASSWORD, Setup, World, refusal};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Signs in to the account page.
async fn enter(world: &World, address: &Address, password: &str) -> PageKey {
    let password = Password::presented(password).unwrap();
    let identifier = address.identifier();
    let (rule, kind, caller) = (FailureRule::Wait, SessionKind::AccountPage, from(1));
    let signed_in = world
        .accounts
        .sign_in_with_password(world.app, &identifier, password, rule, kind, &caller);
    signed_in.await.unwrap().page_key()
}

async fn session(world: &World, key: &PageKey) -> Outcome<PageSession> {
    let used = PageUse::ByPerson;
    world.accounts.page_session(SessionScope::AccountPage, key, used).await
}

/// Signs in and shows the password again.
async fn confirmed(world: &World, address: &Address, password: &str) -> (PageKey, ConfirmedSession) {
    let key = enter(world, address, password).await;
    let session = session(world, &key).await.unwrap();
    let password = Password::presented(password).unwrap();
    let session = world.accounts.confirm_password(&session, password, &from(1)).await;
    (key, session.unwrap().confirmed().unwrap())
}

fn chosen(password: &str) -> Password {
    Password::chosen(password, PasswordPolicy::Published).unwrap()
}

fn code(digits: &str) -> Code {
    Code::parse(digits).unwrap()
}

/// Proves an address by a code, for the account page.
async fn change_address(world: &World, held: &ConfirmedSession, address: &Address, digits: &str) -> Outcome<()> {
    world
        .accounts
        .change_address(held, address, &code(digits), &from(1))
        .await
}

async fn confirm_by_code(world: &World, page: &PageSession, address: &Address, digits: &str) -> Outcome<PageSession> {
    world
        .accounts
        .confirm_with_code(page, address, &code(digits), &from(1))
        .await
}

/// Signs in on a wire.
async fn by_password(world: &World, address: &Address) -> Outcome<SignedIn> {
    world
        .by_password(&address.identifier(), PASSWORD, FailureRule::Wait, &from(3))
        .await
}

async fn notices(world: &World, to: &Address) -> Vec<Notice> {
    let messages = world.inbox(to).await;
    let notice = |message: yaopai_courier::Message| match message.body {
        Body::Notice(notice) => Some(notice),
        Body::Code { .. } => None,
    };
    messages.into_iter().filter_map(notice).collect()
}

#[tokio::test]
async fn another_password_ends_every_other_session() {
    let world = World::new().await;
    world.registered(&mailbox(1), PASSWORD).await;
    let elsewhere = enter(&world, &mailbox(1), PASSWORD).await;
    let app = by_password(&world, &mailbox(1)).await.unwrap();
    let (key, confirmed) = confirmed(&world, &mailbox(1), PASSWORD).await;

    let caller = from(1);
    let changed = world
        .accounts
        .change_password(&confirmed, chosen("another horse"), &caller);
    changed.await.unwrap();
    assert!(
        session(&world, &key).await.is_ok(),
        "the one in which it was done goes on"
    );
    assert_eq!(refusal(session(&world, &elsewhere).await), Refusal::NotSignedIn);
    assert_eq!(refusal(world.authenticate(&app).await), Refusal::NotSignedIn);
    let old = by_password(&world, &mailbox(1)).await;
    assert_eq!(refusal(old), Refusal::WrongCredentials);
    enter(&world, &mailbox(1), "another horse").await;
    assert_eq!(notices(&world, &mailbox(1)).await, [Notice::PasswordChanged]);
}

#[tokio::test]
async fn what_was_confirmed_in_a_session_that_is_over_does_nothing() {
    let world = World::new().await;
    world.registered(&phone(1), PASSWORD).await;
    let (_, confirmed) = confirmed(&world, &phone(1), PASSWORD).await;
    let caller = from(1);
    world
        .accounts
        .end_page_session(confirmed.session(), &caller)
        .await
        .unwrap();

    let changed = world
        .accounts
        .change_password(&confirmed, chosen("another horse"), &caller);
    assert_eq!(refusal(changed.await), Refusal::NotSignedIn);
    assert_eq!(
        refusal(world.accounts.close_account(&confirmed).await),
        Refusal::NotSignedIn
    );
    let digits = world.code(&phone(2), Purpose::Confirm).await;
    let changed = change_address(&world, &confirmed, &phone(2), &digits).await;
    assert_eq!(refusal(changed), Refusal::NotSignedIn);
    let ended = world.accounts.end_other_sessions(confirmed.session(), &caller);
    assert_eq!(refusal(ended.await), Refusal::NotSignedIn);
    enter(&world, &phone(1), PASSWORD).await;
}

#[tokio::test]
async fn a_code_to_ones_own_address_confirms_and_one_to_another_does_not() {
    let world = World::new().await;
    world.registered(&phone(1), PASSWORD).await;
    let key = enter(&world, &phone(1), PASSWORD).await;
    let page = session(&world, &key).await.unwrap();
    assert!(page.confirmed().is_none());
    assert_eq!(page.proven_addresses(), [phone(1)]);

    let strange = world.code(&phone(2), Purpose::Confirm).await;
    let refused = confirm_by_code(&world, &page, &phone(2), &strange).await;
    assert_eq!(refusal(refused), Refusal::WrongCode);

    let digits = world.code(&phone(1), Purpose::Confirm).await;
    let wrong = confirm_by_code(&world, &page, &phone(1), &other_than(&digits)).await;
    assert_eq!(refusal(wrong), Refusal::WrongCode);
    let confirmed = confirm_by_code(&world, &page, &phone(1), &digits).await.unwrap();
    assert!(confirmed.confirmed().is_some());
    assert!(session(&world, &key).await.unwrap().confirmed().is_some(), "it is kept");
    let spent = confirm_by_code(&world, &page, &phone(1), &digits).await;
    assert_eq!(refusal(spent), Refusal::WrongCode);
}

#[tokio::test]
async fn a_new_address_is_proven_takes_the_place_of_the_old_one_and_the_old_one_is_told() {
    let world = World::new().await;
    let account = world.registered(&mailbox(1), PASSWORD).await;
    let elsewhere = enter(&world, &mailbox(1), PASSWORD).await;
    let (key, confirmed) = confirmed(&world, &mailbox(1), PASSWORD).await;
    let digits = world.code(&mailbox(2), Purpose::Confirm).await;
    let wrong = change_address(&world, &confirmed, &mailbox(2), &other_than(&digits)).await;
    assert_eq!(refusal(wrong), Refusal::WrongCode);
    change_address(&world, &confirmed, &mailbox(2), &digits).await.unwrap();

    let row = world.row(&account).await.unwrap();
    let held = row.email.unwrap();
    assert_eq!(Address::Email(held.value), mailbox(2));
    assert!(held.proven_at.is_some());
    assert!(session(&world, &key).await.is_ok());
    assert_eq!(refusal(session(&world, &elsewhere).await), Refusal::NotSignedIn);
    let old = by_password(&world, &mailbox(1)).await;
    assert_eq!(refusal(old), Refusal::WrongCredentials);
    enter(&world, &mailbox(2), PASSWORD).await;
    assert_eq!(notices(&world, &mailbox(1)).await, [Notice::EmailChanged]);
    world.registered(&mailbox(1), "free again").await;
}

#[tokio::test]
async fn a_first_address_is_added_and_a_new_phone_is_told_by_mail() {
    let world = World::new().await;
    world.registered(&phone(1), PASSWORD).await;
    let elsewhere = enter(&world, &phone(1), PASSWORD).await;
    let (_, confirmed) = confirmed(&world, &phone(1), PASSWORD).await;
    let digits = world.code(&mailbox(1), Purpose::Confirm).await;
    change_address(&world, &confirmed, &mailbox(1), &digits).await.unwrap();
    assert!(session(&world, &elsewhere).await.is_ok(), "nothing was replaced");
    assert!(notices(&world, &mailbox(1)).await.is_empty());
    enter(&world, &mailbox(1), PASSWORD).await;

    let digits = world.code(&phone(2), Purpose::Confirm).await;
    change_address(&world, &confirmed, &phone(2), &digits).await.unwrap();
    assert_eq!(notices(&world, &mailbox(1)).await, [Notice::PhoneChanged]);
}

#[tokio::test]
async fn an_address_of_another_account_is_refused_after_its_code_and_a_claim_gives_way() {
    let world = World::new().await;
    world.registered(&phone(1), PASSWORD).await;
    let victim = world.registered(&phone(2), PASSWORD).await;
    let claimed = world.claim(&mailbox(3).identifier(), PASSWORD).await.unwrap();
    let (_, confirmed) = confirmed(&world, &phone(1), PASSWORD).await;
    let digits = world.code(&phone(2), Purpose::Confirm).await;
    let wrong = change_address(&world, &confirmed, &phone(2), &other_than(&digits)).await;
    assert_eq!(refusal(wrong), Refusal::WrongCode, "without the code nothing is told");
    let taken = change_address(&world, &confirmed, &phone(2), &digits).await;
    assert_eq!(refusal(taken), Refusal::Taken(IdentifierKind::Phone));
    assert!(world.row(&victim).await.unwrap().phone.is_some());

    let digits = world.code(&mailbox(3), Purpose::Confirm).await;
    change_address(&world, &confirmed, &mailbox(3), &digits).await.unwrap();
    assert!(world.row(&claimed.account).await.unwrap().email.is_none());
}

#[tokio::test]
async fn sessions_are_shown_and_ended_one_by_one_or_all_but_this() {
    let world = World::new().await;
    world.registered(&phone(1), PASSWORD).await;
    world.registered(&phone(2), PASSWORD).await;
    let stranger = enter(&world, &phone(2), PASSWORD).await;
    let keys = [
        enter(&world, &phone(1), PASSWORD).await,
        enter(&world, &phone(1), PASSWORD).await,
        enter(&world, &phone(1), PASSWORD).await,
    ];
    let page = session(&world, &keys[0]).await.unwrap();
    let second = session(&world, &keys[1]).await.unwrap();
    let shown = world.accounts.own_sessions(&page).await.unwrap();
    assert_eq!(shown.len(), 3);
    assert_eq!(shown.iter().filter(|shown| page.is(shown)).count(), 1);

    let digest = shown.iter().find(|shown| second.is(shown)).unwrap().digest.clone();
    let caller = from(1);
    let end = world.accounts.end_own_session(&page, digest, &caller);
    end.await.unwrap();
    assert_eq!(refusal(session(&world, &keys[1]).await), Refusal::NotSignedIn);
    assert!(session(&world, &keys[2]).await.is_ok());
    world.accounts.end_other_sessions(&page, &from(1)).await.unwrap();
    assert_eq!(refusal(session(&world, &keys[2]).await), Refusal::NotSignedIn);
    assert!(session(&world, &keys[0]).await.is_ok());
    assert!(session(&world, &stranger).await.is_ok(), "nobody else's");
}

#[tokio::test]
async fn a_closed_account_ends_after_its_days_unless_somebody_signs_in() {
    let world = World::new().await;
    let account = world.registered(&mailbox(1), PASSWORD).await;
    let (key, held) = confirmed(&world, &mailbox(1), PASSWORD).await;
    let closing = world.accounts.close_account(&held).await.unwrap();
    let row = world.row(&account).await.unwrap();
    assert_eq!(closing, Closing::At(row.closing_at.unwrap()));
    assert_eq!(refusal(session(&world, &key).await), Refusal::NotSignedIn);
    assert_eq!(notices(&world, &mailbox(1)).await, [Notice::ClosingBegun]);

    world.clock.advance(7 * DAY - Duration::from_millis(1));
    world.accounts.sweep().await.unwrap();
    let back = by_password(&world, &mailbox(1)).await.unwrap();
    assert!(back.took_closing_back);
    assert_eq!(back.account.closing_at, None);
    world.clock.advance(Duration::from_millis(1));
    world.accounts.sweep().await.unwrap();
    assert!(world.row(&account).await.is_some(), "it stays");

    let (_, held) = confirmed(&world, &mailbox(1), PASSWORD).await;
    world.accounts.close_account(&held).await.unwrap();
    world.clock.advance(7 * DAY);
    world.accounts.sweep().await.unwrap();
    assert!(world.row(&account).await.is_none());
    world.registered(&mailbox(1), "free again").await;
}

#[tokio::test]
async fn a_code_takes_closing_back_too_and_a_prover_gets_no_account_that_ends() {
    let world = World::new().await;
    world.registered(&phone(1), PASSWORD).await;
    let (_, held) = confirmed(&world, &phone(1), PASSWORD).await;
    world.accounts.close_account(&held).await.unwrap();
    let digits = world.code(&phone(1), Purpose::SignIn).await;
    let back = world.by_code(&phone(1), &digits, None).await.unwrap();
    assert!(back.took_closing_back);

    let claimed = world.claim(&phone(2).identifier(), PASSWORD).await.unwrap();
    let (_, held) = confirmed(&world, &phone(2), PASSWORD).await;
    world.accounts.close_account(&held).await.unwrap();
    let digits = world.code(&phone(2), Purpose::ResetPassword).await;
    world.reset(&phone(2), &digits, "new secret").await.unwrap();
    assert_eq!(world.row(&claimed.account).await.unwrap().closing_at, None);
}

#[tokio::test]
async fn without_days_a_closed_account_is_gone_at_once() {
    let limits = Limits {
        closing_delay: Duration::ZERO,
        ..Limits::default()
    };
    let world = World::with(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let account = world.registered(&phone(1), PASSWORD).await;
    let app = by_password(&world, &phone(1)).await.unwrap();
    let (_, held) = confirmed(&world, &phone(1), PASSWORD).await;
    assert_eq!(world.accounts.close_account(&held).await.unwrap(), Closing::Done);
    assert!(world.row(&account).await.is_none());
    let token = app.token(TokenUse::Session);
    assert!(world.accounts.authenticate(world.app, &token).await.is_err());
    for table in [
        "select count(*) from identifiers",
        "select count(*) from passwords",
        "select count(*) from sessions",
    ] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn of_two_roots_the_last_one_cannot_close() {
    let world = World::new().await;
    world.account("boss", Role::Root).await;
    world.account("chief", Role::Root).await;
    let held = |name: &'static str| {
        let world = &world;
        async move {
            let (identifier, password) = (username(name), Password::presented(PASSWORD).unwrap());
            let (rule, kind, caller) = (FailureRule::Wait, SessionKind::AccountPage, from(1));
            let signed_in = world
                .accounts
                .sign_in_with_password(world.app, &identifier, password.clone(), rule, kind, &caller)
                .await
                .unwrap();
            let page = session(world, &signed_in.page_key()).await.unwrap();
            let page = world.accounts.confirm_password(&page, password, &caller).await.unwrap();
            page.confirmed().unwrap()
        }
    };
    let (boss, chief) = (held("boss").await, held("chief").await);
    world.accounts.close_account(&boss).await.unwrap();
    assert_eq!(refusal(world.accounts.close_account(&chief).await), Refusal::LastRoot);
    // The first comes back, and counts again.
    held("boss").await;
    world.accounts.close_account(&chief).await.unwrap();
}

#[tokio::test]
async fn people_are_given_what_is_kept_of_them() {
    let world = World::new().await;
    let account = world.registered(&phone(1), PASSWORD).await;
    let (_, held) = confirmed(&world, &phone(1), PASSWORD).await;
    let principal = held.session().principal.clone();
    for number in 0..40 {
        let key = yaopai_model::SettingKey::parse(&format!("key {number:02}")).unwrap();
        let value = yaopai_model::SettingValue::parse("value").unwrap();
        world.accounts.set_setting(&principal, key, value).await.unwrap();
    }
    world.accounts.write_journal().await.unwrap();
    let data = world.accounts.own_data(&held).await.unwrap();
    assert_eq!(data.account.id, account.id);
    assert!(data.password_changed_at.is_some());
    assert_eq!(data.sessions.len(), 1);
    assert!(data.events.iter().any(|event| event.kind == EventKind::PasswordSignIn));

    let (mut keys, mut after) = (Vec::new(), String::new());
    loop {
        let page = world.accounts.own_settings(&held, &after).await.unwrap();
        let Some(last) = page.last() else { break };
        after.clone_from(&last.key);
        keys.extend(page.into_iter().map(|setting| setting.key));
    }
    let all: Vec<_> = (0..40).map(|number| format!("key {number:02}")).collect();
    assert_eq!(keys, all);

    world.accounts.end_page_session(held.session(), &from(1)).await.unwrap();
    assert_eq!(refusal(world.accounts.own_data(&held).await), Refusal::NotSignedIn);
    let rest = world.accounts.own_settings(&held, "key 20").await;
    assert_eq!(refusal(rest), Refusal::NotSignedIn, "what is being sent ends, too");
}

//! Sessions: who is asking, and when nobody is any more.

use std::time::Duration;

use yaopai_accounts::{Actor, FailureRule, Refusal, SignedIn, Token};
use yaopai_model::{Purpose, SessionKind, SessionSecret, SessionToken, TokenUse};

use crate::steps::{from, phone};
use crate::support::{World, refusal};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn session(world: &World, kind: SessionKind) -> SignedIn {
    let password = yaopai_model::Password::presented("secret").unwrap();
    let yao = phone(1).identifier();
    world
        .accounts
        .sign_in_with_password(world.app, &yao, password, FailureRule::Wait, kind, &from(1))
        .await
        .unwrap()
}

async fn refused(world: &World, token: &Token) -> Refusal {
    refusal(world.accounts.authenticate(world.app, token).await)
}

#[tokio::test]
async fn a_session_lives_as_long_as_its_kind() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    for (kind, days) in [(SessionKind::Week, 7), (SessionKind::Fortnight, 14)] {
        let signed_in = session(&world, kind).await;
        let token = signed_in.token(TokenUse::Session);
        world.clock.advance(days * DAY - Duration::from_millis(1));
        assert!(world.accounts.authenticate(world.app, &token).await.is_ok());
        world.clock.advance(Duration::from_millis(1));
        assert_eq!(refused(&world, &token).await, Refusal::NotSignedIn);
        let longer = Token::from(SessionToken {
            expires_at: token.expires_at.plus(DAY),
            ..SessionToken::clone(&token)
        });
        assert_eq!(
            refused(&world, &longer).await,
            Refusal::NotSignedIn,
            "the row decides, not the token"
        );
    }
}

#[tokio::test]
async fn sessions_are_counted_while_they_live() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let count = async || world.accounts.count_sessions().await.unwrap().live;
    let before = count().await;
    for kind in [SessionKind::Week, SessionKind::Fortnight] {
        session(&world, kind).await;
    }
    assert_eq!(count().await, before + 2);
    world.clock.advance(7 * DAY);
    assert_eq!(count().await, 1, "that of a fortnight");
    world.clock.advance(7 * DAY);
    assert_eq!(count().await, 0);
}

#[tokio::test]
async fn an_access_token_lives_five_minutes_and_is_refreshed() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let signed_in = session(&world, SessionKind::Fortnight).await;
    let (access, refresh) = (signed_in.token(TokenUse::Access), signed_in.token(TokenUse::Refresh));
    assert!(world.accounts.authenticate(world.app, &access).await.is_ok());
    assert_eq!(
        refused(&world, &refresh).await,
        Refusal::NotSignedIn,
        "it serves for refreshing only"
    );
    for token in [&access, &signed_in.token(TokenUse::Session)] {
        assert_eq!(
            refusal(world.accounts.refresh(world.app, token).await),
            Refusal::NotSignedIn
        );
    }

    world.clock.advance(Duration::from_secs(300));
    assert_eq!(refused(&world, &access).await, Refusal::AccessTokenExpired);
    let access = world.accounts.refresh(world.app, &refresh).await.unwrap();
    assert!(world.accounts.authenticate(world.app, &access).await.is_ok());

    let last_minute = signed_in
        .token(TokenUse::Session)
        .expires_at
        .minus(Duration::from_secs(60));
    world
        .clock
        .advance(yaopai_model::Clock::now(&*world.clock).until(last_minute));
    let access = world.accounts.refresh(world.app, &refresh).await.unwrap();
    assert_eq!(access.expires_at, refresh.expires_at, "it does not outlive the session");
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(refused(&world, &access).await, Refusal::NotSignedIn);
    assert_eq!(
        refusal(world.accounts.refresh(world.app, &refresh).await),
        Refusal::NotSignedIn
    );
}

/// Every call is judged, and what it is judged in is made anew each time. The allocator has a fast way up to a kilobyte, which
/// what surrounds this needs as well.
#[tokio::test]
async fn judging_a_call_takes_little_room() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let token = session(&world, SessionKind::Week).await.token(TokenUse::Session);
    let judging = world.accounts.authenticate(world.app, &token);
    let room = size_of_val(&judging);
    assert!(judging.await.is_ok() && room <= 512, "{room}");
}

#[tokio::test]
async fn the_eleventh_session_ends_the_oldest() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let mut sessions = Vec::new();
    for _ in 0..12 {
        sessions.push(session(&world, SessionKind::Week).await);
        world.clock.advance(Duration::from_secs(1));
    }
    let mut live = Vec::new();
    for signed_in in &sessions {
        live.push(world.authenticate(signed_in).await.is_ok());
    }
    assert_eq!(live, [[false; 2].as_slice(), &[true; 10]].concat());
}

#[tokio::test]
async fn signing_out_ends_every_session_of_the_account_and_no_other() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    world.registered(&phone(2), "secret").await;
    let (one, two) = (
        session(&world, SessionKind::Week).await,
        session(&world, SessionKind::Fortnight).await,
    );
    let other = world
        .by_password(&phone(2).identifier(), "secret", FailureRule::Wait, &from(1))
        .await
        .unwrap();
    let principal = world.authenticate(&one).await.unwrap();
    world.accounts.sign_out(&principal, &from(1)).await.unwrap();
    for signed_in in [&one, &two] {
        assert_eq!(refusal(world.authenticate(signed_in).await), Refusal::NotSignedIn);
    }
    let refresh = two.token(TokenUse::Refresh);
    assert_eq!(
        refusal(world.accounts.refresh(world.app, &refresh).await),
        Refusal::NotSignedIn
    );
    assert!(world.authenticate(&other).await.is_ok());
    assert!(
        world
            .authenticate(&session(&world, SessionKind::Week).await)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_operator_ends_every_session_there_is() {
    let world = World::new().await;
    world.registered(&phone(1), "secret").await;
    let before = session(&world, SessionKind::Week).await;
    world.accounts.end_all_sessions().await.unwrap();
    assert_eq!(refusal(world.authenticate(&before).await), Refusal::NotSignedIn);
    let after = session(&world, SessionKind::Week).await;
    assert!(world.authenticate(&after).await.is_ok());
}

#[tokio::test]
async fn a_token_is_good_in_its_own_app_and_for_its_own_account_only() {
    let world = World::new().await;
    let other_app = world.another_app().await;
    let account = world.registered(&phone(1), "secret").await;
    let other = world.registered(&phone(2), "secret").await;
    let token = session(&world, SessionKind::Week).await.token(TokenUse::Session);
    let elsewhere = world.accounts.authenticate(other_app, &token).await;
    assert_eq!(refusal(elsewhere), Refusal::NotSignedIn);
    let forged = [
        Token::from(SessionToken {
            account: other.id,
            ..SessionToken::clone(&token)
        }),
        Token::from(SessionToken {
            account: other.id,
            public_id: other.public_id.clone(),
            ..SessionToken::clone(&token)
        }),
        Token::from(SessionToken {
            public_id: other.public_id,
            ..SessionToken::clone(&token)
        }),
        Token::from(SessionToken {
            secret: SessionSecret::draw(&*world.entropy),
            ..SessionToken::clone(&token)
        }),
    ];
    for token in forged {
        assert_eq!(refused(&world, &token).await, Refusal::NotSignedIn);
    }
    assert_eq!(
        world.accounts.authenticate(world.app, &token).await.unwrap().account.id,
        account.id
    );
}

#[tokio::test]
async fn disabling_ends_the_sessions_for_good() {
    let world = World::new().await;
    let account = world.registered(&phone(1), "secret").await;
    let signed_in = session(&world, SessionKind::Week).await;
    world
        .accounts
        .set_disabled(world.app, Actor::Operator, account.id, true)
        .await
        .unwrap();
    assert_eq!(refusal(world.authenticate(&signed_in).await), Refusal::NotSignedIn);
    let by_password = async |password| {
        world
            .by_password(&phone(1).identifier(), password, FailureRule::Wait, &from(1))
            .await
    };
    assert_eq!(refusal(by_password("secret").await), Refusal::AccountDisabled);
    assert_eq!(
        refusal(by_password("wrong!").await),
        Refusal::WrongCredentials,
        "only the right password tells"
    );
    world
        .accounts
        .set_disabled(world.app, Actor::Operator, account.id, false)
        .await
        .unwrap();
    assert_eq!(refusal(world.authenticate(&signed_in).await), Refusal::NotSignedIn);
    assert!(by_password("secret").await.is_ok());
}

#[tokio::test]
async fn the_token_of_a_deleted_account_says_that_it_is_gone() {
    let world = World::new().await;
    let account = world.registered(&phone(1), "secret").await;
    let signed_in = session(&world, SessionKind::Fortnight).await;
    let principal = world.authenticate(&signed_in).await.unwrap();
    world
        .accounts
        .delete_account(world.app, Actor::Operator, account.id)
        .await
        .unwrap();
    assert_eq!(refusal(world.authenticate(&signed_in).await), Refusal::AccountGone);
    let refresh = signed_in.token(TokenUse::Refresh);
    assert_eq!(
        refusal(world.accounts.refresh(world.app, &refresh).await),
        Refusal::AccountGone
    );
    let change = yaopai_accounts::ProfileChange::default();
    assert_eq!(
        refusal(world.accounts.change_profile(&principal, change).await),
        Refusal::AccountGone
    );
    let digits = world.code(&phone(1), Purpose::Register).await;
    let successor = world.register(&phone(1), &digits, "secret").await.unwrap();
    assert!(successor.id > account.id, "numbers are not used again");
    assert_eq!(refusal(world.authenticate(&signed_in).await), Refusal::AccountGone);
}

//! The slider: one answer to one picture.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use yaopai_accounts::{Accounts, Outcome, Parts, PictureStore, Refusal, RootKey};
use yaopai_courier::Channel;
use yaopai_model::limits::SLIDERS_AT_ONCE;
use yaopai_model::{Email, Entropy, Limits};

use crate::steps::{email, from, mailbox};
use crate::support::{Setup, World, refusal};

async fn answer(world: &World, email: &Email, x: i64) -> Outcome<()> {
    world.accounts.answer_challenge(world.app, email, x, &from(2)).await
}

#[tokio::test]
async fn two_pixels_to_either_side_pass() {
    let world = World::new().await;
    for (off, passes) in [(-3, false), (-2, true), (0, true), (2, true), (3, false)] {
        let x = world.drawn_slider(&email(1)).await;
        assert_eq!(answer(&world, &email(1), x + off).await.is_ok(), passes, "{off}");
    }
    for x in [i64::MIN, -1, i64::MAX] {
        world.drawn_slider(&email(1)).await;
        assert_eq!(refusal(answer(&world, &email(1), x).await), Refusal::ChallengeFailed);
    }
}

#[tokio::test]
async fn a_picture_takes_one_answer() {
    let world = World::new().await;
    let x = world.drawn_slider(&email(1)).await;
    assert_eq!(
        refusal(answer(&world, &email(1), x + 3).await),
        Refusal::ChallengeFailed
    );
    assert_eq!(refusal(answer(&world, &email(1), x).await), Refusal::ChallengeFailed);
    let x = world.drawn_slider(&email(1)).await;
    assert!(answer(&world, &email(1), x).await.is_ok());
    assert_eq!(refusal(answer(&world, &email(1), x).await), Refusal::ChallengeFailed);
}

#[tokio::test]
async fn without_a_picture_or_past_five_minutes_nothing_passes() {
    let world = World::new().await;
    assert_eq!(refusal(answer(&world, &email(1), 100).await), Refusal::ChallengeFailed);
    let x = world.drawn_slider(&email(1)).await;
    assert_eq!(
        refusal(answer(&world, &email(2), x).await),
        Refusal::ChallengeFailed,
        "another's picture"
    );
    world.clock.advance(Duration::from_secs(300));
    assert_eq!(refusal(answer(&world, &email(1), x).await), Refusal::ChallengeFailed);
    let asked = world.request_behind_slider(world.app, &mailbox(1)).await;
    assert_eq!(refusal(asked), Refusal::ChallengeRequired);
}

#[tokio::test]
async fn a_new_picture_voids_the_one_before_and_leaves_a_pass() {
    let world = World::new().await;
    let older = world.drawn_slider(&email(1)).await;
    let mut newer = world.drawn_slider(&email(1)).await;
    while (newer - older).abs() <= 2 {
        newer = world.drawn_slider(&email(1)).await;
    }
    assert_eq!(
        refusal(answer(&world, &email(1), older).await),
        Refusal::ChallengeFailed
    );
    world.pass_slider(&email(1)).await;
    world.drawn_slider(&email(1)).await;
    let asked = world.request_behind_slider(world.app, &mailbox(1)).await;
    assert!(asked.is_ok());
}

#[tokio::test]
async fn a_pass_of_one_app_opens_nothing_in_another() {
    let world = World::new().await;
    let other = world.another_app().await;
    world.pass_slider(&email(1)).await;
    let asked = world.request_behind_slider(other, &mailbox(1)).await;
    assert_eq!(refusal(asked), Refusal::ChallengeRequired);
}

#[tokio::test]
async fn one_source_draws_as_many_pictures_an_hour_as_a_setting_says() {
    let mut setup = Setup::default();
    setup.limits.challenges_per_source_per_hour = 3;
    let world = World::with(setup).await;
    for number in 0..3 {
        world.drawn_slider(&email(number)).await;
    }
    let refused = world.accounts.draw_challenge(world.app, &email(3), &from(2)).await;
    assert_eq!(refusal(refused), Refusal::TooManyChallenges { seconds: 3600 });
    assert!(
        world
            .accounts
            .draw_challenge(world.app, &email(3), &from(3))
            .await
            .is_ok()
    );
    world.clock.advance(Duration::from_secs(3600));
    world.drawn_slider(&email(3)).await;
}

/// Randomness for which drawings wait while a test holds the gate.
#[derive(Default)]
struct GatedEntropy {
    gate: Mutex<()>,
    arrived: AtomicUsize,
}

impl Entropy for GatedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.arrived.fetch_add(1, Ordering::SeqCst);
        drop(self.gate.lock());
        bytes.fill(7);
    }
}

#[tokio::test]
#[expect(clippy::await_holding_lock, reason = "only the threads that draw wait for it")]
async fn those_who_hang_up_do_not_make_room_for_more_drawings_at_once() {
    let world = World::new().await;
    let (setup, entropy) = (Setup::default(), Arc::new(GatedEntropy::default()));
    let parts = Parts {
        store: world.store.clone(),
        clock: world.clock.clone(),
        entropy: entropy.clone(),
        root_key: RootKey::new(setup.root_key).unwrap(),
        limits: Limits::default(),
        hashing: setup.hashing,
        sms: Channel::Off,
        mail: Channel::Off,
        sms_countries: Vec::new(),
        pictures: PictureStore::Folder(world.folder.path().join("pictures")),
        search_memory_bytes: 0,
        sessions_remembered: 100,
    };
    let (accounts, app) = (Accounts::open(parts).await.unwrap(), world.app);
    let arrived_before = entropy.arrived.load(Ordering::SeqCst);
    let all_draw = async |most: usize| {
        while entropy.arrived.load(Ordering::SeqCst) < arrived_before + most {
            tokio::task::yield_now().await;
        }
    };

    let gate = entropy.gate.lock().unwrap();
    let mut drawings = JoinSet::new();
    for _ in 0..SLIDERS_AT_ONCE {
        let accounts = accounts.clone();
        drawings.spawn(async move { accounts.draw_challenge(app, &email(1), &from(1)).await.map(|_| ()) });
    }
    all_draw(SLIDERS_AT_ONCE).await;
    drawings.shutdown().await;
    let (email, caller) = (email(1), from(1));
    tokio::select! {
        biased;
        refused = accounts.draw_challenge(app, &email, &caller) => assert_eq!(refusal(refused), Refusal::Overloaded),
        () = all_draw(SLIDERS_AT_ONCE + 1) => panic!("one more is drawn than may be"),
    }
    drop(gate);
}

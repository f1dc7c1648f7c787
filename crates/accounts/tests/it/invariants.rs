//! What must hold whatever people do and in whatever order: random sequences of verbs over two apps and a handful of
//! addresses, beside a model of a few maps. After each step:
//!
//! - one account at most has an address, proven or claimed, and the tables agree on whom;
//! - a code succeeds once, within its life, and not after a newer one;
//! - guesses and sends keep to their budgets;
//! - exactly the sessions live that were not ended;
//! - nothing changes in the other app;
//! - whoever claims an address comes back to the account of its prover neither by password nor by session.

mod base;
mod model;
mod tables;

use proptest::prelude::*;
use tokio::runtime::Builder;
use yaopai_testkit::Database;

use self::base::Base;

/// An app, by its place.
type App = usize;
/// An address or a username, by its place in [`base::NAMES`].
type Name = usize;
/// An account or a session, by the order in which they were made; past the last, from the first again.
type Pick = usize;

/// A code as it is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typed {
    /// The one sent last for this purpose.
    Latest,
    /// The one sent before it.
    Older,
    /// The one sent last for another purpose.
    OfAnotherPurpose,
    /// The one sent last in the other app.
    OfTheOtherApp,
    /// None that was sent.
    Wrong,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Aim {
    Register,
    SignIn,
    Reset,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(u64),
    Request(App, Name, Aim),
    /// Registers, signs in or resets by a code; a new password is drawn where one is needed.
    Redeem(App, Name, Aim, Typed, Option<Pick>),
    /// Types wrong codes, so many times.
    Guess(App, Name, Aim, u32),
    Claim(App, Name),
    /// Takes a username beside what the account is found by.
    Rename(Pick, Name),
    /// Signs in by one of the passwords that were ever chosen for this name.
    ByPassword(App, Name, Pick),
    SignOut(Pick),
    SetDisabled(Pick, bool),
    Delete(Pick),
    EndEverySession,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    // Most of it happens at one address of one app, so that steps meet.
    let app = prop_oneof![4 => Just(0_usize), 1 => Just(1)];
    let address = prop_oneof![4 => Just(0_usize), 1 => Just(1), 2 => Just(2)];
    let name = prop_oneof![4 => Just(0_usize), 3 => 1..base::NAMES.len()];
    let pick = 0..64_usize;
    let aim = prop_oneof![Just(Aim::Register), Just(Aim::SignIn), Just(Aim::Reset)];
    let typed = prop_oneof![
        6 => Just(Typed::Latest),
        1 => Just(Typed::Older),
        1 => Just(Typed::OfAnotherPurpose),
        1 => Just(Typed::OfTheOtherApp),
        1 => Just(Typed::Wrong),
    ];
    let seconds = prop_oneof![4 => Just(61), 2 => 1..60_u64, 1 => Just(299), 1 => Just(1800), 1 => Just(90_000)];
    prop_oneof![
        4 => seconds.prop_map(Step::Wait),
        8 => (app.clone(), address.clone(), aim.clone()).prop_map(|(app, address, aim)| Step::Request(app, address, aim)),
        12 => (app.clone(), address.clone(), aim.clone(), typed, proptest::option::of(pick.clone()))
            .prop_map(|(app, address, aim, typed, bearer)| Step::Redeem(app, address, aim, typed, bearer)),
        2 => (app.clone(), address, aim, 1..8_u32).prop_map(|(app, address, aim, times)| Step::Guess(app, address, aim, times)),
        4 => (app.clone(), name.clone()).prop_map(|(app, name)| Step::Claim(app, name)),
        2 => (pick.clone(), base::ADDRESSES..base::NAMES.len()).prop_map(|(session, name)| Step::Rename(session, name)),
        6 => (app, name, pick.clone()).prop_map(|(app, name, password)| Step::ByPassword(app, name, password)),
        1 => pick.clone().prop_map(Step::SignOut),
        1 => (pick.clone(), any::<bool>()).prop_map(|(account, disabled)| Step::SetDisabled(account, disabled)),
        1 => pick.prop_map(Step::Delete),
        1 => prop_oneof![Just(Step::EndEverySession), Just(Step::Restart)],
    ]
}

/// How many sequences are tried: fewer on PostgreSQL, where each makes a database of its own and takes over a second.
fn cases() -> u32 {
    if Database::chosen().is_shared() { 16 } else { 48 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn they_hold_after_every_step(steps in proptest::collection::vec(step(), 1..80)) {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let mut base = Base::new().await;
            for step in steps {
                base.take(step).await;
            }
            base.compare_searches().await;
        });
    }
}

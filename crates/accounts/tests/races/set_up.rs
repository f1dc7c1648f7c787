//! The link for setting up works once, however many open it together.

use yaopai_accounts::FirstRoot;
use yaopai_model::{Password, Username};

use crate::steps::from;
use crate::{at_once, counts, tally, world};

/// Each in a base of its own: a base is set up once.
const BASES: u32 = 5;
const USES: u32 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_makes_one_root() {
    for _ in 0..BASES {
        let world = world().await;
        let secret = world.accounts.new_setup_link().await.unwrap().unwrap();
        let outcomes = at_once(USES, |number| {
            let (accounts, secret) = (world.node(), secret.clone());
            async move {
                let root = FirstRoot {
                    username: Username::parse(&format!("root{number}")).unwrap(),
                    password: Password::presented("correct horse").unwrap(),
                    wants_app_secret: number % 2 == 0,
                };
                accounts.set_up(&secret, root, &from(number)).await
            }
        });
        let outcomes = tally(&outcomes.await);
        assert_eq!(outcomes, counts([("ok", 1), ("WrongCode", USES as usize - 1)]));
        assert_eq!(world.count("select count(*) from accounts").await, 1);
        assert_eq!(
            world.count("select cast(sum(active) as bigint) from root_counts").await,
            1
        );
    }
}

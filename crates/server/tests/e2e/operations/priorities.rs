//! Hashing gives way to answering.

use crate::harness::{Home, Server, eventually};
use crate::user::enter;

/// The nice levels of the threads with such a name, over that of the process.
fn levels(server: &Server, name: &str) -> Vec<i32> {
    let threads = server.threads();
    let (_, own) = threads[0];
    let named = threads.iter().filter(|(thread, _)| thread.starts_with(name));
    named.map(|(_, nice)| nice - own).collect()
}

#[tokio::test]
async fn hashing_threads_and_they_alone_run_at_a_lower_priority() {
    for (share, level) in [(None, 13), (Some("25"), 4), (Some("50"), 0)] {
        let mut home = Home::with(&[("YAOPAI_HASHING__THREADS", "3")]);
        if let Some(share) = share {
            home.set("YAOPAI_HASHING__SHARE_PERCENT", share);
        }
        let server = home.start().await;
        // What threads begin when there is work must not inherit it.
        enter(&server.client, "/user/register", "yao", "hunter22").await.data();
        // Each lowers itself, when it begins.
        eventually("lowered threads", || {
            (levels(&server, "hashing-") == [level; 3]).then_some(())
        })
        .await;
        assert_eq!(levels(&server, "worker").first(), Some(&0));
        let lowered = levels(&server, "").into_iter().filter(|found| *found != 0).count();
        assert_eq!(lowered, if level == 0 { 0 } else { 3 }, "{share:?}");
    }
}

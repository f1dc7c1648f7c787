//! A backup from a server under load, and the way back from it.

use serde_json::json;

use crate::harness::Home;
use crate::user::{enter, token_in};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_comes_back_whole() {
    let mut home = Home::with(&[("YAOPAI_LIMITS__REGISTRATIONS_PER_SOURCE_PER_HOUR", "1000000")]);
    let server = home.start().await;
    let before = enter(&server.client, "/user/register", "before", "hunter22")
        .await
        .data();

    let client = server.client.clone();
    let load = tokio::spawn(async move {
        for number in 0.. {
            enter(&client, "/user/register", &format!("load{number}"), "hunter22")
                .await
                .data();
        }
    });
    let file = home.path("backup.tar");
    let file = file.to_str().unwrap();
    home.run(&["backup", file]).await.ok();
    load.abort();
    assert!(load.await.unwrap_err().is_cancelled());
    let overwritten = home.run(&["backup", file]).await;
    assert!(
        !overwritten.is_success && overwritten.stderr.contains("exists"),
        "{overwritten:?}"
    );
    enter(&server.client, "/user/register", "after", "hunter22")
        .await
        .data();
    let in_use = home.run(&["restore", file, "--yes"]).await;
    assert!(!in_use.is_success, "a server is running there: {in_use:?}");

    // Into a folder of its own.
    let mut elsewhere = Home::new();
    elsewhere.run(&["restore", file]).await.ok();
    let restored = elsewhere.start().await;
    let old = restored.client.get_as(&token_in(&before), "/user/info").await;
    assert_eq!(old.status, 401, "sessions do not come back");
    let signed_in = enter(&restored.client, "/user/login", "before", "hunter22")
        .await
        .data();
    assert_eq!(signed_in["user"]["userId"], before["user"]["userId"]);
    assert_eq!(
        enter(&restored.client, "/user/login", "after", "hunter22").await.status,
        401
    );
    elsewhere.run(&["doctor"]).await.ok();
    restored.stop().await;
    let full = elsewhere.run(&["restore", file]).await;
    assert!(!full.is_success && full.stderr.contains("--yes"), "{full:?}");

    // Back over what is there, which is moved aside.
    server.stop().await;
    home.run(&["restore", file, "--yes"]).await.ok();
    let server = home.start().await;
    assert_eq!(
        enter(&server.client, "/user/login", "after", "hunter22").await.status,
        401
    );
    enter(&server.client, "/user/login", "before", "hunter22").await.data();
}

#[tokio::test]
async fn what_is_no_backup_changes_nothing() {
    let mut home = Home::new();
    let server = home.start().await;
    enter(&server.client, "/user/register", "yao", "hunter22").await.data();
    server.stop().await;
    let junk = home.write("junk.tar", "this is no tar file, and no backup either");
    let refused = home.run(&["restore", junk.to_str().unwrap(), "--yes"]).await;
    assert!(!refused.is_success, "{refused:?}");
    let server = home.start().await;
    let signed_in = enter(&server.client, "/user/login", "yao", "hunter22").await.data();
    assert_eq!(signed_in["user"]["username"], json!("yao"));
}

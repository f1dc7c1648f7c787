//! A base that moves from SQLite to PostgreSQL and back, with the people on it.

use image::ImageFormat;
use serde_json::Value;
use yaopai_testkit::Database;
use yaopai_testkit::postgres::Scratch;

use crate::api_v1::picture;
use crate::harness::{Client, Home};
use crate::user::{enter, token_in};

/// Whoever was there is still there: by the old token, by the password, and with their picture.
async fn assert_that_all_is_there(client: &Client, before: &Value, avatar: &str) {
    let token = token_in(before);
    let info = client.get_as(&token, "/user/info").await.data();
    assert_eq!(info["userId"], before["user"]["userId"]);
    let signed_in = enter(client, "/user/login", "mover", "hunter22").await.data();
    assert_eq!(signed_in["user"]["userId"], before["user"]["userId"]);
    assert_eq!(enter(client, "/user/login", "mover", "hunter23").await.status, 401);
    assert_eq!(client.get(avatar).await.status, 200, "{avatar}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_base_moves_to_postgresql_and_back() {
    if Database::chosen() != Database::Sqlite {
        return;
    }
    let Some(target) = Scratch::make().unwrap() else { return };
    let mut home = Home::new();
    let server = home.start().await;
    let before = enter(&server.client, "/user/register", "mover", "hunter22")
        .await
        .data();
    let uploaded = server
        .client
        .upload(&token_in(&before), "a.png", &picture(ImageFormat::Png))
        .await
        .data();
    let avatar = uploaded["url"].as_str().unwrap().to_owned();
    let (file, pictures) = (home.data().join("yaopai.db"), home.data().join("pictures"));
    let from = format!("sqlite:{}", file.display());
    let onto = ["migrate-database", "--from", &from, "--to", &target.url()];
    let early = home.run(&onto).await;
    assert!(!early.is_success && early.stderr.contains("stop it first"), "{early:?}");
    server.stop().await;

    home.set("YAOPAI_DATABASE_URL", &target.url());
    let copied = home.run(&["migrate-database", "--from", &from, "--json"]).await.json();
    let accounts = copied.as_array().unwrap().iter().find(|row| row["table"] == "accounts");
    assert_eq!(accounts.unwrap()["rows"], 1);
    let again = home.run(&["migrate-database", "--from", &from]).await;
    assert!(!again.is_success && again.stderr.contains("not empty"), "{again:?}");
    let folder = pictures.to_str().unwrap();
    let taken = home.run(&["import-pictures", folder, "--json"]).await.json();
    assert_eq!((&taken["taken"], &taken["missing"]), (&1.into(), &0.into()));

    // Nothing of the folder is needed any more but the root key.
    std::fs::remove_dir_all(&pictures).unwrap();
    std::fs::remove_file(&file).unwrap();
    let server = home.start().await;
    assert_that_all_is_there(&server.client, &before, &avatar).await;
    let later = enter(&server.client, "/user/register", "later", "hunter22")
        .await
        .data();
    assert_ne!(later["user"]["userId"], before["user"]["userId"]);
    server.stop().await;

    let to = format!("sqlite:{}", file.display());
    home.run(&["migrate-database", "--to", &to]).await.ok();
    home.set("YAOPAI_DATABASE_URL", &to);
    home.set("YAOPAI_PICTURES__STORE", "database");
    let server = home.start().await;
    assert_that_all_is_there(&server.client, &before, &avatar).await;
    enter(&server.client, "/user/login", "later", "hunter22").await.data();
    let newest = enter(&server.client, "/user/register", "newest", "hunter22")
        .await
        .data();
    assert_ne!(newest["user"]["userId"], later["user"]["userId"]);
    server.stop().await;
}

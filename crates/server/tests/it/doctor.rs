//! `yaopai doctor`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use yaopai_model::Timestamp;
use yaopai_store::{SqlError, SqliteOptions, Store, base};

use crate::harness::Home;

/// The level of the finding about `what`, and whether the command ended well.
async fn level(home: &Home, what: &str) -> (String, bool) {
    let output = home.run(&["doctor", "--json"]).await;
    let findings: Vec<Value> = serde_json::from_str(&output.stdout).unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["what"].as_str().unwrap().contains(what))
        .unwrap();
    (finding["level"].as_str().unwrap().to_owned(), output.is_success)
}

#[tokio::test]
async fn a_sound_base_is_found_sound_running_or_not() {
    let mut home = Home::with(&[("YAOPAI_PASSWORD__POLICY", "strict")]);
    assert_eq!(level(&home, "data folder").await, ("advice".to_owned(), true));
    assert!(!home.data().exists(), "looking makes nothing");
    let server = home.start().await;
    for what in [
        "data folder",
        "root key",
        "database",
        "server",
        "password policy",
        "password hashes",
    ] {
        assert_eq!(level(&home, what).await, ("fine".to_owned(), true), "{what}");
    }
    assert_eq!(level(&home, "mail").await, ("advice".to_owned(), true));
    server.stop().await;
    assert_eq!(level(&home, "server").await, ("fine".to_owned(), true));
}

#[tokio::test]
async fn what_is_wrong_is_found() {
    let mut home = Home::new();
    home.start().await.stop().await;
    assert_eq!(level(&home, "password policy").await, ("advice".to_owned(), true));

    home.set("YAOPAI_SMS__CHANNEL", "webhook");
    assert_eq!(level(&home, "text messages").await, ("wrong".to_owned(), false));
    home.unset("YAOPAI_SMS__CHANNEL");

    let key = home.data().join("root.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(level(&home, "root key").await, ("wrong".to_owned(), false));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();

    let database = home.data().join("yaopai.db");
    let mut bytes = fs::read(&database).unwrap();
    for byte in bytes.iter_mut().skip(8192).take(4096) {
        *byte = 0x5a;
    }
    fs::write(&database, bytes).unwrap();
    assert_eq!(level(&home, "database").await, ("wrong".to_owned(), false));
    fs::remove_file(&database).unwrap();
    assert_eq!(level(&home, "database").await, ("wrong".to_owned(), false));
}

#[tokio::test]
async fn too_few_open_files_for_the_connections_are_found() {
    let mut home = Home::new();
    assert_eq!(level(&home, "open files").await, ("fine".to_owned(), true));
    home.bound_open_files(1024);
    assert_eq!(level(&home, "open files").await, ("advice".to_owned(), true));
}

#[tokio::test]
async fn a_changed_audit_trail_is_found_running_or_not() {
    let mut home = Home::new();
    let server = home.start().await;
    home.create_account(&["--username", "anna", "--role", "root"], "kestrel-umbra-91")
        .await;
    assert_eq!(level(&home, "audit trail").await, ("fine".to_owned(), true));
    let database = rusqlite::Connection::open(home.data().join("yaopai.db")).unwrap();
    let changed = database.execute("update audit_entries set detail = 'x' where number = 1", []);
    assert_eq!(changed.unwrap(), 1);
    assert_eq!(level(&home, "audit trail").await, ("wrong".to_owned(), false));
    server.stop().await;
    assert_eq!(level(&home, "audit trail").await, ("wrong".to_owned(), false));
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_found() {
    let mut home = Home::new();
    assert_eq!(level(&home, "reverse proxy").await, ("advice".to_owned(), true));
    home.set("YAOPAI_TRUSTED_PROXIES", "127.0.0.1");
    let output = home.run(&["doctor", "--json"]).await;
    assert!(output.ok().contains("data folder") && !output.stdout.contains("reverse proxy"));
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_found() {
    let mut home = Home::new();
    home.start().await.stop().await;
    assert_eq!(level(&home, "clock").await, ("fine".to_owned(), true));

    #[expect(clippy::disallowed_methods, reason = "the binary reads the machine's clock, too")]
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let later = Timestamp::EPOCH.plus(since_epoch + Duration::from_secs(3600));
    let store = Store::open_sqlite(&home.data().join("yaopai.db"), &SqliteOptions::new(later)).unwrap();
    store
        .write::<_, SqlError>(move |tx| base::note_instant(tx, later))
        .await
        .unwrap();
    store.close().await;
    assert_eq!(level(&home, "clock").await, ("wrong".to_owned(), false));
}

//! Starting and stopping.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use reqwest::Method;
use tokio::net::TcpStream;

use crate::harness::Home;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn everything_in_the_data_folder_is_its_owners_only() {
    let mut home = Home::new();
    let _server = home.start().await;
    assert_eq!(mode(&home.data()), 0o700);
    for entry in fs::read_dir(home.data()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
    assert_eq!(mode(&home.data().join("root.key")), 0o600);
    assert_eq!(mode(&home.data().join("admin.sock")), 0o600);
}

#[tokio::test]
async fn the_lines_of_the_first_start_work_as_pasted() {
    let mut home = Home::new();
    let server = home.start().await;
    let said = server.stdout();
    let lines: Vec<&str> = said.lines().map(str::trim).collect();

    let curls: Vec<_> = lines.iter().filter(|line| line.starts_with("curl ")).collect();
    assert_eq!(curls.len(), 3);
    for (curl, answer) in curls.iter().zip(["\"code\":1,", "\"code\":200,", "\"uid\":1"]) {
        let output = home.shell(curl).await;
        assert!(output.ok().contains(answer), "{curl}\n{output:?}");
    }
}

#[tokio::test]
async fn secrets_are_shown_at_the_first_start_only() {
    let mut home = Home::new();
    let server = home.start().await;
    let (_, secret) = server.app();
    server.stop().await;
    let server = home.start().await;
    assert!(!server.stdout().contains("app_secret"));
    assert!(!server.stderr().contains(&secret) && !server.stdout().contains(&secret));
}

#[tokio::test]
async fn connections_leave_open_files_to_the_rest() {
    let mut home = Home::with(&[("YAOPAI_HTTP__HEADER_SECONDS", "300")]);
    home.bound_open_files(200);
    let server = home.start().await;
    assert!(
        server.stderr().contains("`http.max_connections`"),
        "{}",
        server.stderr()
    );
    let mut held = Vec::new();
    for _ in 0..190 {
        held.push(TcpStream::connect(&server.client.address).await.unwrap());
    }
    // The database and the socket for commands go on.
    home.create_account(&["--username", "anna", "--role", "root"], "kestrel-umbra-91")
        .await;
    let listed = home.run(&["account", "list"]).await;
    assert!(listed.ok().contains("anna"));
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_warned_of_once() {
    let mut home = Home::new();
    let server = home.start().await;
    for _ in 0..2 {
        let call = server.client.request(Method::GET, "/user/info");
        call.header("X-Forwarded-For", "192.0.2.1").send().await.unwrap();
    }
    let warnings = server.stderr().matches("set `trusted_proxies`").count();
    assert_eq!(warnings, 1, "{}", server.stderr());
}

#[tokio::test]
async fn a_second_process_on_the_same_folder_is_refused() {
    let mut home = Home::new();
    let _server = home.start().await;
    let second = home.run(&["serve"]).await;
    assert!(!second.is_success);
    assert!(
        second.stderr.contains("another process is using the data folder"),
        "{}",
        second.stderr
    );
    assert_eq!(second.stderr.lines().count(), 1, "{}", second.stderr);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let mut home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    home.set("YAOPAI_LISTEN", &taken.local_addr().unwrap().to_string());
    let output = home.run(&["serve"]).await;
    assert!(!output.is_success && output.stderr.contains("`listen`"), "{output:?}");
    // The secret was not used up by a start that failed.
    home.set("YAOPAI_LISTEN", "127.0.0.1:0");
    let server = home.start().await;
    assert_eq!(server.app().1.len(), 40);
}

#[tokio::test]
async fn a_database_or_key_that_went_missing_is_not_begun_anew() {
    let mut home = Home::new();
    home.start().await.stop().await;
    let database = home.data().join("yaopai.db");
    let whole = fs::read(&database).unwrap();

    fs::write(&database, b"").unwrap();
    let output = home.run(&["serve"]).await;
    assert!(
        !output.is_success && output.stderr.contains("restore a backup"),
        "{output:?}"
    );
    fs::write(&database, whole.get(..whole.len() / 2).unwrap()).unwrap();
    let output = home.run(&["serve"]).await;
    assert!(
        !output.is_success && output.stderr.contains("the database cannot be opened"),
        "{output:?}"
    );
    fs::remove_file(&database).unwrap();
    let output = home.run(&["serve"]).await;
    assert!(
        !output.is_success && output.stderr.contains("restore a backup"),
        "{output:?}"
    );
    assert!(!database.exists());

    fs::write(&database, whole).unwrap();
    let key = home.data().join("root.key");
    let kept = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let output = home.run(&["serve"]).await;
    assert!(!output.is_success && output.stderr.contains("root key"), "{output:?}");
    assert!(!key.exists());

    fs::write(&key, kept).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let output = home.run(&["serve"]).await;
    assert!(!output.is_success && output.stderr.contains("chmod 600"), "{output:?}");
}

#[tokio::test]
async fn another_root_key_opens_nothing() {
    let mut home = Home::new();
    home.start().await.stop().await;
    home.set(
        "YAOPAI_ROOT_KEY",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    );
    let output = home.run(&["serve"]).await;
    assert!(!output.is_success && output.stderr.contains("root key"), "{output:?}");
    assert!(!output.stderr.contains("0001020304"), "{output:?}");
}

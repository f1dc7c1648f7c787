//! Backups and the way back.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::harness::{Home, Server, eventually};

const PASSWORD: &str = "correct horse";

async fn token(server: &Server) -> String {
    let body = json!({"account": "boss", "password": PASSWORD});
    let reply = server.client.post_json("/user/login", &body).await.json();
    reply["data"]["token"].as_str().unwrap().to_owned()
}

async fn is_signed_in(server: &Server, token: &str) -> bool {
    server.client.get_as(token, "/user/info").await.json()["code"] == 200
}

#[tokio::test]
async fn a_backup_made_while_serving_brings_everything_back_but_sessions() {
    let mut home = Home::new();
    let server = home.start().await;
    home.create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    fs::write(home.data().join("pictures/kept.png"), b"picture").unwrap();
    let old = token(&server).await;
    home.run(&["backup", "b.tar"]).await.ok();
    assert_eq!(
        fs::metadata(home.path("b.tar")).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let again = home.run(&["backup", "b.tar"]).await;
    assert!(
        !again.is_success && again.stderr.contains("not overwritten"),
        "{again:?}"
    );
    home.create_account(&["--username", "late"], PASSWORD).await;

    let running = home.run(&["restore", "b.tar", "--yes"]).await;
    assert!(
        !running.is_success && running.stderr.contains("another process"),
        "{running:?}"
    );
    server.stop().await;
    let full = home.run(&["restore", "b.tar"]).await;
    assert!(!full.is_success && full.stderr.contains("--yes"), "{full:?}");
    home.run(&["restore", "b.tar", "--yes"]).await.ok();

    let server = home.start().await;
    assert_eq!(home.run(&["account", "list", "--json"]).await.json()["total"], 1);
    assert!(!is_signed_in(&server, &old).await);
    assert!(is_signed_in(&server, &token(&server).await).await);
    assert_eq!(fs::read(home.data().join("pictures/kept.png")).unwrap(), b"picture");
    let aside = fs::read_dir(home.data()).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.starts_with("before-restore-").then_some(name)
    });
    assert_eq!(aside.count(), 1);
}

#[tokio::test]
async fn a_backup_is_private_whatever_lay_where_it_is_written() {
    let home = Home::new();
    home.create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    let left = home.path("b.tar.partial");
    fs::write(&left, "from a crash, or laid out by somebody else").unwrap();
    fs::set_permissions(&left, fs::Permissions::from_mode(0o644)).unwrap();
    home.run(&["backup", "b.tar"]).await.ok();
    assert_eq!(
        fs::metadata(home.path("b.tar")).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_backup_goes_into_an_empty_folder_on_another_machine() {
    let mut home = Home::new();
    home.create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    home.run(&["backup", "b.tar"]).await.ok();
    let elsewhere = home.path("elsewhere").display().to_string();
    home.set("YAOPAI_DATA_DIR", &elsewhere);
    home.run(&["restore", "b.tar"]).await.ok();
    let server = home.start().await;
    assert!(is_signed_in(&server, &token(&server).await).await);
}

#[tokio::test]
async fn a_backup_without_the_key_needs_the_key() {
    let mut home = Home::new();
    home.create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    let said = home.run(&["backup", "b.tar", "--without-root-key"]).await;
    assert!(said.ok().contains("does not hold the root key"), "{said:?}");
    let key = fs::read_to_string(home.data().join("root.key")).unwrap();
    assert!(!String::from_utf8_lossy(&fs::read(home.path("b.tar")).unwrap()).contains(key.trim()));

    let elsewhere = home.path("elsewhere").display().to_string();
    home.set("YAOPAI_DATA_DIR", &elsewhere);
    let without = home.run(&["restore", "b.tar"]).await;
    assert!(
        !without.is_success && without.stderr.contains("`root.key`"),
        "{without:?}"
    );
    home.set("YAOPAI_ROOT_KEY", key.trim());
    home.run(&["restore", "b.tar"]).await.ok();
    let server = home.start().await;
    assert!(is_signed_in(&server, &token(&server).await).await);
}

#[tokio::test]
async fn what_is_no_backup_changes_nothing() {
    let mut home = Home::new();
    home.create_account(&["--username", "boss", "--role", "root"], PASSWORD)
        .await;
    home.write("text.tar", "not a tar file at all");
    let mut tar = tar::Builder::new(fs::File::create(home.path("other.tar")).unwrap());
    tar.append_path_with_name(home.path("text.tar"), "etc/passwd").unwrap();
    tar.finish().unwrap();
    let mut tar = tar::Builder::new(fs::File::create(home.path("torn.tar")).unwrap());
    tar.append_path_with_name(home.path("text.tar"), "yaopai.db").unwrap();
    tar.finish().unwrap();
    for file in ["missing.tar", "text.tar", "other.tar", "torn.tar"] {
        let output = home.run(&["restore", file, "--yes"]).await;
        assert!(!output.is_success, "{file}");
    }
    let server = home.start().await;
    assert!(is_signed_in(&server, &token(&server).await).await);
    let left = fs::read_dir(home.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(
        left.into_iter()
            .all(|name| !name.starts_with("restoring-") && !name.starts_with("before-"))
    );
}

#[tokio::test]
async fn a_code_of_before_the_backup_is_void_after_it() {
    let mut home = Home::new();
    let server = home.start().await;
    let (id, secret) = server.app();
    let app = format!("app_id={id}&app_secret={secret}&phone=13800138000");
    let asked = server
        .client
        .get(&format!("/api/cloud_user/code/get?{app}&type=0"))
        .await;
    assert_eq!(asked.code(), 1);
    let code = eventually("the code on the terminal", || {
        let said = server.stdout();
        let line = said.lines().find_map(|line| line.split_once(" code: "))?.1;
        Some(line.to_owned())
    })
    .await;
    home.run(&["backup", "b.tar"]).await.ok();
    server.stop().await;
    home.run(&["restore", "b.tar", "--yes"]).await.ok();

    let server = home.start().await;
    let register = format!("/api/cloud_user/register?{app}&code={code}&password=correcthorse&nickname=Li");
    let refused = server.client.get(&register).await;
    assert!(
        refused.code() == 0 && refused.text().contains("验证码"),
        "{}",
        refused.text()
    );
}

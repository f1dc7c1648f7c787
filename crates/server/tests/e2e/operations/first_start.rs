//! The first start in an empty folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::harness::Home;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn it_makes_a_folder_for_its_owner_only() {
    let mut home = Home::new();
    let server = home.start().await;
    assert_eq!(mode(&home.data()), 0o700);
    for name in ["root.key", "admin.sock"] {
        assert_eq!(mode(&home.data().join(name)), 0o600, "{name}");
    }
    let key = fs::read_to_string(home.data().join("root.key")).unwrap();
    assert!(key.trim().len() == 64 && key.trim().bytes().all(|byte| byte.is_ascii_hexdigit()));
    server.stop().await;
    assert!(!home.data().join("admin.sock").exists());
}

#[tokio::test]
async fn what_it_prints_works_as_pasted() {
    let mut home = Home::new();
    let server = home.start().await;
    let said = server.stdout();
    let pasted: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("curl "))
        .collect();
    assert_eq!(pasted.len(), 3, "{said}");
    if !home.shell("curl --version").await.is_success {
        println!("LEFT OUT: the curl lines (no curl here)");
        return;
    }
    let mut answers = Vec::new();
    for line in pasted {
        let output = home.shell(line).await;
        answers.push(serde_json::from_str::<Value>(output.ok()).unwrap_or_else(|_| panic!("{line}: {output:?}")));
    }
    assert_eq!(answers[0]["code"], 1, "{}", answers[0]);
    assert_eq!(
        (&answers[1]["code"], &answers[1]["data"]["user"]["username"]),
        (&200.into(), &"demo".into())
    );
    assert_eq!(
        answers[2]["data"]["uid"], answers[1]["data"]["user"]["userId"],
        "{}",
        answers[2]
    );
    // The channel for trying out shows the code, and says what it is.
    crate::harness::eventually("the code on the terminal", || {
        server.stdout().contains("验证码 code: ").then_some(())
    })
    .await;
    assert!(server.stdout().contains("FOR TRYING OUT ONLY") && server.stderr().contains("sms.channel"));
}

#[tokio::test]
async fn the_secret_is_shown_once() {
    let mut home = Home::new();
    let server = home.start().await;
    let (_, secret) = server.app();
    server.stop().await;
    let server = home.start().await;
    assert!(
        !server.stdout().contains(&secret) && !server.stdout().contains("app_secret"),
        "{}",
        server.stdout()
    );
}

#[tokio::test]
async fn a_link_for_setting_up_is_shown_until_there_is_a_root() {
    let mut home = Home::new();
    let server = home.start().await;
    let first = server.setup_link().unwrap();
    let origin = format!("http://{}", server.client.address);
    let ordered = home.run(&["setup-link", "--json"]).await.json();
    let url = ordered["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{origin}/console/setup#")), "{url}");
    assert_ne!(url, format!("{origin}{first}"));
    assert_eq!(server.client.get("/console/setup").await.status, 200);
    server.stop().await;

    let server = home.start().await;
    assert_ne!(server.setup_link().unwrap(), first);
    home.create_account(&["--username", "laoban", "--role", "root"], "a good password")
        .await;
    let refused = home.run(&["setup-link"]).await;
    assert!(
        !refused.is_success && refused.stderr.contains("there is a root account"),
        "{refused:?}"
    );
    assert_eq!(server.client.get("/console/setup").await.status, 409);
    server.stop().await;

    let server = home.start().await;
    assert_eq!(server.setup_link(), None);
}

#[tokio::test]
async fn a_second_process_on_the_folder_is_refused() {
    let mut home = Home::new();
    let server = home.start().await;
    let second = home.run(&["serve"]).await;
    assert!(!second.is_success);
    assert_eq!(second.stderr.lines().count(), 1, "{second:?}");
    assert!(
        second.stderr.contains("another process is using the data folder"),
        "{second:?}"
    );
    assert_eq!(server.client.get("/readyz").await.status, 200, "the first one goes on");
}

#[tokio::test]
async fn what_was_lost_is_not_begun_anew() {
    for lost in ["yaopai.db", "root.key"] {
        let mut home = Home::new();
        home.start().await.stop().await;
        fs::remove_file(home.data().join(lost)).unwrap();
        let refused = home.run(&["serve"]).await;
        assert!(!refused.is_success, "{lost}: {refused:?}");
        assert!(!home.data().join(lost).exists(), "{lost}");
        assert!(!home.run(&["doctor"]).await.is_success, "{lost}");
    }
}

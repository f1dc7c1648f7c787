//! Settings as the command line shows and refuses them.

use crate::harness::Home;

#[tokio::test]
async fn show_tells_where_each_value_comes_from_and_hides_secrets() {
    let mut home = Home::with(&[
        ("YAOPAI_SMS__WEBHOOK__SECRET", "hush-hush"),
        ("YAOPAI_MAIL__SMTP__URL", "smtps://me:hush-hush@mail.example.com"),
    ]);
    let file = home.write("yaopai.toml", "[limits]\ncode_guesses = 3\n");
    home.set("YAOPAI_LIMITS__CODE_TTL_SECONDS", "60");

    let shown = home.run(&["config", "show"]).await;
    let line = |key: &str| {
        let mut lines = shown.ok().lines();
        lines.find(|line| line.split_whitespace().next() == Some(key)).unwrap()
    };
    assert!(line("limits.code_guesses").ends_with("= 3  # yaopai.toml"));
    assert!(line("limits.code_ttl_seconds").ends_with("= 60  # YAOPAI_LIMITS__CODE_TTL_SECONDS"));
    assert!(line("limits.code_resend_seconds").ends_with("= 0  # YAOPAI_LIMITS__CODE_RESEND_SECONDS"));
    assert!(line("cors.allow_origin").ends_with("= \"*\"  # default"));
    assert!(line("sms.webhook.secret").contains("***"));
    assert!(!shown.stdout.contains("hush") && !shown.stderr.contains("hush"));

    home.unset("YAOPAI_LIMITS__CODE_TTL_SECONDS");
    let json = home
        .run(&["--config", &file.display().to_string(), "config", "show", "--json"])
        .await
        .json();
    let settings = json.as_array().unwrap();
    let guesses = settings
        .iter()
        .find(|setting| setting["key"] == "limits.code_guesses")
        .unwrap();
    assert_eq!(guesses["value"], "3");
    assert_eq!(guesses["origin"], file.display().to_string());
    assert!(!json.to_string().contains("hush"));
}

#[tokio::test]
async fn what_is_wrong_stops_the_start_and_is_named() {
    for (name, value, told) in [
        ("YAOPAI_LIMITS__CODE_GUESES", "3", "YAOPAI_LIMITS__CODE_GUESES"),
        ("YAOPAI_LIMITS__CODE_GUESSES", "many", "limits.code_guesses"),
        ("YAOPAI_SMS__CHANNEL", "pigeon", "sms.channel"),
        ("YAOPAI_SMS__CHANNEL", "webhook", "sms.webhook.url"),
        ("YAOPAI_MAIL__CHANNEL", "smtp", "mail.smtp.url"),
        (
            "YAOPAI_DATABASE_URL",
            "postgres://localhost/yaopai?colour=red",
            "postgres://",
        ),
        ("YAOPAI_DATABASE_URL", "mysql://localhost", "sqlite:PATH"),
        ("YAOPAI_CONFIG", "/nowhere.toml", "/nowhere.toml"),
    ] {
        let home = Home::with(&[(name, value)]);
        for arguments in [&["serve"][..], &["config", "check"]] {
            let output = home.run(arguments).await;
            assert!(!output.is_success, "{name}={value}");
            assert!(output.stderr.contains(told), "{}", output.stderr);
            assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
        }
    }
}

#[tokio::test]
async fn the_reference_starts_a_settings_file() {
    let home = Home::new();
    let reference = home.run(&["config", "reference"]).await;
    home.write("yaopai.toml", reference.ok());
    home.run(&["config", "check"]).await.ok();
}

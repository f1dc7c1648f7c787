//! Settings from files and variables, and what is said of bad ones.

use std::fs;

use super::*;

fn variables(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// Loads with the text of a settings file that is named, so that the working directory does not matter.
fn load_with(file: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("yaopai.toml");
    fs::write(&path, file).unwrap();
    load(Some(&path), &variables(pairs))
}

fn refusal(file: &str, pairs: &[(&str, &str)]) -> String {
    match load_with(file, pairs) {
        Ok(_) => panic!("taken"),
        Err(error) => error.to_string(),
    }
}

fn effective<'a>(config: &'a Config, key: &str) -> &'a Effective {
    config.effective.iter().find(|effective| effective.key == key).unwrap()
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
    let file = "listen = \"0.0.0.0:80\"\n[limits]\ncode_guesses = 3\ncode_resend_seconds = 7\n";
    let config = load_with(file, &[("YAOPAI_LIMITS__CODE_GUESSES", "4"), ("PATH", "/bin")])
        .ok()
        .unwrap();
    let limits = &config.settings.limits;
    assert_eq!(
        (limits.code_guesses, limits.code_resend_seconds, limits.code_ttl_seconds),
        (4, 7, 300)
    );
    assert_eq!(config.settings.listen.port(), 80);
    let of = |key| effective(&config, key).origin.clone();
    assert_eq!(
        of("limits.code_guesses"),
        Origin::Variable("YAOPAI_LIMITS__CODE_GUESSES".to_owned())
    );
    assert!(matches!(of("limits.code_resend_seconds"), Origin::File(_)));
    assert_eq!(of("limits.code_ttl_seconds"), Origin::Default);
}

#[test]
fn the_variables_of_the_documentation_exist() {
    let names: Vec<String> = keys::all().iter().map(Key::variable).collect();
    for name in [
        "LISTEN",
        "DATA_DIR",
        "DATABASE_URL",
        "SMS__CHANNEL",
        "SMS__WEBHOOK__URL",
        "SMS__WEBHOOK__SECRET",
        "MAIL__CHANNEL",
        "MAIL__SMTP__URL",
        "MAIL__FROM",
        "LIMITS__CODE_TTL_SECONDS",
        "LIMITS__CODE_RESEND_SECONDS",
        "LIMITS__CODE_GUESSES",
        "LIMITS__CODES_PER_IDENTIFIER_PER_DAY",
        "LIMITS__CODES_PER_SOURCE_PER_HOUR",
        "LIMITS__CODES_PER_APP_PER_DAY",
        "LIMITS__FAILURES_PER_SOURCE_PER_HOUR",
        "LIMITS__REGISTRATIONS_PER_SOURCE_PER_HOUR",
        "LIMITS__CAPTCHAS_PER_SOURCE_PER_HOUR",
        "SESSIONS__PER_ACCOUNT",
        "PASSWORD__POLICY",
        "DIALECTS__USER__HTTP_STATUS",
        "PUBLIC_URL",
    ] {
        assert!(names.contains(&format!("{PREFIX}{name}")), "{name}");
    }
}

#[test]
fn a_limit_that_nobody_set_is_the_products_own() {
    let limits = crate::wire_up::limits(&load_with("", &[]).ok().unwrap().settings);
    assert_eq!(limits, yaopai_model::Limits::default());
}

#[test]
fn an_unknown_key_is_named_with_its_origin_and_its_neighbours() {
    let told = refusal("[limits]\ncode_guesess = 3\n", &[]);
    assert!(
        told.contains("`limits.code_guesess`") && told.contains("yaopai.toml"),
        "{told}"
    );
    assert!(told.contains("limits.code_guesses"), "{told}");
    let told = refusal("", &[("YAOPAI_SMS__CHANEL", "off")]);
    assert!(
        told.contains("`YAOPAI_SMS__CHANEL`") && told.contains("YAOPAI_SMS__CHANNEL"),
        "{told}"
    );
    let told = refusal("colour = 1\n", &[]);
    assert!(told.contains("`colour`"), "{told}");
    let told = refusal("[sms.webhook.deep]\nurl = 1\n", &[]);
    assert!(told.contains("`sms.webhook.deep`"), "{told}");
}

#[test]
fn a_bad_value_is_named_with_its_origin() {
    for (file, pairs, named) in [
        ("limits = 5\n", &[][..], "limits"),
        ("[limits]\ncode_guesses = \"5\"\n", &[][..], "limits.code_guesses"),
        ("[limits]\ncode_guesses = 0\n", &[][..], "limits.code_guesses"),
        ("[limits]\ncode_guesses = -1\n", &[][..], "limits.code_guesses"),
        (
            "",
            &[("YAOPAI_LIMITS__CODE_GUESSES", "five")][..],
            "YAOPAI_LIMITS__CODE_GUESSES",
        ),
        ("", &[("YAOPAI_LISTEN", "everywhere")][..], "YAOPAI_LISTEN"),
        ("", &[("YAOPAI_TIME_ZONE", "Mars/Olympus")][..], "YAOPAI_TIME_ZONE"),
        (
            "",
            &[("YAOPAI_TRUSTED_PROXIES", "10.0.0.0/8, proxy")][..],
            "YAOPAI_TRUSTED_PROXIES",
        ),
        (
            "",
            &[("YAOPAI_HASHING__MEMORY_KIB", "1")][..],
            "YAOPAI_HASHING__MEMORY_KIB",
        ),
        ("", &[("YAOPAI_ROOT_KEY", "")][..], "YAOPAI_ROOT_KEY"),
    ] {
        let told = refusal(file, pairs);
        assert!(told.contains(named), "{told}");
    }
    let told = refusal("a = \n", &[]);
    assert!(told.contains("yaopai.toml") && told.contains("line 1"), "{told}");
}

#[test]
fn lists_are_written_with_commas() {
    let pairs = [
        ("YAOPAI_SMS__ALLOWED_COUNTRIES", "86, 852,"),
        ("YAOPAI_TRUSTED_PROXIES", ""),
    ];
    let config = load_with("trusted_proxies = [\"10.0.0.0/8\"]\n", &pairs).ok().unwrap();
    let codes: Vec<_> = config
        .settings
        .sms
        .allowed_countries
        .iter()
        .map(|code| code.as_str())
        .collect();
    assert_eq!(codes, ["86", "852"]);
    assert!(config.settings.trusted_proxies.is_empty());
}

#[test]
fn a_secret_may_come_from_a_file_and_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "hush-hush\n").unwrap();
    let path = path.to_str().unwrap();
    let config = load_with("", &[("YAOPAI_SMS__WEBHOOK__SECRET_FILE", path)])
        .ok()
        .unwrap();
    assert_eq!(
        config.settings.sms.webhook.secret.as_ref().unwrap().expose(),
        "hush-hush"
    );
    let shown = effective(&config, "sms.webhook.secret");
    assert_eq!(shown.value.as_deref(), Some("\"***\""));
    assert!(shown.origin.to_string().contains("YAOPAI_SMS__WEBHOOK__SECRET_FILE"));

    let both = [
        ("YAOPAI_SMS__WEBHOOK__SECRET_FILE", path),
        ("YAOPAI_SMS__WEBHOOK__SECRET", "x"),
    ];
    assert!(refusal("", &both).contains("YAOPAI_SMS__WEBHOOK__SECRET"));
    assert!(refusal("", &[("YAOPAI_SMS__WEBHOOK__SECRET_FILE", "/nowhere")]).contains("/nowhere"));
    // Only secrets have a file of their own.
    assert!(refusal("", &[("YAOPAI_MAIL__FROM_FILE", path)]).contains("YAOPAI_MAIL__FROM_FILE"));
}

#[test]
fn a_bad_secret_is_not_repeated() {
    for (file, pairs) in [
        ("root_key = \"hush-hush\"\n", &[][..]),
        ("root_key = 73313331\n", &[][..]),
        ("", &[("YAOPAI_ROOT_KEY", "hush-hush")][..]),
    ] {
        let told = refusal(file, pairs);
        assert!(told.contains("root_key"), "{told}");
        assert!(!told.contains("hush") && !told.contains("73313331"), "{told}");
    }
}

#[test]
fn every_secret_is_a_setting() {
    for secret in keys::SECRETS {
        assert!(keys::all().iter().any(|key| key.name == secret), "{secret}");
    }
}

#[test]
fn a_file_that_is_named_has_to_be_there() {
    let missing = Path::new("/nowhere/yaopai.toml");
    assert!(matches!(load(Some(missing), &[]), Err(ConfigError::Unreadable { .. })));
    let variable = variables(&[("YAOPAI_CONFIG", "/nowhere/yaopai.toml")]);
    assert!(matches!(load(None, &variable), Err(ConfigError::Unreadable { .. })));
}

#[test]
fn the_reference_file_is_up_to_date() {
    let written = include_str!("../../../../yaopai.example.toml");
    assert!(
        written == reference(),
        "run `cargo run -- config reference > yaopai.example.toml`"
    );
}

#[test]
fn the_reference_changes_nothing_by_itself() {
    let config = load_with(&reference(), &[]).ok().unwrap();
    assert!(
        config
            .effective
            .iter()
            .all(|effective| effective.origin == Origin::Default)
    );
}

#[test]
fn the_defaults_of_the_reference_are_the_defaults() {
    // Every line that shows a default, taken out of its comment, sets the same value.
    let reference = reference();
    let written = reference.lines().map(|line| match line.strip_prefix('#') {
        Some(entry) if !entry.starts_with(' ') && entry.contains(" = ") => entry,
        Some(_) | None => line,
    });
    let written = load_with(&written.collect::<Vec<_>>().join("\n"), &[]).ok().unwrap();
    let defaults = load_with("", &[]).ok().unwrap();
    for (written, default) in written.effective.iter().zip(&defaults.effective) {
        assert_eq!(written.value, default.value, "{}", default.key);
    }
}

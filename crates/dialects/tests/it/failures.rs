//! Every failure in the words of every wire: the error page of the reference.

use yaopai_accounts::Refusal;
use yaopai_dialects::reference::all_failures;
use yaopai_dialects::{Failure, Spelling, Wire};

#[test]
fn every_failure_has_words_on_every_wire() {
    let mut printed = String::new();
    for failure in all_failures() {
        printed.push_str(&format!("{}\n", title(&failure)));
        for wire in Wire::ALL {
            printed.push_str(&format!("  {:<16}{}\n", wire.name(), words(&wire.spell(&failure))));
        }
    }
    insta::assert_snapshot!(printed);
}

#[test]
fn only_our_own_faults_and_overload_are_5xx() {
    for failure in all_failures() {
        let is_ours = match failure {
            Failure::Fault(_) | Failure::Refused(Refusal::Overloaded) => true,
            Failure::Input(_) | Failure::Refused(_) => false,
        };
        for wire in Wire::ALL {
            let status = wire.spell(&failure).status;
            assert_eq!(status.is_server_error(), is_ours, "{} {}", wire.name(), title(&failure));
        }
    }
}

#[test]
fn nothing_that_failed_looks_like_a_success() {
    for failure in all_failures() {
        assert_ne!(Wire::ApiCloudUser.spell(&failure).code, 1, "{}", title(&failure));
        assert_ne!(Wire::ApiV1.spell(&failure).code, 200, "{}", title(&failure));
        assert_ne!(Wire::User.spell(&failure).code, 200, "{}", title(&failure));
    }
}

fn title(failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => format!("{refusal:?}"),
        Failure::Input(problem) => format!("{problem:?}"),
        Failure::Fault(_) => "Fault".to_owned(),
    }
}

fn words(spelling: &Spelling) -> String {
    let retry = spelling
        .retry_after
        .map(|seconds| format!(" (Retry-After: {seconds})"))
        .unwrap_or_default();
    format!(
        "HTTP {} {:>5} {}{retry}",
        spelling.status.as_u16(),
        spelling.code,
        spelling.message
    )
}

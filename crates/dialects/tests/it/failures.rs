//! Every failure in the words of every wire: the error page of the reference.

use std::sync::Arc;

use yaopai_accounts::{Fault, Refusal};
use yaopai_dialects::{BadInput, Failure, Spelling, Wire};
use yaopai_model::IdentifierKind;

const REFUSALS: &[Refusal] = &[
    Refusal::UnknownApp,
    Refusal::AppRateExceeded,
    Refusal::NotSignedIn,
    Refusal::AccessTokenExpired,
    Refusal::AccountGone,
    Refusal::AccountDisabled,
    Refusal::WrongCredentials,
    Refusal::WrongCode,
    Refusal::ChallengeRequired,
    Refusal::ChallengeFailed,
    Refusal::PasswordWait { seconds: 30 },
    Refusal::PasswordPathClosed { seconds: 1800 },
    Refusal::SourceFailedTooOften { seconds: 60 },
    Refusal::TooManyRegistrations { seconds: 60 },
    Refusal::TooManyChallenges { seconds: 60 },
    Refusal::TooManyUploads { seconds: 60 },
    Refusal::TooManyCalls { seconds: 60 },
    Refusal::CodeTooSoon { seconds: 60 },
    Refusal::ChannelNotReady,
    Refusal::Taken(IdentifierKind::Phone),
    Refusal::Taken(IdentifierKind::Email),
    Refusal::Taken(IdentifierKind::Username),
    Refusal::Taken(IdentifierKind::PublicId),
    Refusal::ReservedUsername,
    Refusal::NotRegistered,
    Refusal::NoSuchAccount,
    Refusal::ResetNotPermitted,
    Refusal::RankTooLow,
    Refusal::NotOnSelf,
    Refusal::LastRoot,
    Refusal::PictureNotOwn,
    Refusal::PictureUnfit,
    Refusal::TooManySettings,
    Refusal::HostTaken,
    Refusal::TooManyApps,
    Refusal::Overloaded,
];

const BAD_INPUTS: &[BadInput] = &[
    BadInput::Missing("email"),
    BadInput::Malformed("email"),
    BadInput::TooLong("email"),
    BadInput::Repeated("email"),
    BadInput::WrongType("email"),
    BadInput::PasswordTooShort { least: 6 },
    BadInput::PasswordTooCommon,
    BadInput::UnreadableBody,
    BadInput::BodyTooLarge,
    BadInput::BodyTooSlow,
    BadInput::BadHost,
    BadInput::UrlTooLong,
    BadInput::TooManyParameters,
    BadInput::UnknownRoute,
    BadInput::UnknownMethod,
];

#[test]
fn every_failure_has_words_on_every_wire() {
    let mut printed = String::new();
    for failure in all() {
        printed.push_str(&format!("{}\n", title(&failure)));
        for wire in Wire::ALL {
            printed.push_str(&format!("  {:<16}{}\n", wire.name(), words(&wire.spell(&failure))));
        }
    }
    insta::assert_snapshot!(printed);
}

#[test]
fn only_our_own_faults_and_overload_are_5xx() {
    for failure in all() {
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
    for failure in all() {
        assert_ne!(Wire::ApiCloudUser.spell(&failure).code, 1, "{}", title(&failure));
        assert_ne!(Wire::ApiV1.spell(&failure).code, 200, "{}", title(&failure));
        assert_ne!(Wire::User.spell(&failure).code, 200, "{}", title(&failure));
    }
}

fn all() -> Vec<Failure> {
    let refused = REFUSALS.iter().copied().map(Failure::Refused);
    let unread = BAD_INPUTS.iter().copied().map(Failure::Input);
    let fault = Failure::Fault(Arc::new(Fault::new("the disk is gone")));
    refused.chain(unread).chain([fault]).collect()
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

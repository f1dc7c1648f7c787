//! What the transcripts have to show: every call of every wire succeeding, and every failure that a wire can answer with.

use std::collections::BTreeSet;

use yaopai_accounts::Refusal;
use yaopai_dialects::reference::all_failures;
use yaopai_dialects::{BadInput, Failure, Wire};
use yaopai_testkit::transcript::Seen;

const EVERY: &[Wire] = &Wire::ALL;
const CLOUD: &[Wire] = &[Wire::ApiCloudUser];
const V1: &[Wire] = &[Wire::ApiV1];
const USER: &[Wire] = &[Wire::User];
const NOT_USER: &[Wire] = &[Wire::ApiCloudUser, Wire::ApiV1];
const NOT_CLOUD: &[Wire] = &[Wire::ApiV1, Wire::User];
const NOT_V1: &[Wire] = &[Wire::ApiCloudUser, Wire::User];
const NONE: &[Wire] = &[];

/// A line for everything that no call in `seen` showed.
pub(crate) fn gaps(seen: &[Seen]) -> Vec<String> {
    let mut gaps = Vec::new();
    for wire in Wire::ALL {
        for route in wire.routes() {
            let succeeded = seen
                .iter()
                .any(|call| call.failure.is_none() && matches(&route.path, &call.path));
            if !succeeded {
                gaps.push(format!("{}: {} succeeding", wire.name(), route.path));
            }
        }
        let shown: BTreeSet<String> = seen
            .iter()
            .filter(|call| wire_of(&call.path) == Some(wire))
            .filter_map(|call| call.failure.as_ref().map(name))
            .collect();
        let expected = all_failures()
            .into_iter()
            .filter(|failure| wires_of(failure).contains(&wire))
            .map(|failure| name(&failure));
        gaps.extend(
            expected
                .filter(|name| !shown.contains(name))
                .map(|name| format!("{}: {name}", wire.name())),
        );
    }
    gaps
}

fn wire_of(path: &str) -> Option<Wire> {
    let under = |prefix: &str| path.starts_with(prefix);
    match path {
        _ if under("/api/cloud_user/") => Some(Wire::ApiCloudUser),
        _ if under("/api/v1/") || under("/api/image/") => Some(Wire::ApiV1),
        _ if under("/user/") => Some(Wire::User),
        _ => None,
    }
}

/// Whether a request's path is one of a route's; `{…}` stands for anything and only at the end.
fn matches(route: &str, path: &str) -> bool {
    match route.split_once('{') {
        Some((prefix, _)) => path.starts_with(prefix) && path.len() > prefix.len(),
        None => route == path,
    }
}

/// A failure's name, without the parameter or the seconds.
fn name(failure: &Failure) -> String {
    let whole = match failure {
        Failure::Input(problem) => format!("{problem:?}"),
        Failure::Refused(refusal) => format!("{refusal:?}"),
        Failure::Fault(_) => "Fault".to_owned(),
    };
    whole.split([' ', '(']).next().unwrap_or_default().to_owned()
}

/// The wires that can answer with it.
fn wires_of(failure: &Failure) -> &'static [Wire] {
    match failure {
        Failure::Input(problem) => wires_of_input(*problem),
        Failure::Refused(refusal) => wires_of_refusal(*refusal),
        // It takes a database that fails, which no transcript has.
        Failure::Fault(_) => NONE,
    }
}

fn wires_of_input(problem: BadInput) -> &'static [Wire] {
    match problem {
        BadInput::Missing(_)
        | BadInput::Malformed(_)
        | BadInput::TooLong(_)
        | BadInput::Repeated(_)
        | BadInput::PasswordTooShort { .. }
        | BadInput::PasswordTooCommon
        | BadInput::BodyTooLarge
        | BadInput::BadHost
        | BadInput::UrlTooLong
        | BadInput::TooManyParameters
        | BadInput::UnknownRoute
        | BadInput::UnknownMethod => EVERY,
        BadInput::WrongType(_) | BadInput::UnreadableBody => NOT_CLOUD,
        // It takes a client that is slow, which no transcript is.
        BadInput::BodyTooSlow => NONE,
    }
}

/// The wires with a call that can be refused so.
fn wires_of_refusal(refusal: Refusal) -> &'static [Wire] {
    match refusal {
        Refusal::NotSignedIn
        | Refusal::AccountGone
        | Refusal::AccountDisabled
        | Refusal::WrongCredentials
        | Refusal::SourceFailedTooOften { .. }
        | Refusal::Taken(_)
        | Refusal::Overloaded => EVERY,
        Refusal::WrongCode | Refusal::CodeTooSoon { .. } | Refusal::ChannelNotReady | Refusal::NotRegistered => {
            NOT_USER
        }
        Refusal::PasswordWait { .. } | Refusal::PasswordPathClosed { .. } => NOT_V1,
        Refusal::ReservedUsername => NOT_CLOUD,
        Refusal::UnknownApp | Refusal::AppRateExceeded | Refusal::TooManySettings => CLOUD,
        Refusal::TooManyRegistrations { .. } | Refusal::TooManyCalls { .. } => USER,
        Refusal::AccessTokenExpired
        | Refusal::ChallengeRequired
        | Refusal::ChallengeFailed
        | Refusal::TooManyChallenges { .. }
        | Refusal::TooManyUploads { .. }
        | Refusal::NoSuchAccount
        | Refusal::ResetNotPermitted
        | Refusal::RankTooLow
        | Refusal::NotOnSelf
        | Refusal::PictureNotOwn
        | Refusal::PictureUnfit => V1,
        // Only two roots at once, each demoting the other, can leave none; what operators ask for has no wire.
        Refusal::LastRoot
        | Refusal::HostTaken
        | Refusal::TooManyApps
        | Refusal::TooManyApiKeys
        | Refusal::CodeOver
        | Refusal::OutOfScope
        | Refusal::NoSuchRecord => NONE,
        // No app of the transcripts has a closed wire; the wires' own tests close one.
        Refusal::WireClosed => NONE,
    }
}

//! What the transcripts have to show: every call of every wire succeeding, and every failure that a wire can answer with.

use std::collections::BTreeSet;

use yaopai_accounts::Refusal;
use yaopai_dialects::{BadInput, Failure, Wire};
use yaopai_model::IdentifierKind;
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
        let expected = failures()
            .into_iter()
            .filter(|(_, wires)| wires.contains(&wire))
            .map(|(failure, _)| name(&failure));
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

/// Every failure with the wires that can answer with it.
fn failures() -> Vec<(Failure, &'static [Wire])> {
    let inputs = INPUTS.map(|problem| (Failure::Input(problem), wires_of_input(problem)));
    let refusals = REFUSALS.map(|refusal| (Failure::Refused(refusal), wires_of_refusal(refusal)));
    inputs.into_iter().chain(refusals).collect()
}

const INPUTS: [BadInput; 15] = [
    BadInput::Missing(""),
    BadInput::Malformed(""),
    BadInput::TooLong(""),
    BadInput::Repeated(""),
    BadInput::WrongType(""),
    BadInput::PasswordTooShort { least: 0 },
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

const REFUSALS: [Refusal; 40] = [
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
    Refusal::PasswordWait { seconds: 0 },
    Refusal::PasswordPathClosed { seconds: 0 },
    Refusal::SourceFailedTooOften { seconds: 0 },
    Refusal::TooManyRegistrations { seconds: 0 },
    Refusal::TooManyChallenges { seconds: 0 },
    Refusal::TooManyUploads { seconds: 0 },
    Refusal::TooManyCalls { seconds: 0 },
    Refusal::CodeTooSoon { seconds: 0 },
    Refusal::ChannelNotReady,
    Refusal::Taken(IdentifierKind::Phone),
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
    Refusal::TooManyApiKeys,
    Refusal::WireClosed,
    Refusal::CodeOver,
    Refusal::OutOfScope,
    Refusal::NoSuchRecord,
    Refusal::Overloaded,
    Refusal::Taken(IdentifierKind::Email),
    Refusal::Taken(IdentifierKind::Username),
];

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

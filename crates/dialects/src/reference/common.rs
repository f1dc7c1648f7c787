//! The failures that follow from what a call takes, so that no description has to repeat them.

use yaopai_accounts::Refusal;

use super::call::{CallReference, Carrier, TokenUse};
use super::field::{Field, Form};
use crate::{BadInput, Failure, Wire};

/// Those of `call`, in the order in which they are met.
pub(super) fn failures(call: &CallReference) -> Vec<Failure> {
    let whole = [BadInput::BadHost, BadInput::UrlTooLong].map(Failure::from);
    let ours = [Refusal::Overloaded.into(), a_fault()];
    let each = [
        whole.to_vec(),
        of_body(call),
        of_asker(call),
        of_fields(call),
        ours.to_vec(),
    ];
    each.concat()
}

fn of_body(call: &CallReference) -> Vec<Failure> {
    match call.carrier {
        // Nobody reads it.
        Carrier::Path => Vec::new(),
        // One that is too large is a picture that is too large.
        Carrier::Multipart => vec![BadInput::BodyTooSlow.into(), BadInput::UnreadableBody.into()],
        Carrier::Parameters | Carrier::Json => {
            [BadInput::BodyTooLarge, BadInput::BodyTooSlow, BadInput::UnreadableBody]
                .map(Failure::from)
                .to_vec()
        }
    }
}

fn of_asker(call: &CallReference) -> Vec<Failure> {
    let mut refusals = match call.wire {
        Wire::ApiCloudUser => vec![Refusal::UnknownApp, Refusal::AppRateExceeded],
        // Pictures are anybody's.
        Wire::ApiV1 | Wire::User if call.carrier == Carrier::Path => Vec::new(),
        Wire::ApiV1 | Wire::User => vec![Refusal::WireClosed],
    };
    if call.token == TokenUse::Needed {
        refusals.extend([Refusal::NotSignedIn, Refusal::AccountGone]);
        if call.wire == Wire::ApiV1 {
            refusals.push(Refusal::AccessTokenExpired);
        }
    }
    refusals.into_iter().map(Failure::from).collect()
}

fn of_fields(call: &CallReference) -> Vec<Failure> {
    let names = |suits: fn(&Field) -> bool| {
        let fields = call.fields.iter().filter(move |field| suits(field));
        fields.map(|field| field.name)
    };
    let mut problems: Vec<BadInput> = names(|field| field.is_required).map(BadInput::Missing).collect();
    match call.carrier {
        Carrier::Path => return Vec::new(),
        Carrier::Multipart => {}
        Carrier::Parameters | Carrier::Json => {
            problems.extend(names(|_| true).map(BadInput::Malformed));
            problems.extend(names(|field| matches!(field.form, Form::Text { .. })).map(BadInput::TooLong));
        }
    }
    problems.extend(names(|_| true).map(BadInput::Repeated));
    match call.carrier {
        // The app's keys are parameters.
        Carrier::Parameters => problems.extend([
            BadInput::Repeated("app_id"),
            BadInput::Malformed("app_id"),
            BadInput::TooManyParameters,
        ]),
        Carrier::Json if call.has_json_body() => problems.extend(names(|_| true).map(BadInput::WrongType)),
        Carrier::Json if !call.fields.is_empty() => problems.push(BadInput::TooManyParameters),
        Carrier::Json | Carrier::Multipart | Carrier::Path => {}
    }
    problems.into_iter().map(Failure::from).collect()
}

fn a_fault() -> Failure {
    Failure::fault("an example")
}

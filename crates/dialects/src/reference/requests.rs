//! What a call takes: parameters, bodies and keys.

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, HttpMethod, RefOr, Required};

use super::call::{CallReference, Carrier, TokenUse};
use super::field::{Field, object};
use crate::Wire;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";
const JSON: &str = "application/json";

/// Ways to bring along one key: names of the schemes that go together.
const APP: [&[&str]; 2] = [&["app_id", "app_secret"], &["app_id_header", "app_secret_header"]];
const CLOUD_TOKEN: [&str; 3] = ["cloud_token", "cloud_token_query", "authorization"];

/// The parameters outside of a body.
pub(super) fn parameters(call: &CallReference, method: &HttpMethod) -> Vec<Parameter> {
    let is_get = *method == HttpMethod::Get;
    let is_in_body = match call.carrier {
        Carrier::Path | Carrier::Parameters => false,
        Carrier::Json => !is_get,
        Carrier::Multipart => true,
    };
    if is_in_body {
        return Vec::new();
    }
    // A value that differs between query and form is refused, so that tools must not fill in both.
    let in_form_too = call.carrier == Carrier::Parameters && !is_get;
    let parameter = |field: &Field| {
        let is_in_path = call.path.contains(&format!("{{{}}}", field.name));
        let place = if is_in_path {
            ParameterIn::Path
        } else {
            ParameterIn::Query
        };
        let is_required = is_in_path || field.is_required && !in_form_too;
        ParameterBuilder::new()
            .name(field.name)
            .parameter_in(place)
            .required(required(is_required))
            .description(Some(field.about))
            .schema(Some(RefOr::T(field.form.schema(None))))
            .example(call.example_of(field).filter(|_| !in_form_too))
            .build()
    };
    call.fields.iter().map(parameter).collect()
}

/// The body, where there is one.
pub(super) fn body(call: &CallReference, method: &HttpMethod) -> Option<RequestBody> {
    if *method != HttpMethod::Post || call.fields.is_empty() {
        return None;
    }
    let (media_type, with_required) = match call.carrier {
        // What is missing in the form may stand in the query.
        Carrier::Parameters => (FORM, false),
        Carrier::Json => (JSON, true),
        Carrier::Multipart => (MULTIPART, true),
        Carrier::Path => return None,
    };
    let schema = object(&call.fields, with_required);
    let given = call
        .fields
        .iter()
        .filter_map(|field| Some((field.name.to_owned(), call.example_of(field)?)));
    let example = match call.carrier {
        Carrier::Json | Carrier::Parameters => Some(serde_json::Value::Object(given.collect())),
        Carrier::Multipart | Carrier::Path => None,
    };
    let content = ContentBuilder::new().schema(Some(schema)).example(example);
    let body = RequestBodyBuilder::new().content(media_type, content.build());
    Some(body.required(Some(required(with_required))).build())
}

/// The keys that a call needs, as alternatives.
pub(super) fn security(call: &CallReference) -> Vec<SecurityRequirement> {
    let tokens: &[&str] = match call.wire {
        Wire::ApiCloudUser => &CLOUD_TOKEN,
        Wire::ApiV1 | Wire::User => &["authorization"],
    };
    let tokens: Vec<Vec<&str>> = match call.token {
        TokenUse::Needed => tokens.iter().map(|token| vec![*token]).collect(),
        TokenUse::Accepted => [vec![]]
            .into_iter()
            .chain(tokens.iter().map(|token| vec![*token]))
            .collect(),
        TokenUse::None => vec![vec![]],
    };
    let apps: Vec<&[&str]> = match call.wire {
        Wire::ApiCloudUser => APP.to_vec(),
        Wire::ApiV1 | Wire::User => vec![&[]],
    };
    let together = apps
        .iter()
        .flat_map(|app| tokens.iter().map(|token| [app, token.as_slice()].concat()));
    together
        .map(|names| {
            let none = || std::iter::empty::<String>();
            names
                .into_iter()
                .fold(SecurityRequirement::default(), |all, name| all.add(name, none()))
        })
        .collect()
}

/// The schemes that [`security`] names.
pub(super) fn schemes(wire: Wire) -> Vec<(&'static str, SecurityScheme)> {
    let header =
        |name: &str, about: &str| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, about)));
    let query =
        |name: &str, about: &str| SecurityScheme::ApiKey(ApiKey::Query(ApiKeyValue::with_description(name, about)));
    let authorization = header(
        "Authorization",
        "登录得到的 token，前面可加 `Bearer ` / the token of a sign-in; `Bearer ` before it is optional",
    );
    match wire {
        Wire::ApiCloudUser => vec![
            (
                "app_id",
                query(
                    "app_id",
                    "应用的 app_id，也可放在表单里 / the app's id; in a form as well",
                ),
            ),
            (
                "app_secret",
                query(
                    "app_secret",
                    "应用的 app_secret，也可放在表单里 / the app's secret; in a form as well",
                ),
            ),
            (
                "app_id_header",
                header("app_id", "同上，放在请求头里 / the same as a header"),
            ),
            (
                "app_secret_header",
                header("app_secret", "同上，放在请求头里 / the same as a header"),
            ),
            (
                "cloud_token",
                header("cloud_token", "登录得到的 token / the token of a sign-in"),
            ),
            (
                "cloud_token_query",
                query("cloud_token", "同上，放在参数里 / the same as a parameter"),
            ),
            ("authorization", authorization),
        ],
        Wire::ApiV1 | Wire::User => vec![("authorization", authorization)],
    }
}

fn required(is_required: bool) -> Required {
    if is_required { Required::True } else { Required::False }
}

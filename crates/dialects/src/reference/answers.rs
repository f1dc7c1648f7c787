//! What a call answers: its success and its refusals, by HTTP status.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Content, ContentBuilder, Header, RefOr, Response, ResponseBuilder, Responses, ResponsesBuilder};

use super::call::{CallReference, Refused, Success};
use super::field::Form;
use crate::{Wire, WireSettings};

const JSON: &str = "application/json";

/// The answers of a call.
pub(super) fn responses(call: &CallReference, settings: &WireSettings) -> Responses {
    let mut by_status: BTreeMap<u16, Vec<Refused>> = BTreeMap::new();
    by_status.entry(200).or_default();
    for refused in call.all_refused() {
        let status = call.wire.status(&refused.spelling, settings);
        by_status.entry(status.as_u16()).or_default().push(refused);
    }
    let responses = by_status.into_iter();
    responses
        .fold(ResponsesBuilder::new(), |responses, (status, refused)| {
            responses.response(status.to_string(), response(call, status, &refused))
        })
        // Of a head that is never read to its end nobody knows for which wire it is.
        .response(
            "431",
            Response::new("请求头过大，没有内容 / headers over 32 KiB: an empty answer"),
        )
        .build()
}

fn response(call: &CallReference, status: u16, refused: &[Refused]) -> Response {
    let is_success = status == 200;
    let (mut schemas, mut examples) = (Vec::new(), Vec::new());
    let mut builder = ResponseBuilder::new().description(describe(is_success, refused));
    match &call.success {
        Success::Data(data) if is_success => {
            schemas.push(envelope(call.wire, one_code(call.wire.success()), data));
            examples.push(example("成功 / success", call.example.answer.clone()));
        }
        Success::Picture if is_success => {
            for media_type in ["image/png", "image/jpeg"] {
                let schema = Form::File.schema(None);
                builder = builder.content(media_type, Content::new(Some(RefOr::T(schema))));
            }
        }
        Success::Data(_) | Success::Picture => {}
    }
    if !refused.is_empty() {
        schemas.push(envelope(call.wire, codes(refused), &Form::Null));
        examples.extend(refused.iter().map(|refused| shown(call.wire, refused)));
    }
    if let Some(schema) = either(schemas) {
        builder = builder.content(JSON, content(schema, examples));
    }
    if refused.iter().any(|refused| refused.spelling.retry_after.is_some()) {
        let seconds = Form::Integer.schema(Some("还需等待的秒数 / seconds to wait"));
        builder = builder.header("Retry-After", Header::new(RefOr::T(seconds)));
    }
    builder.build()
}

fn describe(is_success: bool, refused: &[Refused]) -> String {
    let names: Vec<&str> = refused.iter().map(|refused| refused.name.as_str()).collect();
    match (is_success, names.is_empty()) {
        (true, true) => "成功 / success".to_owned(),
        (true, false) => format!(
            "成功，或由 `code` 说明的拒绝 / success, or a refusal that `code` tells: {}",
            names.join(", ")
        ),
        (false, _) => names.join(", "),
    }
}

/// Numbered, because tools show examples in the order of their names.
fn content(schema: Schema, examples: Vec<Example>) -> Content {
    let named = examples.into_iter().enumerate();
    ContentBuilder::new()
        .schema(Some(RefOr::T(schema)))
        .examples_from_iter(named.map(|(number, example)| (format!("{number:02}"), RefOr::T(example))))
        .build()
}

fn shown(wire: Wire, refused: &Refused) -> Example {
    let spelling = &refused.spelling;
    let summary = format!("{} {} {}", spelling.code, spelling.message, refused.name);
    example(&summary, wire.envelope(spelling.code, &spelling.message))
}

fn example(summary: &str, value: Value) -> Example {
    ExampleBuilder::new().summary(summary).value(Some(value)).build()
}

fn either(schemas: Vec<Schema>) -> Option<Schema> {
    if schemas.len() > 1 {
        let either = schemas
            .into_iter()
            .fold(OneOfBuilder::new(), |either, schema| either.item(RefOr::T(schema)));
        return Some(either.into());
    }
    schemas.into_iter().next()
}

/// The envelope, with its keys in the wire's order.
fn envelope(wire: Wire, code: Schema, data: &Form) -> Schema {
    let keys = wire.envelope(0, "");
    let keys = keys.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    let object = keys.fold(ObjectBuilder::new(), |object, key| {
        let schema = match key {
            "code" => code.clone(),
            "data" => data.schema(None),
            _ => Form::Words.schema(None),
        };
        object.property(key, schema).required(key)
    });
    object.into()
}

fn codes(refused: &[Refused]) -> Schema {
    let mut codes: Vec<i64> = refused.iter().map(|refused| refused.spelling.code).collect();
    codes.sort_unstable();
    codes.dedup();
    code_in(codes)
}

fn one_code(code: i64) -> Schema {
    code_in(vec![code])
}

fn code_in(codes: Vec<i64>) -> Schema {
    ObjectBuilder::new()
        .schema_type(SchemaType::new(Type::Integer))
        .enum_values(Some(codes))
        .into()
}

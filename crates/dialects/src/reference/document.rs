//! A wire as an OpenAPI document, and all of them as one.

use utoipa::openapi::path::{OperationBuilder, PathItemBuilder};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathsBuilder, RefOr, Server,
};

use super::call::{CallReference, WireReference};
use super::{answers, requests};
use crate::http::RouteLine;
use crate::{Wire, WireSettings};

/// An OpenAPI 3.1 document.
pub struct Document {
    /// Its name in addresses: that of the wire, or `openapi` for all in one.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its text, JSON.
    pub json: String,
}

/// A document for each wire, and after them one with all.
///
/// # Errors
/// What cannot be written as JSON, which none of ours is.
pub fn documents(settings: &WireSettings) -> Result<Vec<Document>, serde_json::Error> {
    let mut all = OpenApiBuilder::new()
        .info(info("腰牌 Yaopai", MERGED))
        .servers(Some([here()]))
        .build();
    let mut documents = Vec::new();
    for wire in Wire::ALL {
        let document = document(wire, settings);
        documents.push(Document {
            name: wire.name(),
            title: wire.reference(settings).title,
            json: document.to_json()?,
        });
        all.merge(document);
    }
    documents.push(Document {
        name: "openapi",
        title: "全部 / all three",
        json: all.to_json()?,
    });
    Ok(documents)
}

const MERGED: &str = "同一账号库上的三套公开接口，一份文档，便于导入 Apifox、Postman 等工具。\n\n\
    The three published user APIs over one account base in one document, for Apifox, Postman and the like.";

fn document(wire: Wire, settings: &WireSettings) -> OpenApi {
    let WireReference { title, about, calls } = wire.reference(settings);
    let mut groups: Vec<&str> = Vec::new();
    for call in &calls {
        if !groups.contains(&call.group) {
            groups.push(call.group);
        }
    }
    let tags = groups
        .into_iter()
        .map(|group| TagBuilder::new().name(tag(wire, group)).build());
    let paths = wire.routes().into_iter().filter_map(|line| {
        let call = calls.iter().find(|call| call.route == line.path)?;
        Some((call, line))
    });
    let paths = paths.fold(PathsBuilder::new(), |paths, (call, line)| {
        paths.path(call.path.clone(), path_item(call, &line, settings).build())
    });
    let schemes = requests::schemes(wire).into_iter();
    let components = schemes.fold(ComponentsBuilder::new(), |components, (name, scheme)| {
        components.security_scheme(name, RefOr::T(scheme))
    });
    OpenApiBuilder::new()
        .info(info(title, about))
        .servers(Some([here()]))
        .tags(Some(tags))
        .paths(paths.build())
        .components(Some(components.build()))
        .build()
}

fn path_item(call: &CallReference, line: &RouteLine, settings: &WireSettings) -> PathItemBuilder {
    let methods = line.methods.split(", ").map(|method| match method {
        "POST" => HttpMethod::Post,
        _ => HttpMethod::Get,
    });
    methods.fold(PathItemBuilder::new(), |item, method| {
        let name = operation_id(&call.path, &method);
        let operation = OperationBuilder::new()
            .tag(tag(call.wire, call.group))
            .operation_id(Some(name))
            .summary(Some(call.summary))
            .description(Some(call.about).filter(|about| !about.is_empty()))
            .parameters(Some(requests::parameters(call, &method)).filter(|parameters| !parameters.is_empty()))
            .request_body(requests::body(call, &method))
            .securities(Some(requests::security(call)))
            .responses(answers::responses(call, settings));
        item.operation(method, operation.build())
    })
}

fn tag(wire: Wire, group: &str) -> String {
    format!("{} · {group}", wire.name())
}

/// `get_api_v1_user_uid`
fn operation_id(path: &str, method: &HttpMethod) -> String {
    let method = if *method == HttpMethod::Post { "post" } else { "get" };
    let words = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.fold(method.to_owned(), |name, word| name + "_" + word)
}

fn info(title: &str, about: &str) -> utoipa::openapi::Info {
    InfoBuilder::new()
        .title(title)
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(about))
        .license(Some(
            LicenseBuilder::new()
                .name("Apache-2.0")
                .identifier(Some("Apache-2.0"))
                .build(),
        ))
        .build()
}

/// The server that the document came from.
fn here() -> Server {
    Server::new("/")
}

//! The documents, held against the route table and the transcripts.

mod schema;
mod transcripts;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;
use yaopai_dialects::reference::{documents, failure_lines};
use yaopai_dialects::{HttpStatus, Wire, WireSettings};
use yaopai_model::{PasswordPolicy, Timestamp};
use yaopai_testkit::{ManualClock, SeededEntropy};

use schema::misfit;
use transcripts::{Exchange, exchanges};

/// A method and a path, as the route table prints them.
type Call = (String, String);

fn settings(user_http_status: HttpStatus) -> WireSettings {
    WireSettings {
        zone: TimeZone::UTC,
        cors_origin: None,
        user_http_status,
        public_url: None,
        trusted_proxies: Vec::new(),
        password_policy: PasswordPolicy::Published,
        clock: Arc::new(ManualClock::at(Timestamp::EPOCH)),
        entropy: Arc::new(SeededEntropy::new(1)),
        access_log: yaopai_http::AccessLog::off(),
    }
}

/// The document with this name.
fn document(name: &str, user_http_status: HttpStatus) -> Value {
    let documents = documents(&settings(user_http_status)).unwrap();
    let document = documents.iter().find(|document| document.name == name).unwrap();
    serde_json::from_str(&document.json).unwrap()
}

/// The calls of a document with their operations.
fn operations(document: &Value) -> Vec<(Call, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| ((method.to_uppercase(), route(path)), operation))
        })
        .collect()
}

/// What the route table calls a documented path.
fn route(path: &str) -> String {
    path.replace("&keyword={keyword}", "&{*query}")
}

fn routes(wires: &[Wire]) -> BTreeSet<Call> {
    let lines = wires.iter().flat_map(|wire| wire.routes());
    lines
        .flat_map(|line| {
            let methods = line.methods.split(", ");
            methods
                .map(|method| (method.to_owned(), line.path.clone()))
                .collect::<Vec<Call>>()
        })
        .collect()
}

#[test]
fn every_route_is_documented_and_nothing_else() {
    let documented = |name: &str| -> BTreeSet<Call> {
        let document = document(name, HttpStatus::Mirror);
        operations(&document).into_iter().map(|(call, _)| call).collect()
    };
    for wire in Wire::ALL {
        assert_eq!(documented(wire.name()), routes(&[wire]), "{}", wire.name());
    }
    assert_eq!(documented("openapi"), routes(&Wire::ALL));
}

#[test]
fn every_call_shows_a_request_and_an_answer_that_fit_their_schemas() {
    let document = document("openapi", HttpStatus::Mirror);
    for ((method, path), operation) in operations(&document) {
        let call = format!("{method} {path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let example = &parameter["example"];
            assert!(
                !(parameter["required"] == true && example.is_null()),
                "{call}: {parameter}"
            );
            if !example.is_null() {
                assert_eq!(misfit(&parameter["schema"], example), None, "{call}: {parameter}");
            }
        }
        let bodies = operation["requestBody"]["content"].as_object();
        for (media_type, content) in bodies.into_iter().flatten() {
            if media_type != "multipart/form-data" {
                assert_eq!(misfit(&content["schema"], &content["example"]), None, "{call}");
            }
        }
        let answers = operation["responses"].as_object().unwrap();
        for (status, answer) in answers.iter().filter(|(status, _)| *status != "431") {
            let content = &answer["content"]["application/json"];
            let examples = content["examples"].as_object();
            assert!(examples.is_some() || path.starts_with("/api/image/"), "{call} {status}");
            for (name, example) in examples.into_iter().flatten() {
                let misfit = misfit(&content["schema"], &example["value"]);
                assert_eq!(misfit, None, "{call} {status} {name}: {example}");
            }
        }
    }
}

#[test]
fn every_answer_of_the_transcripts_is_documented() {
    let mirrored = document("openapi", HttpStatus::Mirror);
    let always_200 = document("openapi", HttpStatus::Always200);
    let mut problems = BTreeSet::new();
    for exchange in exchanges() {
        let document = if exchange.is_always_200 { &always_200 } else { &mirrored };
        let operations = operations(document);
        let operation = operations
            .iter()
            .find(|((method, route), _)| *method == exchange.method && exchange.is_of(route));
        // What is not a call is answered for the wire as a whole.
        let Some((_, operation)) = operation else { continue };
        if let Some(problem) = problem(&exchange, &operation["responses"][&exchange.status]) {
            problems.insert(format!("{} {}: {problem}", exchange.method, exchange.path));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

fn problem(exchange: &Exchange, answer: &Value) -> Option<String> {
    let content = &answer["content"]["application/json"];
    let Some(body) = &exchange.answer else {
        let pictures = &answer["content"]["image/png"];
        return pictures
            .is_null()
            .then(|| format!("{} with a picture", exchange.status));
    };
    if let Some(misfit) = misfit(&content["schema"], body) {
        return Some(format!("{} {body}: {misfit}", exchange.status));
    }
    let shown = content["examples"].as_object().into_iter().flatten();
    let is_shown = shown
        .into_iter()
        .any(|(_, example)| words(&example["value"]) == words(body));
    (!is_shown).then(|| format!("{} {body}", exchange.status))
}

/// What an answer says, without the numbers and names in it.
fn words(envelope: &Value) -> String {
    let message = envelope["msg"].as_str().or(envelope["message"].as_str()).unwrap();
    let without_name = message.split('：').next().unwrap_or_default();
    let without_numbers: String = without_name.chars().filter(|c| !c.is_ascii_digit()).collect();
    format!("{} {without_numbers}", envelope["code"])
}

#[test]
fn the_error_page_has_every_failure_that_is_documented() {
    let settings = settings(HttpStatus::Mirror);
    let lines = failure_lines(&settings);
    let mut printed = String::new();
    for line in &lines {
        let given = Wire::ALL
            .iter()
            .zip(&line.spellings)
            .filter(|(_, spelling)| spelling.is_some());
        let given: Vec<&str> = given.map(|(wire, _)| wire.name()).collect();
        printed.push_str(&format!("{:<22}{}\n", line.name, given.join(", ")));
    }
    insta::assert_snapshot!(printed);
}

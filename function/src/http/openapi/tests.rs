//! Tests of the document itself. `tests/api/openapi.rs` tests that the API conforms to it.

use std::collections::BTreeSet;
use std::path::Path;

use event_store_types::ProblemType;
use serde_json::json;

use super::description::problem_names;
use super::document;
use crate::http::{request_line, routes};
use crate::store::limits;

/// The served document.
const SERVED: &str = include_str!("../../../openapi.json");

/// `INSTA_UPDATE=always` rewrites the file, as it does snapshots.
#[test]
fn what_is_served_is_what_the_handlers_say() {
    let document = document().to_pretty_json().unwrap() + "\n";
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        std::fs::write(file, document).unwrap();
        return;
    }
    let differing = document
        .lines()
        .zip(SERVED.lines())
        .find(|(made, served)| made != served);
    assert!(
        document == SERVED,
        "`function/openapi.json` is not what the handlers say; the first difference is {differing:?}. Write it anew \
         with `INSTA_UPDATE=always cargo test --workspace --lib openapi`, and read what has changed"
    );
}

#[test]
fn every_route_is_in_the_document_and_nothing_else() {
    let routes: BTreeSet<String> = routes().into_iter().map(|(path, _)| path.to_owned()).collect();
    let documented: BTreeSet<String> = document().paths.paths.into_keys().collect();
    assert_eq!(documented, routes);
}

#[test]
fn the_log_calls_every_operation_as_the_document_does() {
    let document = serde_json::to_value(document()).unwrap();
    let mut count = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if let Some(name) = operation["operationId"].as_str() {
                let logged = request_line::operation(&method.to_uppercase(), Some(path));
                assert_eq!(logged, name, "{method} {path}");
                count += 1;
            }
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn every_problem_has_an_example_under_its_status_and_a_row_in_the_text() {
    let document = serde_json::to_value(document()).unwrap();
    let responses = document["components"]["responses"].as_object().unwrap();
    let told: BTreeSet<(String, u64)> = responses
        .values()
        .flat_map(|response| {
            response["content"]["application/problem+json"]["examples"]
                .as_object()
                .unwrap()
        })
        .map(|(_, example)| {
            (
                example["value"]["type"].as_str().unwrap().to_owned(),
                example["value"]["status"].as_u64().unwrap(),
            )
        })
        .collect();
    let text = document["info"]["description"].as_str().unwrap();
    let mut known = BTreeSet::new();
    for name in problem_names() {
        let problem: ProblemType = serde_json::from_value(json!(name)).unwrap();
        assert!(text.contains(&format!("| `{name}` | {} |", problem.status())));
        known.insert((name, u64::from(problem.status())));
    }
    assert_eq!(told, known);
}

#[test]
fn a_response_is_listed_under_the_status_of_its_problems() {
    let document = serde_json::to_value(document()).unwrap();
    let mut count = 0;
    for operation in document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
    {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let Some(name) = response["$ref"].as_str() else {
                continue;
            };
            let response = document.pointer(name.trim_start_matches('#')).unwrap();
            let examples = &response["content"]["application/problem+json"]["examples"];
            for example in examples.as_object().unwrap().values() {
                assert_eq!(example["value"]["status"].to_string(), *status, "{name}");
                count += 1;
            }
        }
    }
    assert!(count > 30, "{count}");
}

#[test]
fn the_limits_of_the_document_are_those_of_the_store() {
    let document = serde_json::to_value(document()).unwrap();
    let schema = |path: &str| document.pointer(&format!("/components/schemas/{path}")).unwrap();
    assert_eq!(
        schema("AppendEvents/properties/events/maxItems"),
        limits::APPEND_EVENTS
    );
    assert_eq!(schema("AppendEvents/properties/events/minItems"), 1);
    assert_eq!(
        schema("EventPage/properties/events/maxItems"),
        limits::PAGE_EVENTS
    );
    assert_eq!(
        schema("StreamPage/properties/streams/maxItems"),
        limits::PAGE_STREAMS
    );
    let limit_of = |path: &str| {
        let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
        let limit = parameters.iter().find(|parameter| parameter["name"] == "limit");
        limit.unwrap()["schema"].clone()
    };
    for (path, most) in [
        ("/streams/{streamType}/{streamId}/events", limits::PAGE_EVENTS),
        ("/streams/{streamType}", limits::PAGE_STREAMS),
    ] {
        let limit = limit_of(path);
        assert_eq!(
            (&limit["minimum"], &limit["maximum"], &limit["default"]),
            (&json!(1), &json!(most), &json!(most))
        );
    }
}

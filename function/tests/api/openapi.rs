//! The API's document against the API. What the document says of itself is tested where it is made.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Map, Value, json};

use crate::support::contract::{DOCUMENT, at, hold_value};
use crate::support::{Answer, Api, get, json_request, send};

const PATH: &str = "/openapi/openapi-spec.json";

/// The operations of the document: path, method, and the operation with its place.
fn operations() -> Vec<(String, Method, &'static Value, String)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        methods
            .as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| {
                let place = format!("/paths/{}/{method}", path.replace('/', "~1"));
                let method = method.to_uppercase().parse().unwrap();
                (path.clone(), method, operation, place)
            })
    });
    operations.collect()
}

/// The path of an operation with the examples of its path parameters in their places.
fn example_path(path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
    parameters
        .iter()
        .filter(|parameter| parameter["in"] == "path")
        .fold(path.to_owned(), |path, parameter| {
            let example = &parameter["example"];
            let example = example.as_str().map_or(example.to_string(), str::to_owned);
            path.replace(&format!("{{{}}}", parameter["name"].as_str().unwrap()), &example)
        })
}

/// The names that an answer says are known, of the field or parameter `unknown`.
fn known(answer: &Answer, unknown: &str) -> BTreeSet<String> {
    assert_eq!(answer.status, 400, "{}", answer.text);
    let problem = answer.json();
    let message = problem["details"]["messages"][unknown][0].as_str().unwrap();
    let names = message.strip_prefix("unknown; known here: ").unwrap();
    names
        .split(", ")
        .filter(|name| !name.is_empty())
        .map(|name| name.trim_matches('`').to_owned())
        .collect()
}

fn keys(members: &Value) -> BTreeSet<String> {
    members.as_object().unwrap().keys().cloned().collect()
}

#[tokio::test]
async fn it_is_served_as_it_is_and_asked_for_once() {
    let api = Api::start().await;
    let document = api.get(PATH).await;
    assert_eq!(document.status, 200);
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert_eq!(document.text, include_str!("../../openapi.json"));
    assert_eq!(document.json()["openapi"], "3.1.0");

    let tag = document.header("etag").unwrap();
    let again = Request::get(PATH).header("if-none-match", tag);
    let again = send(&api.router, again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let other = Request::get(PATH).header("if-none-match", "\"other\"");
    let other = send(&api.router, other.body(Body::empty()).unwrap()).await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn each_path_takes_the_methods_that_it_is_described_with() {
    let api = Api::start().await;
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        let (_, operation) = methods.as_object().unwrap().iter().next().unwrap();
        let request = Request::delete(example_path(path, operation));
        let answer = send(&api.router, request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 405, "{path}");
        let taken: BTreeSet<String> = answer
            .header("allow")
            .unwrap()
            .split(',')
            .filter(|method| *method != "HEAD")
            .map(str::to_lowercase)
            .collect();
        assert_eq!(taken, keys(methods), "{path}");
    }
}

#[tokio::test]
async fn each_query_parameter_is_described() {
    let api = Api::start().await;
    let mut tried = 0;
    for (path, method, operation, _) in operations() {
        let described: BTreeSet<String> = operation["parameters"]
            .as_array()
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        if method != Method::GET || described.is_empty() {
            continue;
        }
        let answer = api
            .get(&format!("{}?unknown=1", example_path(&path, operation)))
            .await;
        assert_eq!(known(&answer, "unknown"), described, "{path}");
        tried += 1;
    }
    assert_eq!(tried, 3);
}

#[tokio::test]
async fn each_member_of_a_request_is_described() {
    let api = Api::start().await;
    let event = keys(at("/components/schemas/NewEvent/properties"));
    let mut tried = 0;
    for (path, method, operation, place) in operations() {
        if operation["requestBody"].is_null() {
            continue;
        }
        let content = at(&format!("{place}/requestBody/content/application~1json"));
        let schema = at(content["schema"]["$ref"]
            .as_str()
            .unwrap()
            .trim_start_matches('#'));
        assert_eq!(schema["additionalProperties"], false);
        let members = schema["properties"].as_object().unwrap();

        // The members that are or hold an event, each with an unknown member in it.
        let holders: Map<String, Value> = members
            .iter()
            .filter_map(|(name, member)| match member["type"].as_str() {
                Some("array") => Some((name.clone(), json!([{"unknown": 1}]))),
                None if member["$ref"] == "#/components/schemas/NewEvent" => {
                    Some((name.clone(), json!({"unknown": 1})))
                }
                _ => None,
            })
            .collect();
        assert_eq!(holders.len(), 1, "{path}");
        let mut body = holders.clone();
        body.insert("unknown".into(), json!(1));
        let answer = send(
            &api.router,
            json_request(method, &example_path(&path, operation), json!(body)),
        )
        .await;
        assert_eq!(
            known(&answer, "unknown"),
            members.keys().cloned().collect(),
            "{path}"
        );
        let (holder, value) = holders.iter().next().unwrap();
        let place = if value.is_array() { "[0]" } else { "" };
        assert_eq!(
            known(&answer, &format!("{holder}{place}.unknown")),
            event,
            "{path}"
        );
        tried += 1;
    }
    assert_eq!(tried, 3);
}

/// In the order in which a reader finds them, on one store.
#[tokio::test]
async fn its_examples_are_accepted_and_may_be_sent_again() {
    let api = Api::start().await;
    let mut statuses = Vec::new();
    for (path, method, operation, place) in operations_as_written() {
        let path = example_path(&path, operation);
        if operation["requestBody"].is_null() {
            let answer = get(&api.router, &path).await;
            statuses.push(format!("{method} {path} {}", answer.status.as_u16()));
            continue;
        }
        let content = at(&format!("{place}/requestBody/content/application~1json"));
        for (name, example) in content["examples"].as_object().unwrap() {
            for _ in 0..2 {
                let request = json_request(method.clone(), &path, &example["value"]);
                let answer = send(&api.router, request).await;
                let replayed = answer.header("idempotency-replayed").map_or("", |_| " replayed");
                let revision = &answer.json()["stream"]["revision"];
                let status = answer.status.as_u16();
                statuses.push(format!(
                    "{method} {path} {name}: {status} at {revision}{replayed}"
                ));
            }
        }
    }
    let statuses = statuses
        .join("\n")
        .replace("2886e475-d5cc-40f7-aec5-401071388b3c", "{id}");
    insta::assert_snapshot!(statuses, @"
    GET /streams/order 200
    POST /streams/order complete: 201 at 1
    POST /streams/order complete: 201 at 1 replayed
    POST /streams/order minimal: 201 at 1
    POST /streams/order minimal: 201 at 1
    PUT /streams/order/{id}/events/2 next: 201 at 2
    PUT /streams/order/{id}/events/2 next: 201 at 2 replayed
    GET /streams/order/{id}/events 200
    POST /streams/order/{id}/events atRevision: 201 at 4
    POST /streams/order/{id}/events atRevision: 201 at 4 replayed
    POST /streams/order/{id}/events wherever: 201 at 5
    POST /streams/order/{id}/events wherever: 201 at 5 replayed
    GET /streams/order/{id}/details 200
    GET /feed 200
    GET /streams 200
    GET /liveness-check 200
    GET /readiness-check 200
    GET /openapi/openapi-spec.json 200
    ");
}

/// The operations in the order of the document, which a map of `serde_json` does not keep.
fn operations_as_written() -> Vec<(String, Method, &'static Value, String)> {
    let text = include_str!("../../openapi.json");
    let mut operations = operations();
    operations.sort_by_key(|(path, method, ..)| {
        let path = text.find(&format!("\n    {}: {{\n", json!(path))).unwrap();
        path + text[path..]
            .find(&format!("\n      \"{}\": {{", method.as_str().to_lowercase()))
            .unwrap()
    });
    operations
}

#[test]
fn its_examples_are_as_its_schemas_say() {
    let mut count = 0;
    let mut hold_content = |place: &str| {
        for (content_type, content) in at(place).as_object().into_iter().flatten() {
            let schema = format!("{place}/{}/schema", content_type.replace('/', "~1"));
            let examples = content["examples"].as_object().into_iter().flatten();
            let named = examples.map(|(_, example)| &example["value"]);
            for value in named.chain(content.get("example")) {
                hold_value(&schema, value, "example");
                count += 1;
            }
        }
    };
    for name in keys(at("/components/responses")) {
        hold_content(&format!("/components/responses/{name}/content"));
    }
    for (_, _, operation, place) in operations() {
        if !operation["requestBody"].is_null() {
            hold_content(&format!("{place}/requestBody/content"));
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            if response.get("content").is_some() {
                hold_content(&format!("{place}/responses/{status}/content"));
            }
        }
    }
    assert!(count >= 24, "{count}");

    for (_, _, operation, place) in operations() {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        for (index, parameter) in parameters.enumerate() {
            if let Some(example) = parameter.get("example") {
                hold_value(
                    &format!("{place}/parameters/{index}/schema"),
                    example,
                    "parameter",
                );
            }
        }
    }
    for (name, schema) in at("/components/schemas").as_object().unwrap() {
        for example in schema["examples"].as_array().into_iter().flatten() {
            hold_value(&format!("/components/schemas/{name}"), example, name);
        }
    }
}

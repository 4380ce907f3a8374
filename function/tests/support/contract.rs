//! Holds what the API answers against the document that it serves: every request of every test is an example of it.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use axum::http::Method;
use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use super::Answer;

/// The document.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../openapi.json")).unwrap());

/// Headers that say what the body is, and are told beside the headers of a response.
const OF_THE_BODY: [&str; 2] = ["content-type", "content-length"];

/// Headers that a response may be without: an append that is none, and an empty page.
const OPTIONAL: [&str; 3] = ["idempotency-replayed", "etag", "accept-encoding"];

/// Holds an answer against the document: its status is described, it has the headers described and no others, and its
/// body is as described. So is the body of a request that the store did.
pub(crate) fn hold(method: &Method, path: &str, body: &[u8], answer: &Answer) {
    let shown = format!("{method} {path}: {}", answer.status);
    let status = answer.status.as_u16();
    let response = match operation(method, path) {
        Some((pointer, operation)) => {
            if status == 201 {
                let schema = format!("{pointer}/requestBody/content/application~1json/schema");
                hold_body(&schema, std::str::from_utf8(body).unwrap(), &shown);
            }
            let response = &operation["responses"][status.to_string()];
            assert!(response.is_object(), "{shown}: the status is not described");
            match response["$ref"].as_str() {
                Some(described) => described.trim_start_matches('#').to_owned(),
                None => format!("{pointer}/responses/{status}"),
            }
        }
        // The router's own answers, and the page.
        None => match status {
            404 => "/components/responses/RouteNotFound".into(),
            405 => "/components/responses/MethodNotAllowed".into(),
            _ => return,
        },
    };
    hold_headers(&response, answer, &shown);
    hold_content(&response, answer, &shown);
}

fn hold_headers(response: &str, answer: &Answer, shown: &str) {
    let described: BTreeSet<String> = at(response)["headers"]
        .as_object()
        .unwrap()
        .keys()
        .map(|name| name.to_lowercase())
        .collect();
    let found = answer.headers.keys().map(|name| name.as_str().to_owned());
    let found: BTreeSet<String> = found
        .filter(|name| !OF_THE_BODY.contains(&name.as_str()))
        .collect();
    let expected = described
        .iter()
        .filter(|name| !OPTIONAL.contains(&name.as_str()) || found.contains(*name));
    assert_eq!(found, expected.cloned().collect(), "{shown}");
}

fn hold_content(response: &str, answer: &Answer, shown: &str) {
    // A `HEAD` has none, whatever is described.
    if answer.text.is_empty() {
        return;
    }
    let content = at(response)["content"].as_object().unwrap();
    let content_type = answer.header("content-type").unwrap();
    assert!(content.contains_key(content_type), "{shown}: {content_type}");
    let schema = format!("{response}/content/{}/schema", content_type.replace('/', "~1"));
    hold_body(&schema, &answer.text, shown);
}

/// Holds a body against the schema at a place of the document.
///
/// What `serde_json` cannot hold as a value (a number like 1e400, half of a surrogate pair) is passed over: it is legal
/// in a payload, which has no schema anyway.
pub(crate) fn hold_body(schema: &str, body: &str, shown: &str) {
    let Ok(body) = serde_json::from_str(body) else {
        return;
    };
    hold_value(schema, &body, shown);
}

/// Holds a value against the schema at a place of the document.
pub(crate) fn hold_value(schema: &str, value: &Value, shown: &str) {
    VALIDATOR.with_borrow_mut(|validator| {
        if let Err(error) = validator.validate(schema, value) {
            panic!("{shown}: not as `{schema}` says: {error}\n{value:#}");
        }
    });
}

/// What is at a place of the document.
pub(crate) fn at(pointer: &str) -> &'static Value {
    DOCUMENT
        .pointer(pointer)
        .unwrap_or_else(|| panic!("the document has no `{pointer}`"))
}

/// The operation that a request is for, and where it is in the document. A `HEAD` is a `GET` without its body.
fn operation(method: &Method, path: &str) -> Option<(String, &'static Value)> {
    let path = path.split('?').next().unwrap_or_default();
    let templates = DOCUMENT["paths"].as_object().unwrap();
    let (template, methods) = templates.iter().find(|(template, _)| fits(template, path))?;
    let method = match method.as_str() {
        "HEAD" => "get".into(),
        method => method.to_lowercase(),
    };
    let pointer = format!("/paths/{}/{method}", template.replace('/', "~1"));
    methods.get(&method).map(|operation| (pointer, operation))
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(path)
            .all(|(part, text)| *part == text || (part.starts_with('{') && !text.is_empty()))
}

thread_local! {
    static VALIDATOR: RefCell<Validator> = RefCell::new(Validator::new());
}

/// The schemas of the document, compiled as they are needed.
struct Validator {
    compiler: Compiler,
    schemas: Schemas,
    places: HashMap<String, SchemaIndex>,
}

impl Validator {
    const DOCUMENT: &str = "event-store:openapi";

    fn new() -> Self {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource(Self::DOCUMENT, DOCUMENT.clone()).unwrap();
        Self {
            compiler,
            schemas: Schemas::new(),
            places: HashMap::new(),
        }
    }

    fn validate(&mut self, pointer: &str, value: &Value) -> Result<(), String> {
        let place = if let Some(place) = self.places.get(pointer) {
            *place
        } else {
            let schema = format!("{}#{pointer}", Self::DOCUMENT);
            let place = self.compiler.compile(&schema, &mut self.schemas).unwrap();
            self.places.insert(pointer.to_owned(), place);
            place
        };
        self.schemas
            .validate(value, place)
            .map_err(|error| format!("{error:#}"))
    }
}

//! Examples of request bodies: a short story of one order, whose requests succeed in the order of the
//! document.

use utoipa::openapi::example::Example;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, PathItem, RefOr};

use super::examples::{Body, bodies};

/// Adds the examples to the operations that take a body.
pub(super) fn add_examples(document: &mut OpenApi) {
    for path in document.paths.paths.values_mut() {
        for operation in operations(path) {
            let name = operation.operation_id.clone().unwrap_or_default();
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                for content in body.content.values_mut() {
                    if let RefOr::T(content) = content {
                        content.examples = bodies(&name)
                            .map(|body| (body.name.into(), example(body)))
                            .collect();
                    }
                }
            }
        }
    }
}

/// The operations of a path, for the methods that the API uses.
pub(super) fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.post, &mut path.put, &mut path.get]
        .into_iter()
        .flatten()
}

fn example(body: Body) -> RefOr<Example> {
    let mut example = Example::new();
    example.summary = body.summary.into();
    example.value = Some(body.value);
    example.into()
}

//! Turns each paragraph into one line: a page would render the line breaks that keep the sources narrow.

use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi, RefOr};

use super::requests::operations;

/// Joins the lines of each paragraph that comes from the sources.
pub(super) fn unwrap(document: &mut OpenApi) {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        join(&mut operation.description);
        for parameter in operation.parameters.iter_mut().flatten() {
            if let RefOr::T(parameter) = parameter {
                join(&mut parameter.description);
            }
        }
    }
    for schema in document
        .components
        .iter_mut()
        .flat_map(|all| all.schemas.values_mut())
    {
        unwrap_schema(schema);
    }
}

fn unwrap_schema(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::Ref(reference) => join_text(&mut reference.description),
        RefOr::T(Schema::Object(object)) => {
            join(&mut object.description);
            object.properties.values_mut().for_each(unwrap_schema);
        }
        RefOr::T(Schema::Array(array)) => join(&mut array.description),
        RefOr::T(Schema::OneOf(choice)) => {
            join(&mut choice.description);
            choice.items.iter_mut().for_each(unwrap_schema);
        }
        RefOr::T(_) => {}
    }
}

fn join(text: &mut Option<String>) {
    if let Some(text) = text {
        join_text(text);
    }
}

fn join_text(text: &mut String) {
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    *text = paragraphs.collect::<Vec<_>>().join("\n\n");
}

//! `GET /openapi/openapi-spec.json`

use axum::http::HeaderMap;
use axum::response::Response;

use super::asset::Asset;

/// A test generates the document from the handlers and compares it with the file. Generating it here would
/// slow every cold start, and would compile the generator into the program.
const DOCUMENT: Asset = Asset::plain("application/json", include_bytes!("../../openapi.json"));

/// Answers with this document.
#[cfg_attr(
    test,
    utoipa::path(
        get,
        path = "/openapi/openapi-spec.json",
        operation_id = "specification",
        tag = "Operate",
        params(super::openapi::Revalidation),
        responses(super::openapi::Specification, super::openapi::InternalProblem),
    )
)]
pub(super) async fn handle(headers: HeaderMap) -> Response {
    DOCUMENT.respond(&headers)
}

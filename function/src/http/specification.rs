//! `GET /openapi/openapi-spec.json`

use axum::http::HeaderMap;
use axum::response::Response;

use super::asset::Asset;

/// The document is made of the handlers by a test, which holds it equal to the file: to make it here would cost every
/// start of the function, and the program what makes it.
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

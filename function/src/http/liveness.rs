//! `GET /liveness-check`

use axum::Json;
use axum::response::Response;
use event_store_types::Timestamp;
use event_store_types::wire::Liveness;

use super::caching;

/// Says that the process answers, without asking the database.
#[cfg_attr(
    test,
    utoipa::path(
        get,
        path = "/liveness-check",
        operation_id = "liveness",
        tag = "Operate",
        responses(super::openapi::Alive, super::openapi::InternalProblem),
    )
)]
pub(super) async fn handle() -> Response {
    caching::revalidated(Json(Liveness {
        status: "ok".into(),
        at: Timestamp::now(),
    }))
}

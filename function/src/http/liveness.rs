//! `GET /liveness-check`

use axum::Json;
use axum::response::Response;
use event_store_types::{Liveness, Timestamp};

use super::caching;

/// Says that the process answers, without asking the database.
pub(super) async fn handle() -> Response {
    caching::revalidated(Json(Liveness {
        status: "ok".into(),
        at: Timestamp::now(),
    }))
}

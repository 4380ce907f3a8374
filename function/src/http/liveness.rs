//! `GET /liveness-check`

use axum::Json;
use event_store_types::{Liveness, Timestamp};

/// Says that the process answers, without asking the database.
pub(super) async fn handle() -> Json<Liveness> {
    Json(Liveness {
        status: "ok".into(),
        at: Timestamp::now(),
    })
}

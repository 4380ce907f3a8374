//! `GET /readiness-check`

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use event_store_types::Timestamp;
use event_store_types::wire::Liveness;

use super::caching;
use super::observation::Observation;
use super::problem::ApiError;
use super::store::Store;
use crate::store::{StoreError, operations};

/// Says whether the events table answers.
#[cfg_attr(
    test,
    utoipa::path(
        get,
        path = "/readiness-check",
        operation_id = "readiness",
        tag = "Operate",
        responses(super::openapi::Alive, super::openapi::ReadyProblems),
    )
)]
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
) -> Result<Response, ApiError> {
    let events = store.events(&observation);
    operations::within_deadline(events.reach())
        .await
        .map_err(|error| match error {
            // A table that is missing or that the function may not read is not this request's fault: the
            // store is not ready.
            StoreError::Fault(cause) => StoreError::Unavailable(cause),
            other => other,
        })?;
    Ok(caching::revalidated(Json(Liveness {
        status: "ok".into(),
        at: Timestamp::now(),
    })))
}

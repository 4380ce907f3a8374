//! Who may call.

use axum::http::StatusCode;
use event_store_client::types::StreamId;
use uuid::Uuid;

use super::{LIMIT, Target};
use crate::verify::claim::{Made, make};
use crate::verify::error::Failed;

/// The store refuses an unsigned request, or accepts it if anybody may call.
pub(super) async fn made(target: &Target) -> Result<Made, Failed> {
    let (claim, expected) = if target.is_signed() {
        ("a request without a signature is refused", StatusCode::FORBIDDEN)
    } else {
        ("anybody may call", StatusCode::NOT_FOUND)
    };
    let unsigned = target.unsigned()?;
    let made = make(claim, LIMIT, async move {
        let nobody_s = "conformance".parse().expect("it is a stream type");
        let absent = StreamId::from(Uuid::now_v7());
        let error = unsigned.stream(&nobody_s, absent).await;
        let error = error.expect_err("there is no such stream");
        assert_eq!(error.status(), Some(expected), "{error}");
        Ok(String::new())
    });
    Ok(made.await)
}

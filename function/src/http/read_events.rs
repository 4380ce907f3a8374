//! `GET /streams/{streamType}/{streamId}/events`

use axum::Json;
use axum::extract::State;
use event_store_types::{EventPageBody, Revision};

use super::fields::FieldProblems;
use super::observation::Observation;
use super::path::PathTexts;
use super::problem::ApiError;
use super::query::QueryTexts;
use super::store::Store;
use crate::store::read::Forwards;
use crate::store::{limits, operations};

/// Answers with a page of the stream's events, oldest first.
pub(super) async fn handle(
    State(store): State<Store>,
    observation: Observation,
    path: PathTexts,
    query: QueryTexts,
) -> Result<Json<EventPageBody>, ApiError> {
    let read = request(&path, query)?;
    let stream = read.stream.clone();
    observation.stream(&stream);

    let page = operations::read_forwards(&store.events(&observation), store.tails(), read).await?;
    let event_page = page.ok_or(ApiError::StreamNotFound(stream))?;
    observation.revision(event_page.last_evaluated_revision);
    Ok(Json(EventPageBody { event_page }))
}

fn request(path: &PathTexts, mut query: QueryTexts) -> Result<Forwards, FieldProblems> {
    let mut problems = FieldProblems::default();
    let stream = path.stream(&mut problems);
    let after = query.optional(&["after-revision"], &mut problems, position);
    let limit = query.optional(&["limit"], &mut problems, |text| {
        limits::page_limit(text, limits::PAGE_EVENTS)
    });
    query.finish(&mut problems);
    problems.finish(stream.map(|stream| Forwards {
        stream,
        after: after.flatten(),
        limit: limit.unwrap_or(limits::PAGE_EVENTS),
    }))
}

/// Reads a position in a stream: a revision, or 0 for the beginning.
fn position(text: &str) -> Result<Option<Revision>, InvalidPosition> {
    if text == "0" {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(|_| InvalidPosition)
    }
}

/// A text that is no position in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number between 0 and {}", Revision::MAX)]
struct InvalidPosition;

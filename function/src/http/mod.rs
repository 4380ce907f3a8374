//! The HTTP API: router, handlers, extractors, problem responses.
//!
//! Each handler has a file of its own. It parses the request and collects every problem, performs one store
//! operation, and reports the outcome. `observe` does the rest.

mod append_event;
mod append_events;
mod appended;
mod asset;
mod body;
mod caching;
pub mod cors;
mod create_stream;
mod direction;
mod explorer;
mod feed_stream;
mod fields;
pub mod function_url;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod json;
mod list_streams;
mod liveness;
mod media_type;
mod observation;
mod observe;
mod page;
mod path;
mod problem;
mod query;
mod read_events;
mod read_feed;
mod readiness;
mod request_id;
mod request_line;
mod serve;
mod specification;
mod store;
mod stream_details;
mod stream_types;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post, put};

pub use serve::{serve, told_to_end};
pub use store::Store;

use problem::ApiError;

/// The API, the interactive page for trying it out, and the explorer.
pub fn router(store: Store) -> Router {
    let measurements = store.measurements();
    routes()
        .into_iter()
        .chain(page::routes())
        .chain(explorer::routes())
        .fold(Router::new(), |router, (path, methods)| {
            router.route(path, methods)
        })
        .fallback(async || ApiError::RouteNotFound)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .with_state(store)
        .layer(from_fn_with_state(measurements, observe::observe))
}

/// Every route of the API.
fn routes() -> Vec<(&'static str, MethodRouter<Store>)> {
    vec![
        ("/feed", get(read_feed::handle)),
        ("/streams", get(stream_types::handle)),
        (
            "/streams/{streamType}",
            post(create_stream::handle).get(list_streams::handle),
        ),
        (
            "/streams/{streamType}/{streamId}/details",
            get(stream_details::handle),
        ),
        (
            "/streams/{streamType}/{streamId}/events",
            get(read_events::handle).post(append_events::handle),
        ),
        (
            "/streams/{streamType}/{streamId}/events/{revision}",
            put(append_event::handle),
        ),
        ("/liveness-check", get(liveness::handle)),
        ("/readiness-check", get(readiness::handle)),
        ("/openapi/openapi-spec.json", get(specification::handle)),
    ]
}

#[cfg(test)]
mod openapi;

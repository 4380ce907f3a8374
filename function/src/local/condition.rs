//! Decides whether the store accepts events: not into files that were removed, and not into a damaged file.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use event_store_types::{Problem, ProblemType};
use uuid::Uuid;

use super::data_folder::{DataFolder, Harm, Identity, State as Database};

/// How often the store checks that its file still exists while nobody appends.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The condition of a store on disk.
#[derive(Debug)]
pub(super) struct Condition {
    file: Identity,
    /// The files that SQLite keeps next to it while it is open.
    beside: OnceLock<Vec<Identity>>,
    /// Why the store refuses events, until it is restarted.
    refusal: OnceLock<String>,
}

impl Condition {
    pub(super) fn of(folder: &DataFolder) -> Arc<Self> {
        let condition = Self {
            file: folder.identity(),
            beside: OnceLock::new(),
            refusal: OnceLock::new(),
        };
        if let Database::Damaged(damage) = folder.state() {
            condition.is_damaged(damage);
        }
        Arc::new(condition)
    }

    /// This many commits are not as they were written. The log says which.
    pub(super) fn has_unreadable(&self, commits: usize) {
        let are = if commits == 1 { "commit is" } else { "commits are" };
        self.is_damaged(&format!(
            "{commits} {are} not as written, which the log tells by their streams and revisions"
        ));
    }

    /// The database is damaged.
    pub(super) fn is_damaged(&self, damage: &str) {
        self.refuse(format!(
            "the database in `{}` is damaged: {damage}; what can be read of it is, and nothing is appended",
            self.file.path().display()
        ));
    }

    /// The database is open, with these files beside it.
    pub(super) fn is_open_with(&self, beside: Vec<Identity>) {
        // It is opened once.
        let _ = self.beside.set(beside);
    }

    /// Stops accepting events. The first reason is kept.
    fn refuse(&self, reason: String) {
        if self.refusal.set(reason).is_ok() {
            tracing::error!("{}", self.refusal.get().map_or("", String::as_str));
        }
    }

    /// Why the store refuses events; `None` while it accepts them.
    pub(super) fn refusal(&self) -> Option<&str> {
        let mut files = std::iter::once(&self.file).chain(self.beside.get().into_iter().flatten());
        if self.refusal.get().is_none()
            && let Some((file, harm)) = files.find_map(|file| Some((file, file.harm()?)))
        {
            let path = file.path().display();
            self.refuse(match harm {
                Harm::Gone => format!(
                    "`{path}` was moved or deleted while the store was running, and nobody would find what is appended to it; end the \
                     store, and start it where the file is now"
                ),
                Harm::CutOff => format!(
                    "`{path}` was cut off while the store was running: events may be lost; end the store, and restore the folder from a \
                     copy"
                ),
            });
        }
        self.refusal.get().map(String::as_str)
    }

    /// Watches the file until the store ends.
    pub(super) async fn watch(self: Arc<Self>) {
        while self.refusal().is_none() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// The same API, which refuses events while there is a reason to.
pub(super) fn guarding(router: Router, condition: Arc<Condition>) -> Router {
    router.layer(from_fn_with_state(condition, guard))
}

async fn guard(State(condition): State<Arc<Condition>>, request: Request, next: Next) -> Response {
    let is_append = [Method::POST, Method::PUT].contains(request.method());
    let asks_whether_ready = request.uri().path() == "/readiness-check";
    match condition.refusal() {
        Some(refusal) if is_append || asks_whether_ready => refused(ProblemType::StoreUnavailable, refusal),
        _ => next.run(request).await,
    }
}

/// A problem without `Retry-After`, because waiting does not help.
pub(super) fn refused(problem_type: ProblemType, detail: &str) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let status = StatusCode::from_u16(problem_type.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    tracing::warn!(status = status.as_u16(), error = detail, "refused");
    let problem = Problem::new(problem_type, detail, request_id.as_str());
    let mut response = (status, Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(request_id) = request_id.parse() {
        headers.insert("x-request-id", request_id);
    }
    response
}

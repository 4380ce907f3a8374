//! Orders over HTTP.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use event_store_client::Error;
use event_store_client::decider::{ExecuteError, Executed, Executor};
use event_store_client::types::{Provenance, Revision, TraceParent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::order::{Command, Order, OrderEvent, Orders, Refusal, Status};

pub(crate) fn router(orders: Executor<Orders>) -> Router {
    Router::new()
        .route("/orders/{number}", get(show))
        .route("/orders/{number}/place", post(place))
        .route("/orders/{number}/pay", post(pay))
        .route("/orders/{number}/cancel", post(cancel))
        .with_state(orders)
}

#[derive(Deserialize)]
struct Place {
    total: u64,
}

#[derive(Deserialize)]
struct Pay {
    /// What tells this payment from another of the same amount: the caller gives it the same id each time.
    payment: Uuid,
    amount: u64,
}

/// An order as it is shown.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    order: Order,
    revision: Option<Revision>,
}

async fn show(
    State(orders): State<Executor<Orders>>,
    Path(number): Path<String>,
) -> Result<Json<Shown>, Failure> {
    let id = orders.category().id_of(&number);
    let folded = orders.state(id).await.map_err(ExecuteError::Store)?;
    if folded.state.status == Status::Unknown {
        return Err(ExecuteError::Rejected(Refusal::Unknown).into());
    }
    Ok(Json(Shown {
        order: folded.state,
        revision: folded.revision,
    }))
}

async fn place(
    orders: State<Executor<Orders>>,
    number: Path<String>,
    headers: HeaderMap,
    Json(Place { total }): Json<Place>,
) -> Result<Json<Shown>, Failure> {
    execute(orders, number, &headers, Command::Place { total }).await
}

async fn pay(
    orders: State<Executor<Orders>>,
    number: Path<String>,
    headers: HeaderMap,
    Json(Pay { payment, amount }): Json<Pay>,
) -> Result<Json<Shown>, Failure> {
    let orders = of_conversation(&orders, &headers);
    let id = orders.category().id_of(&number);
    let paid = orders.execute_once(payment, id, Command::Pay { amount }).await?;
    Ok(shown(&paid))
}

async fn cancel(
    orders: State<Executor<Orders>>,
    number: Path<String>,
    headers: HeaderMap,
) -> Result<Json<Shown>, Failure> {
    execute(orders, number, &headers, Command::Cancel).await
}

async fn execute(
    State(orders): State<Executor<Orders>>,
    Path(number): Path<String>,
    headers: &HeaderMap,
    command: Command,
) -> Result<Json<Shown>, Failure> {
    let orders = of_conversation(&orders, headers);
    let id = orders.category().id_of(&number);
    Ok(shown(&orders.execute(id, command).await?))
}

/// The same orders; what happens to them tells the caller's conversation and trace.
fn of_conversation(orders: &Executor<Orders>, headers: &HeaderMap) -> Executor<Orders> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let mut provenance = Provenance::default();
    if let Some(id) = header("x-correlation-id") {
        provenance = provenance.correlated_with(id);
    }
    // What is no such header is none, as the specification has it.
    if let Some(parent) = header(TraceParent::NAME).and_then(|text| text.parse().ok()) {
        provenance = provenance.traced_by(parent);
    }
    orders.with_provenance(provenance)
}

fn shown(executed: &Executed<Order, OrderEvent>) -> Json<Shown> {
    Json(Shown {
        order: executed.state,
        revision: executed.revision,
    })
}

/// Why an order is not changed, or not shown.
struct Failure(ExecuteError<Refusal>);

impl From<ExecuteError<Refusal>> for Failure {
    fn from(error: ExecuteError<Refusal>) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = match &self.0 {
            ExecuteError::Rejected(Refusal::Unknown) => StatusCode::NOT_FOUND,
            ExecuteError::Rejected(_) => StatusCode::CONFLICT,
            ExecuteError::Overtaken { .. } => StatusCode::SERVICE_UNAVAILABLE,
            ExecuteError::Store(error) => of_store(error),
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        // What goes on behind the service is for its log, and not for its callers.
        if status.is_server_error() {
            eprintln!("{:?}", self.0);
            return status.into_response();
        }
        (status, self.0.to_string()).into_response()
    }
}

/// The caller may try again what may succeed later: all commands here may be given twice.
fn of_store(error: &Error) -> StatusCode {
    if error.is_retryable() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    }
}

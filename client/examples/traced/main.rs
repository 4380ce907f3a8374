//! One trace from a request through an event to what reacts to it: OpenTelemetry, with the spans printed instead of collected.
//!
//! ```console
//! $ cargo run --example traced --features testing
//! 3b0c… order             in -
//! 3b0c… request           in order
//! …
//! 3b0c… send invoice      in order
//! ```
//!
//! The trace is handed on in the event's metadata, as `traceparent`, so that it does not matter which process reacts, and when. A service with a
//! collector gives the provider another exporter, and is otherwise the same.

mod context;
mod printed;

use std::sync::Arc;

use event_store_client::decider::{Decider, Executor};
use event_store_client::follow::{Cause, InMemory};
use event_store_client::schema::Recorded;
use event_store_client::testing::InMemoryStore;
use event_store_client::types::Provenance;
use event_store_client::{BoxError, Category, Client};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tracing::{Instrument as _, info_span};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use printed::Printed;

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OrderEvent {
    Placed { total: u64 },
}

/// Orders, of which each is placed once.
struct Orders;

impl Decider for Orders {
    type Command = u64;
    type Event = OrderEvent;
    type State = bool;
    type Error = std::convert::Infallible;

    fn initial(&self) -> bool {
        false
    }

    fn evolve(&self, _: bool, _: &OrderEvent) -> bool {
        true
    }

    fn decide(&self, is_placed: &bool, total: &u64) -> Result<Vec<OrderEvent>, Self::Error> {
        let placed = OrderEvent::Placed { total: *total };
        Ok(if *is_placed { vec![] } else { vec![placed] })
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(Printed::default())
        .build();
    let traces = tracing_opentelemetry::layer().with_tracer(provider.tracer("orders"));
    // The client's spans are for debugging: one for each request, and one for each event that is handled.
    tracing_subscriber::registry()
        .with(traces)
        .with(LevelFilter::DEBUG)
        .init();

    let client = match std::env::var("EVENT_STORE_URL") {
        Ok(url) => Client::builder(url).build()?,
        Err(_) => InMemoryStore::new().client(),
    };
    let orders = Category::<OrderEvent>::new(client, "order".parse()?);
    let executor = Executor::new(orders.clone(), Orders);

    // What a service does with each request: the trace is the caller's where the request has one.
    let placing = async {
        let provenance = context::current().map(|parent| Provenance::default().traced_by(parent));
        let executor = executor.with_provenance(provenance.unwrap_or_default());
        let number = uuid::Uuid::now_v7().to_string();
        executor.execute(orders.id_of(&number), 42).await
    };
    placing.instrument(info_span!("order")).await?;

    // What a worker does, elsewhere and later.
    let sent = Arc::new(Notify::new());
    let is_sent = Arc::clone(&sent);
    let invoice = move |event: Recorded<OrderEvent>, cause: Cause| {
        let sent = Arc::clone(&sent);
        let span = info_span!("send invoice");
        context::goes_on(&span, cause.provenance().trace_parent.as_ref());
        let invoicing = async move {
            let OrderEvent::Placed { total } = event.data;
            tracing::info!(total, "invoiced");
            sent.notify_one();
            Ok::<_, BoxError>(())
        };
        invoicing.instrument(span)
    };
    let following = orders
        .follow("invoices")
        .react(invoice, InMemory::<()>::default());
    following.until(is_sent.notified()).await?;
    provider.shutdown()?;
    Ok(())
}

//! `event-store-api`: the event store's HTTP API, as a Lambda function or as a server.

use std::process::ExitCode;

use event_store_function::config::ApiConfig;
use event_store_function::dynamo::{self, CatalogueTable, EventsTable, FeedTable};
use event_store_function::http::function_url::FunctionUrl;
use event_store_function::store::limits;
use event_store_function::{aws, http, telemetry};
use lambda_runtime::service_fn;
use tokio::net::TcpListener;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            telemetry::report_end(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), lambda_runtime::Error> {
    let environment = |name: &str| std::env::var(name).ok();
    let config = ApiConfig::from_environment(environment)?;
    telemetry::init(config.log_level);
    let client = dynamo::connect(&aws::environment().await);
    let events = EventsTable::new(client.clone(), config.events_table.as_str());
    let catalogue = CatalogueTable::new(client.clone(), config.catalogue_table);
    let feed = FeedTable::new(client, config.feed_table);
    warm_up(&events).await;
    let store = http::Store::new(events, catalogue, feed).measured_as(&config.events_table);
    let router = http::router(store);
    if environment("AWS_LAMBDA_RUNTIME_API").is_some() {
        let function_url = &FunctionUrl::new(router);
        lambda_runtime::run(service_fn(async |event| function_url.handle(event).await)).await
    } else {
        let listener = TcpListener::bind(config.address).await?;
        tracing::info!(address = %listener.local_addr()?, "serving");
        http::serve(listener, router, http::told_to_end()?, limits::SHUTDOWN_TIMEOUT).await;
        Ok(())
    }
}

/// Opens the connection to the database before the first request, which then needs no handshake. A failure
/// does not prevent the start: the first request tries again.
async fn warm_up(events: &EventsTable) {
    match tokio::time::timeout(limits::WARM_UP_TIMEOUT, events.reach()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the database is not reached yet"
        ),
        Err(_) => tracing::warn!("the database has not answered yet"),
    }
}

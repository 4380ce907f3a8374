//! `event-store-relay`: carries commits from the events table's stream to the feed, the catalogue and SNS, on
//! Lambda. On request, it takes them from the table itself.

use std::process::ExitCode;

use event_store_function::config::RelayConfig;
use event_store_function::dynamo::{self, CatalogueTable, EventsTable, FeedTable};
use event_store_function::messaging::{SnsTopic, SqsFailureQueue};
use event_store_function::relay::feeder::Feeder;
use event_store_function::relay_handler::Handler;
use event_store_function::{aws, telemetry};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;

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

async fn run() -> Result<(), Error> {
    let config = RelayConfig::from_environment(|name| std::env::var(name).ok())?;
    telemetry::init(config.log_level);
    let handler = &connect(config).await;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        handler.handle(event).await
    }))
    .await
}

async fn connect(config: RelayConfig) -> Handler {
    let environment = aws::environment().await;
    tracing::debug!(
        eventsTable = config.events_table,
        catalogueTable = config.catalogue_table,
        feedTable = config.feed_table,
        topicArn = config.topic_arn,
        failureQueueUrl = config.failure_queue_url,
        mode = config.mode.as_str(),
        "relay configured"
    );
    let client = dynamo::connect(&environment);
    Handler {
        events: EventsTable::new(client.clone(), config.events_table.as_str()),
        feeder: Feeder::new(FeedTable::new(client.clone(), config.feed_table)),
        catalogue: CatalogueTable::new(client, config.catalogue_table),
        topic: SnsTopic::connect(&environment, config.topic_arn),
        failure_queue: SqsFailureQueue::connect(&environment, config.failure_queue_url),
        events_table: config.events_table,
    }
}

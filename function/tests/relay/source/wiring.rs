//! The relay's handler on scripted services, waiting as in production.

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use event_store_function::aws;
use event_store_function::dynamo::{self, CatalogueTable, EventsTable, FeedTable};
use event_store_function::messaging::{SnsTopic, SqsFailureQueue};
use event_store_function::relay::feeder::Feeder;
use event_store_function::relay_handler::Handler;

use super::services::Services;

/// A handler in a process called `name`.
pub(super) fn handler(services: &Services, name: String) -> Handler {
    // A process has its own quota of retries.
    let partition = RetryPartition::new(name);
    let retries = |retries: RetryConfig| retries.with_use_static_exponential_base(true);
    let shared = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::from_static("eu-central-1"))
        .endpoint_url("http://aws.test")
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "tests",
        )))
        .http_client(services.clone())
        .timeout_config(aws::timeouts())
        .retry_config(retries(RetryConfig::standard()))
        .build();
    let database = dynamo::configuration(&shared).retry_partition(partition.clone());
    let topic = aws_sdk_sns::config::Builder::from(&shared).retry_partition(partition.clone());
    let queue = aws_sdk_sqs::config::Builder::from(&shared).retry_partition(partition);
    let database = dynamo::Client::from_conf(database.build());
    Handler {
        events_table: "a-events".to_owned(),
        events: EventsTable::new(database.clone(), "a-events"),
        feeder: Feeder::new(FeedTable::new(database.clone(), "a-feed")),
        catalogue: CatalogueTable::new(database, "a-catalogue"),
        topic: SnsTopic::new(
            aws_sdk_sns::Client::from_conf(topic.build()),
            "arn:aws:sns:eu-central-1:1:a",
        ),
        failure_queue: SqsFailureQueue::new(
            aws_sdk_sqs::Client::from_conf(queue.build()),
            "http://aws.test/1/a",
        ),
    }
}

//! The read model of the example `projection_worker`, kept by a Lambda function that a queue invokes.
//!
//! The queue is subscribed to the store's topic, and has a redrive policy. Its event source mapping reports batch item failures; in
//! CloudFormation:
//!
//! ```yaml
//! Type: AWS::Lambda::EventSourceMapping
//! Properties:
//!   EventSourceArn: !GetAtt OrdersQueue.Arn
//!   FunctionName: !Ref OrdersProjection
//!   FunctionResponseTypes: [ReportBatchItemFailures]
//!   MaximumBatchingWindowInSeconds: 1
//! ```
//!
//! Variables: `EVENT_STORE_URL`, `TABLE`, and `EVENT_STORE_ACCESS=iam` for a store that asks who is calling. Build it with
//! `cargo lambda build --release --example lambda_projection --features dynamodb,lambda`.

#[path = "../projection_worker/orders.rs"]
mod orders;

use std::env;
use std::time::{Duration, SystemTime};

use aws_config::BehaviorVersion;
use aws_lambda_events::event::sqs::SqsEvent;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use event_store_client::follow::dynamodb::{DynamoDb, Table};
use event_store_client::lambda::Function;
use event_store_client::{Category, Client};
use lambda_runtime::{Error, LambdaEvent, service_fn};

use orders::{NAME, OrderEvent, Orders};

/// What is left of an invocation's time for its answer.
const FOR_THE_ANSWER: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().json().init();
    let aws = aws_config::defaults(BehaviorVersion::latest())
        .http_client(
            aws_smithy_http_client::Builder::new()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .build_https(),
        )
        .load()
        .await;
    let mut store = Client::builder(required("EVENT_STORE_URL")?);
    if env::var("EVENT_STORE_ACCESS").is_ok_and(|access| access == "iam") {
        let credentials = aws.credentials_provider().ok_or("there are no AWS credentials")?;
        let region = aws.region().ok_or("there is no AWS region")?;
        store = store.aws_iam(credentials, region.as_ref());
    }
    let table = Table::new(required("TABLE")?, "pk");
    let model = DynamoDb::new(aws_sdk_dynamodb::Client::new(&aws), table.clone());
    let orders = Category::<OrderEvent>::new(store.build()?, "order".parse()?);
    let function = &Function::new(orders.follow(NAME).project(Orders { table }, model));

    lambda_runtime::run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let left = event.context.deadline().duration_since(SystemTime::now());
        let deadline = tokio::time::sleep(left.unwrap_or_default().saturating_sub(FOR_THE_ANSWER));
        Ok::<_, Error>(function.handle_sqs_until(event.payload, deadline).await)
    }))
    .await
}

fn required(name: &str) -> Result<String, Error> {
    env::var(name).map_err(|error| format!("`{name}`: {error}").into())
}

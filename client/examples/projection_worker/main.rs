//! A worker that keeps a read model of orders in DynamoDB: the query side of an event-sourced application.
//!
//! It subscribes its queue, brings in what the store holds, and follows what is announced. It may be killed at any moment,
//! and run many times over: the read model holds each event once.
//!
//! ```console
//! $ export EVENT_STORE_URL=https://abc123.lambda-url.eu-central-1.on.aws/
//! $ export TOPIC_ARN=arn:aws:sns:eu-central-1:123456789012:event-store-staging
//! $ export QUEUE_URL=https://sqs.eu-central-1.amazonaws.com/123456789012/orders
//! $ export TABLE=orders
//! $ cargo run --example projection_worker --features dynamodb,sqs,subscribe
//! rebuilt: 8 events handled, 0 of unknown types, 0 streams held, 0 of them parked
//! ^C
//! 5 notifications handled, 0 failed
//! ```
//!
//! `EVENT_STORE_ACCESS=iam` signs what is asked of the store, and `VISIBILITY` says for how many seconds a message is hidden when
//! the worker dies over it. The table's key is the text `pk`. Its role needs:
//!
//! | on | actions |
//! | --- | --- |
//! | the store's function, when it is not public | `lambda:InvokeFunctionUrl`, `lambda:InvokeFunction` |
//! | the queue | `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:ChangeMessageVisibility`, `sqs:GetQueueAttributes`, `sqs:SetQueueAttributes` |
//! | the topic | `sns:Subscribe`, `sns:ListSubscriptionsByTopic` |
//! | `*`, because SNS knows no narrower permission for [these](https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html) | `sns:GetSubscriptionAttributes`, `sns:SetSubscriptionAttributes` |
//! | the table | `dynamodb:GetItem`, `dynamodb:PutItem`, `dynamodb:UpdateItem` |

mod orders;
mod settings;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::process::ExitCode;

use aws_config::BehaviorVersion;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use event_store_client::follow::dynamodb::{DynamoDb, Table};
use event_store_client::sqs::Receiver;
use event_store_client::subscribe::Subscription;
use event_store_client::types::StreamType;
use event_store_client::{Category, Client};
use futures::FutureExt as _;
use tokio::signal::unix::{SignalKind, signal};

use orders::{NAME, OrderEvent, Orders};
use settings::Settings;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    match work().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = &*error, "the worker ends");
            ExitCode::FAILURE
        }
    }
}

async fn work() -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_environment()?;
    let aws = aws_config::defaults(BehaviorVersion::latest())
        .http_client(
            aws_smithy_http_client::Builder::new()
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .build_https(),
        )
        .load()
        .await;
    let sqs = aws_sdk_sqs::Client::new(&aws);
    let order: StreamType = "order".parse()?;

    // First, so that nothing is announced unheard from now on.
    Subscription::new(&settings.topic_arn, &settings.queue_url)
        .stream_type(order.clone())
        .ensure(&aws_sdk_sns::Client::new(&aws), &sqs)
        .await?;

    let mut store = Client::builder(&settings.store_url);
    if settings.is_signed {
        let credentials = aws.credentials_provider().ok_or("there are no AWS credentials")?;
        let region = aws.region().ok_or("there is no AWS region")?;
        store = store.aws_iam(credentials, region.as_ref());
    }
    let table = Table::new(&settings.table, "pk");
    let model = DynamoDb::new(aws_sdk_dynamodb::Client::new(&aws), table.clone());
    let orders = Category::<OrderEvent>::new(store.build()?, order);
    let following = orders.follow(NAME).project(Orders { table }, model);

    let stop = told_to_stop()?.shared();
    // Side by side: they do not get into each other's way.
    let rebuild = async {
        match following.to_end_or(stop.clone()).await {
            Ok(progress) if progress.has_reached_end => println!("rebuilt: {progress}"),
            Ok(progress) => println!("rebuilt in part: {progress}"),
            // What was brought in stays, and what is announced is followed all the same.
            Err(error) => tracing::error!(%error, "not rebuilt"),
        }
    };
    let receiver = Receiver::new(sqs, &settings.queue_url).visibility(settings.visibility);
    let run = receiver.run(following.clone()).until(stop.clone());
    let ((), ran) = tokio::join!(rebuild, run);
    let tally = ran?;
    println!("{} notifications handled, {} failed", tally.handled, tally.failed);
    Ok(())
}

/// Done when this process is asked to end, by whoever runs it or at the terminal.
fn told_to_stop() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => (),
            _ = interrupted.recv() => (),
        }
    })
}

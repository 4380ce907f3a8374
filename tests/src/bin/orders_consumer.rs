//! A consumer like those that `deployer init consumer` deploys: a read model with a row for each order, which has the order's total.
//!
//! It knows the currencies in the variable `CURRENCIES`, or `EUR` if that is not set. An order in another currency is an event that cannot
//! be handled until somebody changes the variable.

use std::collections::BTreeSet;
use std::env;
use std::time::{Duration, SystemTime};

use aws_config::BehaviorVersion;
use aws_lambda_events::event::sqs::SqsEvent;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use event_store_client::follow::Projection;
use event_store_client::follow::dynamodb::{AttributeValue, Changes, DynamoDb, Table};
use event_store_client::lambda::Function;
use event_store_client::schema::Recorded;
use event_store_client::{BoxError, Category, Client};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};

/// The part of an invocation's time that is reserved for its answer.
const FOR_THE_ANSWER: Duration = Duration::from_millis(500);

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
    let credentials = aws.credentials_provider().ok_or("there are no AWS credentials")?;
    let region = aws.region().ok_or("there is no AWS region")?;
    let store = Client::builder(required("EVENT_STORE_URL")?).aws_iam(credentials, region.as_ref());
    let table = Table::new(required("TABLE")?, "pk");
    let model = DynamoDb::new(aws_sdk_dynamodb::Client::new(&aws), table.clone());
    let currencies = env::var("CURRENCIES").unwrap_or_else(|_| "EUR".to_owned());
    let projection = Orders {
        table,
        currencies: currencies.split(' ').map(str::to_owned).collect(),
    };
    let orders = Category::<OrderEvent>::new(store.build()?, "order".parse()?);
    let function = &Function::new(orders.follow("orders").project(projection, model));

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

/// The events of an order.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum OrderEvent {
    Placed { total: u64, currency: String },
}

/// Keeps a row for each order.
struct Orders {
    table: Table,
    currencies: BTreeSet<String>,
}

impl Projection<OrderEvent, Changes<()>> for Orders {
    fn apply(&self, event: &Recorded<OrderEvent>, changes: &mut Changes<()>) -> Result<(), BoxError> {
        let OrderEvent::Placed { total, currency } = &event.data;
        if !self.currencies.contains(currency) {
            return Err(format!("the currency `{currency}` is not known").into());
        }
        let text = AttributeValue::S;
        let row = [
            ("pk".to_owned(), text(format!("order#{}", event.event.stream_id))),
            ("total".to_owned(), text(format!("{total} {currency}"))),
        ];
        Ok(changes.put(&self.table, row)?)
    }
}

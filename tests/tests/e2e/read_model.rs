//! From a signed append through SNS and SQS to a read model in DynamoDB.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_sqs::types::QueueAttributeName;
use event_store_client::types::{ExpectedRevision, NewEvent, StreamId, StreamType};
use event_store_client::{Client, ClientBuilder, RetryPolicy};
use event_store_e2e::{Cloud, Deployment, Emulator, Environment};
use serde_json::{Value, json};

use crate::deployment;
use crate::worker::Worker;

/// The worker's queue and table, and the store's environment.
const NAME: &str = "read-model";

#[tokio::test]
async fn a_read_model_is_right_though_its_worker_is_killed_and_every_request_is_signed() {
    let owner = Cloud::owner(Emulator::shared().await);
    let (shop, reader) = (owner.make_role("shop").await, owner.make_role("reader").await);
    let environment = Environment::production_like(NAME, &shop)
        .with("Callers", &format!("[{shop:?}, {reader:?}]"))
        .protected(false);
    let deployment = deployment(environment).await;
    deployment.up(&[]).await.succeeded();
    let described = deployment.describe().await;
    a_client_finds_the_environment(&owner, &shop).await;

    let topic = described.output("EsSnsTopic");
    let (queue_url, queue_arn) = make_queue(&owner).await;
    make_table(&owner).await;
    allow_what_the_example_says(&owner, &topic, &queue_arn).await;
    let settings = [
        ("EVENT_STORE_URL", described.output("EsUrl")),
        ("EVENT_STORE_ACCESS", "iam".into()),
        ("TOPIC_ARN", topic.clone()),
        ("QUEUE_URL", queue_url.clone()),
        ("TABLE", NAME.into()),
        ("VISIBILITY", "2".into()),
    ];
    let reader = owner.assume(&reader).await;
    let shop = Shop::open(&deployment, &owner.assume(&shop).await).await;

    // Events before the subscription arrive with the rebuild, later ones through the queue.
    shop.append("A-1", &[placed(100)]).await;
    shop.append("A-2", &[placed(50), paid(20)]).await;
    let mut worker = Worker::start(&reader, &settings);
    assert!(worker.line().await.starts_with("rebuilt: "));
    let mut expected = rows(&[("A-1", "placed", 100), ("A-2", "placed", 30)], (150, 20, 0));
    until(&owner, &expected).await;
    shop.append("A-1", &[paid(40)]).await;
    shop.append("A-2", &[paid(30)]).await;
    shop.append("A-3", &[placed(7), cancelled()]).await;
    expected.extend(rows(
        &[("A-1", "placed", 60), ("A-2", "paid", 0), ("A-3", "cancelled", 7)],
        (157, 90, 7),
    ));
    until(&owner, &expected).await;

    // After a kill another worker takes over: nothing is lost, and nothing counts twice.
    shop.append("A-1", &[paid(1), paid(2), paid(3)]).await;
    worker.kill().await;
    shop.append("A-1", &[paid(4)]).await;
    let mut worker = Worker::start(&reader, &settings);
    let rebuilt = worker.line().await;
    assert!(
        rebuilt.ends_with(" 0 of unknown types, 0 streams held, 0 of them parked"),
        "{rebuilt}"
    );
    shop.append("A-4", &[placed(9)]).await;
    expected.extend(rows(
        &[("A-1", "placed", 50), ("A-4", "placed", 9)],
        (166, 100, 7),
    ));
    until(&owner, &expected).await;
    everything_is_acknowledged(&owner, &queue_url).await;
    let last = worker.stop().await;
    assert!(last.ends_with(" notifications handled, 0 failed"), "{last}");

    only_this_topic_may_send(&owner, &queue_url, &topic).await;
    deployment.purge().await.succeeded();
}

/// A client finds the store by the environment's name alone, because the stack's parameter holds the address that works here.
async fn a_client_finds_the_environment(owner: &Cloud, caller: &str) {
    let ssm = owner.ssm();
    let absent = ClientBuilder::from_environment_stack(&ssm, "nowhere").await;
    assert!(absent.unwrap_err().is_not_found());
    let found = ClientBuilder::from_environment_stack(&ssm, NAME).await.unwrap();
    let role = owner.assume(caller).await;
    let client = found
        .retry(RetryPolicy::default().attempts(12))
        .aws_iam(role.credentials(), role.region())
        .build()
        .unwrap();
    let looked_up: StreamType = "looked-up".parse().unwrap();
    let event = NewEvent::of("found".parse().unwrap(), &NAME).unwrap();
    let created = client.create_stream(&looked_up, event).await.unwrap();
    let read = client.stream(&looked_up, created.stream.stream_id).await;
    assert_eq!(read.unwrap(), created.stream);
}

/// The command side.
struct Shop {
    client: Client,
    order: StreamType,
}

impl Shop {
    async fn open(deployment: &Deployment, role: &Cloud) -> Self {
        let builder = deployment.client_builder().await;
        Self {
            client: builder
                .aws_iam(role.credentials(), role.region())
                .build()
                .unwrap(),
            order: "order".parse().unwrap(),
        }
    }

    async fn append(&self, number: &str, events: &[NewEvent]) {
        let id = StreamId::from_name(&self.order, number);
        let appended = self
            .client
            .append(&self.order, id, ExpectedRevision::Any, events.to_vec());
        appended.await.unwrap();
    }
}

fn placed(total: u64) -> NewEvent {
    NewEvent::of("placed".parse().unwrap(), &json!({"total": total})).unwrap()
}

fn paid(amount: u64) -> NewEvent {
    NewEvent::of("paid-in".parse().unwrap(), &json!({"amount": amount})).unwrap()
}

fn cancelled() -> NewEvent {
    NewEvent::of("cancelled".parse().unwrap(), &json!({})).unwrap()
}

/// The rows of orders, and the totals of all placed, paid and cancelled orders.
fn rows(orders: &[(&str, &str, u64)], sums: (u64, u64, u64)) -> BTreeMap<String, Vec<String>> {
    let order: StreamType = "order".parse().unwrap();
    let rows = orders.iter().map(|(number, status, due)| {
        let id = StreamId::from_name(&order, number);
        (format!("order#{id}"), vec![(*status).to_owned(), due.to_string()])
    });
    let (placed, paid, cancelled) = sums;
    let mut rows: BTreeMap<_, _> = rows.collect();
    // A sum to which nothing was added does not exist.
    let sums = [placed, paid, cancelled].map(|sum| if sum == 0 { String::new() } else { sum.to_string() });
    rows.insert("all".into(), sums.into());
    rows
}

/// Waits until the read model is as expected. At the deadline it shows the actual state.
async fn until(owner: &Cloud, expected: &BTreeMap<String, Vec<String>>) {
    let began = Instant::now();
    loop {
        let found = read_model(owner).await;
        if found == *expected {
            return;
        }
        if began.elapsed() > Duration::from_secs(45) {
            assert_eq!(&found, expected);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn read_model(owner: &Cloud) -> BTreeMap<String, Vec<String>> {
    let found = owner
        .dynamodb()
        .scan()
        .table_name(NAME)
        .consistent_read(true)
        .send()
        .await
        .unwrap();
    let mut rows = BTreeMap::new();
    for item in found.items.unwrap() {
        let text = |name: &str| match item.get(name) {
            Some(AttributeValue::S(value) | AttributeValue::N(value)) => value.clone(),
            _ => String::new(),
        };
        let key = text("pk");
        if key == "all" {
            rows.insert(key, ["placed", "paid", "cancelled"].map(text).into());
        } else if key.starts_with("order#") {
            rows.insert(key, ["status", "due"].map(text).into());
        }
    }
    rows
}

async fn make_queue(owner: &Cloud) -> (String, String) {
    let made = owner.sqs().create_queue().queue_name(NAME).send().await;
    let url = made.unwrap().queue_url.unwrap();
    let arn = queue_attribute(owner, &url, QueueAttributeName::QueueArn).await;
    (url, arn)
}

async fn queue_attribute(owner: &Cloud, queue_url: &str, name: QueueAttributeName) -> String {
    let asked = owner.sqs().get_queue_attributes().queue_url(queue_url);
    let told = asked.attribute_names(name.clone()).send().await.unwrap();
    told.attributes.unwrap().remove(&name).unwrap()
}

/// Waits until no message is left, neither visible nor in flight.
async fn everything_is_acknowledged(owner: &Cloud, queue_url: &str) {
    let began = Instant::now();
    loop {
        let waiting = QueueAttributeName::ApproximateNumberOfMessages;
        let in_hand = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let left = [
            queue_attribute(owner, queue_url, waiting).await,
            queue_attribute(owner, queue_url, in_hand).await,
        ];
        if left == ["0", "0"] {
            return;
        }
        let waited = began.elapsed();
        assert!(
            waited < Duration::from_secs(30),
            "after {waited:?} {left:?} are left"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn make_table(owner: &Cloud) {
    let attribute = AttributeDefinition::builder()
        .attribute_name("pk")
        .attribute_type(ScalarAttributeType::S);
    let key = KeySchemaElement::builder()
        .attribute_name("pk")
        .key_type(KeyType::Hash);
    let table = owner
        .dynamodb()
        .create_table()
        .table_name(NAME)
        .billing_mode(BillingMode::PayPerRequest);
    table
        .attribute_definitions(attribute.build().unwrap())
        .key_schema(key.build().unwrap())
        .send()
        .await
        .unwrap();
}

/// Exactly the permissions in the table at the head of the example.
async fn allow_what_the_example_says(owner: &Cloud, topic: &str, queue: &str) {
    let table = format!("arn:aws:dynamodb:{}:000000000000:table/{NAME}", owner.region());
    owner
        .allow(
            "reader",
            &[
                (
                    &[
                        "sqs:ReceiveMessage",
                        "sqs:DeleteMessage",
                        "sqs:ChangeMessageVisibility",
                        "sqs:GetQueueAttributes",
                        "sqs:SetQueueAttributes",
                        // AWS authorises these as the two above, the emulator by their own names.
                        "sqs:DeleteMessageBatch",
                        "sqs:ChangeMessageVisibilityBatch",
                    ],
                    &[queue],
                ),
                (&["sns:Subscribe", "sns:ListSubscriptionsByTopic"], &[topic]),
                (
                    &["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes"],
                    &["*"],
                ),
                (
                    &["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    &[&table],
                ),
            ],
        )
        .await;
}

async fn only_this_topic_may_send(owner: &Cloud, queue_url: &str, topic: &str) {
    let policy = queue_attribute(owner, queue_url, QueueAttributeName::Policy).await;
    let policy: Value = serde_json::from_str(&policy).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    assert_eq!(statements.len(), 1, "two starts of the worker, one permission");
    assert_eq!(
        statements[0]["Condition"],
        json!({"ArnEquals": {"aws:SourceArn": topic}})
    );
}

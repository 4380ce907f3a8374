//! A consumer's stack beside the store's: created, deployed, operated and deleted with the same commands.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use event_store_client::Client;
use event_store_client::types::{ExpectedRevision, NewEvent, StreamId, StreamType};
use event_store_e2e::{Build, Cloud, Deployer, Deployment, Emulator, Environment, Run};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{deployer, deployment};

/// The store's environment.
const STORE: &str = "followed";

/// The consumer's environment, and its stack.
const CONSUMER: &str = "orders-followed";

const BINARY: &str = "orders-consumer";

#[tokio::test]
async fn a_read_model_is_deployed_beside_its_store_and_a_poisoned_event_arrives_once_it_is_mended() {
    let owner = Cloud::owner(Emulator::shared().await);
    let shop = owner.make_role("followed-shop").await;
    let environment = Environment::production_like(STORE, &shop).protected(false);
    let store = deployment(environment).await;
    store.up(&[]).await.succeeded();
    let shop = Shop::open(&store, &owner.assume(&shop).await).await;

    let consumer = Consumer::begin(&store).await;
    what_the_deployer_says_before(&consumer).await;
    consumer.up().await.succeeded();
    consumer.healthy().await;

    // The store admits the callers that it names, and the consumer because of its own role's permissions.
    shop.place("A", 100, "EUR").await;
    consumer.until(&owner, "A", "100 EUR").await;
    shop.place("B", 50, "USD").await;
    let poisoned = consumer.until_dead_letters(1).await;
    assert_eq!(poisoned["deadLettersOf"], "Queue");
    shop.place("C", 7, "EUR").await;
    consumer.until(&owner, "C", "7 EUR").await;
    assert_eq!(consumer.total(&owner, "B").await, None);
    what_describe_says_of_it(&consumer).await;
    let logged = consumer.run("logs", &["--since", "1h"]).await.succeeded();
    assert!(
        logged
            .stdout
            .contains("a notification was not handled: it comes again"),
        "{logged}"
    );

    consumer.mend();
    let diff = consumer
        .run("diff", &["--artifacts", consumer.build.folder()])
        .await;
    assert!(diff.succeeded().stdout.contains("CURRENCIES"));
    consumer.up().await.succeeded();
    consumer.redrive(&owner).await;
    consumer.until(&owner, "B", "50 USD").await;
    consumer.healthy().await;

    what_looks_after_it(&consumer).await;
    consumer.run("rollback", &["--yes"]).await.succeeded();
    consumer.healthy().await;

    let down = consumer.run("down", &["--yes"]).await.succeeded();
    assert!(
        down.stderr.contains("the items of ReadModelTable go with it"),
        "{down}"
    );
    assert!(
        consumer
            .run("describe", &[])
            .await
            .stderr
            .contains("there is no stack"),
        "nothing is left"
    );
    store.purge().await.succeeded();
}

/// The plan reports the loss of the table's items, and needs no acceptance.
#[tokio::test]
async fn a_read_model_that_is_made_anew_is_told_as_what_it_is() {
    let store = deployment(Environment::staging_like("replayed")).await;
    store.up(&[]).await.succeeded();
    let consumer = Consumer::begin(&store).await;
    consumer.up().await.succeeded();
    consumer.change(|template| {
        template
            .replace(
                "AttributeName: pk, AttributeType: S",
                "AttributeName: key, AttributeType: S",
            )
            .replace(
                "AttributeName: pk, KeyType: HASH",
                "AttributeName: key, KeyType: HASH",
            )
    });
    let diff = consumer
        .run("diff", &["--artifacts", consumer.build.folder()])
        .await;
    let told = diff.succeeded().stdout;
    assert!(
        told.contains("the read model is empty until it is built from the events again"),
        "{told}"
    );
    let up = consumer.up().await.succeeded();
    assert!(!up.stderr.contains("--accept"), "{up}");
    consumer.run("down", &["--yes"]).await.succeeded();
    store.purge().await.succeeded();
}

/// The workspace of a consumer's developer: its environments and templates.
struct Consumer {
    folder: TempDir,
    environment: String,
    deployer: Deployer,
    build: Build,
}

impl Consumer {
    /// Creates it as a user does, beside the environment file of the store.
    async fn begin(store: &Deployment) -> Self {
        let name = store.environment().name();
        let consumer = Self {
            folder: TempDir::new().unwrap(),
            environment: format!("orders-{name}"),
            deployer: deployer(),
            build: Build::of(BINARY, env!("CARGO_BIN_EXE_orders-consumer").as_ref()),
        };
        let file = format!("{name}.yaml");
        fs::create_dir(consumer.path("environments")).unwrap();
        fs::copy(store.file(&file), consumer.path("environments").join(&file)).unwrap();
        let environments = consumer.environments();
        let call = format!(
            "init consumer orders --binary {BINARY} --store {name} --environments {environments} --parameter StreamTypes=order \
             --parameter TimeoutSeconds=5 --parameter RetryAfterSeconds=5 --parameter Attempts=2"
        );
        let arguments: Vec<&str> = call.split_whitespace().collect();
        let begun = consumer.deployer.run(&arguments).await.succeeded();
        let files = [
            "templates/orders.yaml",
            &format!("environments/orders-{name}.yaml"),
        ];
        for (line, file) in begun.stdout.lines().zip(files) {
            assert!(line.ends_with(file), "{begun}");
        }
        consumer
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn environments(&self) -> String {
        self.path("environments").to_string_lossy().into_owned()
    }

    async fn run(&self, command: &str, arguments: &[&str]) -> Run {
        let environments = self.environments();
        let about = [
            command,
            "--env",
            &self.environment,
            "--environments",
            &environments,
        ];
        self.deployer.run(&[&about, arguments].concat()).await
    }

    async fn up(&self) -> Run {
        self.run("up", &["--yes", "--artifacts", self.build.folder()])
            .await
    }

    async fn described(&self) -> Value {
        let run = self.run("describe", &["--format", "json"]).await.succeeded();
        serde_json::from_str(&run.stdout).unwrap()
    }

    /// The emulator calls a new version pending for a moment after it is deployed.
    async fn healthy(&self) {
        let began = Instant::now();
        let described = loop {
            let described = self.described().await;
            if described["healthy"] == true {
                break described;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{described:#}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        };
        assert_eq!(described["mappings"][0]["queue"], "Queue", "{described:#}");
    }

    async fn output(&self, name: &str) -> String {
        self.described().await["outputs"][name]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn change(&self, change: impl FnOnce(&str) -> String) {
        let file = self.path("templates/orders.yaml");
        let template = fs::read_to_string(&file).unwrap();
        let changed = change(&template);
        assert_ne!(changed, template);
        fs::write(file, changed).unwrap();
    }

    /// Adds a currency to the function's variable.
    fn mend(&self) {
        let variable = "          TABLE: !Ref ReadModelTable\n";
        self.change(|template| {
            template.replace(variable, &format!("{variable}          CURRENCIES: EUR USD\n"))
        });
    }

    /// The total of an order in the read model.
    async fn total(&self, owner: &Cloud, number: &str) -> Option<String> {
        let key = AttributeValue::S(format!("order#{}", order(number)));
        let table = self.output("ReadModelTable").await;
        let asked = owner.dynamodb().get_item().table_name(table).key("pk", key);
        let mut item = asked.consistent_read(true).send().await.unwrap().item?;
        item.remove("total")?.as_s().ok().cloned()
    }

    async fn until(&self, owner: &Cloud, number: &str, total: &str) {
        let began = Instant::now();
        loop {
            let found = self.total(owner, number).await;
            if found.as_deref() == Some(total) {
                return;
            }
            let waited = began.elapsed();
            assert!(
                waited < Duration::from_mins(1),
                "after {waited:?} {number} is {found:?}: {:#}",
                self.described().await
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Waits for this number of dead letters and returns the health of their queue.
    async fn until_dead_letters(&self, count: u64) -> Value {
        let began = Instant::now();
        loop {
            let described = self.described().await;
            let queues = described["queues"].as_array().unwrap();
            let dead = queues
                .iter()
                .find(|queue| queue["logicalId"] == "DeadLetterQueue");
            let dead = dead.unwrap();
            if dead["messages"] == count {
                return dead.clone();
            }
            let waited = began.elapsed();
            assert!(waited < Duration::from_mins(1), "after {waited:?} {described:#}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Moves the dead letters back like `aws sqs start-message-move-task`, which the emulator does not support.
    async fn redrive(&self, owner: &Cloud) {
        let (dead, queue) = (self.output("DeadLetterQueue").await, self.output("Queue").await);
        let sqs = owner.sqs();
        let received = sqs.receive_message().queue_url(&dead).max_number_of_messages(10);
        let messages = received.send().await.unwrap().messages.unwrap();
        for message in messages {
            let body = message.body.unwrap();
            sqs.send_message()
                .queue_url(&queue)
                .message_body(body)
                .send()
                .await
                .unwrap();
            let handle = message.receipt_handle.unwrap();
            sqs.delete_message()
                .queue_url(&dead)
                .receipt_handle(handle)
                .send()
                .await
                .unwrap();
        }
    }
}

fn order(number: &str) -> StreamId {
    StreamId::from_name(&"order".parse().unwrap(), number)
}

/// The application that sells, and appends.
struct Shop {
    client: Client,
    order: StreamType,
}

impl Shop {
    async fn open(store: &Deployment, role: &Cloud) -> Self {
        let builder = store.client_builder().await;
        Self {
            client: builder
                .aws_iam(role.credentials(), role.region())
                .build()
                .unwrap(),
            order: "order".parse().unwrap(),
        }
    }

    async fn place(&self, number: &str, total: u64, currency: &str) {
        let payload = json!({"total": total, "currency": currency});
        let placed = NewEvent::of("placed".parse().unwrap(), &payload).unwrap();
        let appended = self
            .client
            .append(&self.order, order(number), ExpectedRevision::NoStream, placed);
        appended.await.unwrap();
    }
}

async fn what_the_deployer_says_before(consumer: &Consumer) {
    let rendered = consumer.run("render", &[]).await.succeeded();
    assert!(
        rendered
            .stdout
            .contains("{{resolve:ssm:/followed/event-store/ES_URL}}"),
        "{rendered}"
    );
    let settings = consumer.run("render", &["--verbose"]).await.succeeded();
    assert!(settings.stderr.contains("templates/orders.yaml"), "{settings}");
    assert!(settings.stderr.contains(CONSUMER), "{settings}");
    let doctor = consumer
        .run("doctor", &["--artifacts", consumer.build.folder()])
        .await;
    doctor.succeeded();
}

async fn what_describe_says_of_it(consumer: &Consumer) {
    let told = consumer.run("describe", &["--exit-code"]).await.ended_with(2);
    assert!(told.stdout.contains("1 message"), "{told}");
    assert!(
        told.stdout
            .contains("dead letters of Queue: `deployer logs` tells why they failed"),
        "{told}"
    );
}

async fn what_looks_after_it(consumer: &Consumer) {
    let drift = consumer.run("drift", &["--exit-code"]).await.succeeded();
    assert!(drift.stdout.contains("is as it was deployed"), "{drift}");
    let history = consumer.run("history", &["--json"]).await.succeeded();
    assert!(history.stdout.contains(CONSUMER), "{history}");
    consumer.run("events", &[]).await.succeeded();
    for who in ["operator", "diff", "execution-role"] {
        consumer.run("policy", &["--for", who]).await.succeeded();
    }
    // `smoke` and `reconcile` need a store, which this is not.
    let smoke = consumer.run("smoke", &[]).await.ended_with(64);
    assert!(
        smoke
            .stderr
            .contains("is no event store: it has no output `EsUrl`"),
        "{smoke}"
    );
    let reconcile = consumer.run("reconcile", &[]).await.ended_with(64);
    assert!(
        reconcile.stderr.contains("names no function that reconciles"),
        "{reconcile}"
    );
    let caller = consumer.run("policy", &["--for", "caller"]).await;
    assert!(caller.stderr.contains("nobody can call it"), "{caller}");
}

//! A scripted account: one queue, one topic, and SNS's rules for subscriptions.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const QUEUE_ARN: &str = "arn:aws:sqs:eu-central-1:123456789012:orders";
pub(crate) const TOPIC_ARN: &str = "arn:aws:sns:eu-central-1:123456789012:events";

pub(crate) struct Account {
    pub(crate) server: MockServer,
    records: Arc<Mutex<Records>>,
}

#[derive(Default)]
pub(crate) struct Records {
    pub(crate) queue_attributes: BTreeMap<String, String>,
    /// Attributes by subscription; the queue's is the one whose endpoint is its ARN.
    pub(crate) subscriptions: BTreeMap<String, BTreeMap<String, String>>,
    /// What was asked for, in that order.
    pub(crate) calls: Vec<String>,
    /// An operation that fails.
    pub(crate) failing: Option<&'static str>,
}

impl Account {
    pub(crate) async fn start() -> Self {
        let records = Arc::new(Mutex::new(Records::default()));
        records
            .lock()
            .unwrap()
            .queue_attributes
            .insert("QueueArn".into(), QUEUE_ARN.into());
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(Answering(Arc::clone(&records)))
            .mount(&server)
            .await;
        Self { server, records }
    }

    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap()
    }

    pub(crate) fn sns(&self) -> aws_sdk_sns::Client {
        let configuration = aws_sdk_sns::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(self.server.uri())
            .build();
        aws_sdk_sns::Client::from_conf(configuration)
    }
}

impl Records {
    /// Subscribes somebody.
    pub(crate) fn subscribe(&mut self, endpoint: &str, attributes: &[(&str, &str)]) -> String {
        let arn = format!("{TOPIC_ARN}:{}", self.subscriptions.len() + 1);
        let mut kept: BTreeMap<String, String> = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        kept.insert("Endpoint".into(), endpoint.into());
        self.subscriptions.insert(arn.clone(), kept);
        arn
    }

    /// The subscription of the queue, less its endpoint.
    pub(crate) fn of_queue(&self) -> BTreeMap<String, String> {
        let mut found = self
            .subscriptions
            .values()
            .find(|attributes| attributes["Endpoint"] == QUEUE_ARN)
            .unwrap()
            .clone();
        found.remove("Endpoint");
        found
    }
}

struct Answering(Arc<Mutex<Records>>);

impl Respond for Answering {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut records = self.0.lock().unwrap();
        if let Some(target) = request.headers.get("x-amz-target") {
            let operation = target.to_str().unwrap().strip_prefix("AmazonSQS.").unwrap();
            records.calls.push(operation.to_owned());
            if records.failing == Some(operation) {
                return ResponseTemplate::new(500);
            }
            return records.sqs(operation, &request.body_json().unwrap());
        }
        let parameters: HashMap<String, String> =
            url::form_urlencoded::parse(&request.body).into_owned().collect();
        let operation = parameters["Action"].clone();
        records.calls.push(operation.clone());
        if records.failing == Some(operation.as_str()) {
            return refused("InternalError", "out of order", 500);
        }
        records.sns(&operation, &parameters)
    }
}

impl Records {
    fn sqs(&mut self, operation: &str, call: &Value) -> ResponseTemplate {
        match operation {
            "GetQueueAttributes" => {
                let wanted = call["AttributeNames"].as_array().unwrap();
                let told: BTreeMap<_, _> = self
                    .queue_attributes
                    .iter()
                    .filter(|(name, _)| wanted.contains(&json!(name)))
                    .collect();
                ResponseTemplate::new(200).set_body_json(json!({ "Attributes": told }))
            }
            "SetQueueAttributes" => {
                for (name, value) in call["Attributes"].as_object().unwrap() {
                    let value = value.as_str().unwrap().to_owned();
                    self.queue_attributes.insert(name.clone(), value);
                }
                ResponseTemplate::new(200).set_body_json(json!({}))
            }
            other => panic!("nobody calls {other}"),
        }
    }

    fn sns(&mut self, operation: &str, parameters: &HashMap<String, String>) -> ResponseTemplate {
        let result = match operation {
            "Subscribe" => {
                let Some(arn) = self.subscribed(parameters) else {
                    let message = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes";
                    return refused("InvalidParameter", message, 400);
                };
                format!("<SubscriptionArn>{arn}</SubscriptionArn>")
            }
            "ListSubscriptionsByTopic" => self.page(parameters.get("NextToken")),
            "GetSubscriptionAttributes" => {
                let found = &self.subscriptions[&parameters["SubscriptionArn"]];
                let mut entries = String::new();
                for (name, value) in found {
                    let value = value.replace('"', "&quot;");
                    write!(entries, "<entry><key>{name}</key><value>{value}</value></entry>").unwrap();
                }
                format!("<Attributes>{entries}</Attributes>")
            }
            "SetSubscriptionAttributes" => {
                let found = self
                    .subscriptions
                    .get_mut(&parameters["SubscriptionArn"])
                    .unwrap();
                found.insert(
                    parameters["AttributeName"].clone(),
                    parameters["AttributeValue"].clone(),
                );
                String::new()
            }
            other => panic!("nobody calls {other}"),
        };
        let text = format!(
            r#"<{operation}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><{operation}Result>{result}</{operation}Result></{operation}Response>"#
        );
        ResponseTemplate::new(200).set_body_raw(text, "text/xml")
    }

    /// One subscription an endpoint: asked for once more with the same attributes it is told, with others refused.
    fn subscribed(&mut self, parameters: &HashMap<String, String>) -> Option<String> {
        assert_eq!(
            (parameters["Protocol"].as_str(), parameters["TopicArn"].as_str()),
            ("sqs", TOPIC_ARN)
        );
        let mut attributes: BTreeMap<String, String> = (1..)
            .map_while(|index| {
                let name = parameters.get(&format!("Attributes.entry.{index}.key"))?;
                let value = &parameters[&format!("Attributes.entry.{index}.value")];
                Some((name.clone(), value.clone()))
            })
            .collect();
        attributes.insert("Endpoint".into(), parameters["Endpoint"].clone());
        let found = self
            .subscriptions
            .iter()
            .find(|(_, found)| found["Endpoint"] == attributes["Endpoint"]);
        if let Some((arn, found)) = found {
            return (*found == attributes).then(|| arn.clone());
        }
        let arn = format!("{TOPIC_ARN}:{}", self.subscriptions.len() + 1);
        self.subscriptions.insert(arn.clone(), attributes);
        Some(arn)
    }

    /// Two subscriptions a page.
    fn page(&self, token: Option<&String>) -> String {
        let from: usize = token.map_or(0, |token| token.parse().unwrap());
        let mut members = String::new();
        for (arn, attributes) in self.subscriptions.iter().skip(from).take(2) {
            let endpoint = &attributes["Endpoint"];
            let protocol = if endpoint.starts_with("arn:aws:sqs:") {
                "sqs"
            } else {
                "https"
            };
            write!(
                members,
                "<member><SubscriptionArn>{arn}</SubscriptionArn><Protocol>{protocol}</Protocol><Endpoint>{endpoint}</Endpoint></member>"
            )
            .unwrap();
        }
        let more = if from + 2 < self.subscriptions.len() {
            format!("<NextToken>{}</NextToken>", from + 2)
        } else {
            String::new()
        };
        format!("<Subscriptions>{members}</Subscriptions>{more}")
    }
}

fn refused(code: &str, message: &str, status: u16) -> ResponseTemplate {
    let text = format!(
        r#"<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"#
    );
    ResponseTemplate::new(status).set_body_raw(text, "text/xml")
}

//! A scripted queue: keeps messages as SQS does, but lets no time pass. A message that is hidden comes again when it is
//! hidden for no time, and not otherwise.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) struct Queue {
    pub(crate) server: MockServer,
    state: Arc<State>,
}

struct State {
    records: Mutex<Records>,
    /// Counts the calls.
    calls: watch::Sender<u64>,
}

#[derive(Debug, Default)]
pub(crate) struct Records {
    visible: VecDeque<Message>,
    /// By receipt.
    hidden: BTreeMap<String, Message>,
    /// What will be answered instead to calls of an operation.
    instead: Vec<(&'static str, ResponseTemplate)>,
    /// How long the next call to receive takes that receives something.
    delay: Duration,
    /// Calls to receive.
    pub(crate) receives: Vec<Value>,
    /// The ids of messages that were received, in that order.
    pub(crate) received: Vec<String>,
    /// The ids of messages that were acknowledged, in that order.
    pub(crate) acknowledged: Vec<String>,
    /// The id of a message that was hidden anew, and for how many seconds.
    pub(crate) hidings: Vec<(String, u64)>,
}

#[derive(Clone, Debug)]
struct Message {
    id: String,
    body: String,
    times_received: u32,
}

impl Queue {
    pub(crate) async fn start() -> Self {
        let state = Arc::new(State {
            records: Mutex::default(),
            calls: watch::Sender::new(0),
        });
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(Answering(Arc::clone(&state)))
            .mount(&server)
            .await;
        Self { server, state }
    }

    pub(crate) fn send(&self, id: &str, body: impl Into<String>) {
        self.send_again(id, body, 0);
    }

    /// Sends a message that was received before.
    pub(crate) fn send_again(&self, id: &str, body: impl Into<String>, times_received: u32) {
        let (id, body) = (id.to_owned(), body.into());
        self.change(|records| {
            records.visible.push_back(Message {
                id,
                body,
                times_received,
            });
        });
    }

    /// Has the next call of `operation` answered so.
    pub(crate) fn answer_instead(&self, operation: &'static str, response: ResponseTemplate) {
        self.change(|records| records.instead.push((operation, response)));
    }

    /// Has the next call to receive, that receives something, take so long.
    pub(crate) fn delay(&self, delay: Duration) {
        self.change(|records| records.delay = delay);
    }

    /// Waits until the records are as `condition` says, and answers what it answers.
    pub(crate) async fn until<T>(&self, mut condition: impl FnMut(&Records) -> Option<T>) -> T {
        let mut calls = self.state.calls.subscribe();
        let waiting = async {
            loop {
                if let Some(found) = condition(&self.state.records.lock().unwrap()) {
                    return found;
                }
                calls.changed().await.unwrap();
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        found.unwrap_or_else(|_| {
            let records = self.state.records.lock().unwrap();
            panic!("it did not happen; what did: {records:#?}")
        })
    }

    /// Waits until exactly these messages are acknowledged, in any order.
    pub(crate) async fn acknowledges(&self, ids: &[&str]) {
        let mut wanted: Vec<String> = ids.iter().map(ToString::to_string).collect();
        wanted.sort();
        self.until(|records| {
            let mut acknowledged = records.acknowledged.clone();
            acknowledged.sort();
            (acknowledged == wanted).then_some(())
        })
        .await;
    }

    pub(crate) fn look<T>(&self, look: impl FnOnce(&Records) -> T) -> T {
        look(&self.state.records.lock().unwrap())
    }

    fn change(&self, change: impl FnOnce(&mut Records)) {
        change(&mut self.state.records.lock().unwrap());
        self.state.calls.send_modify(|calls| *calls += 1);
    }
}

struct Answering(Arc<State>);

impl Respond for Answering {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let target = request.headers["x-amz-target"].to_str().unwrap();
        let operation = target.strip_prefix("AmazonSQS.").unwrap();
        let call: Value = request.body_json().unwrap();
        let mut records = self.0.records.lock().unwrap();
        let instead = records.instead.iter().position(|(other, _)| *other == operation);
        let response = match (instead, operation) {
            (Some(place), _) => records.instead.remove(place).1,
            (None, "ReceiveMessage") => records.receive(call),
            (None, "DeleteMessageBatch") => records.acknowledge(&call),
            (None, "ChangeMessageVisibilityBatch") => records.hide(&call),
            (None, other) => panic!("nobody calls {other}"),
        };
        drop(records);
        self.0.calls.send_modify(|calls| *calls += 1);
        response
    }
}

impl Records {
    /// Whether everything that was to be answered instead has been.
    pub(crate) fn has_answered_all(&self) -> bool {
        self.instead.is_empty()
    }

    fn receive(&mut self, call: Value) -> ResponseTemplate {
        let at_most = usize::try_from(call["MaxNumberOfMessages"].as_u64().unwrap()).unwrap();
        self.receives.push(call);
        let count = at_most.min(self.visible.len());
        let mut messages = Vec::new();
        for mut message in self.visible.drain(..count).collect::<Vec<_>>() {
            message.times_received += 1;
            let receipt = format!("{}#{}", message.id, message.times_received);
            self.received.push(message.id.clone());
            messages.push(json!({
                "MessageId": message.id,
                "ReceiptHandle": receipt,
                "Body": message.body,
                "Attributes": {"ApproximateReceiveCount": message.times_received.to_string()},
            }));
            self.hidden.insert(receipt, message);
        }
        // SQS would wait for a message; here it is enough not to be asked all the time.
        let delay = if messages.is_empty() {
            Duration::from_millis(10)
        } else {
            std::mem::take(&mut self.delay)
        };
        ResponseTemplate::new(200)
            .set_body_json(json!({ "Messages": messages }))
            .set_delay(delay)
    }

    fn acknowledge(&mut self, call: &Value) -> ResponseTemplate {
        let mut failed = Vec::new();
        for entry in call["Entries"].as_array().unwrap() {
            match self.hidden.remove(entry["ReceiptHandle"].as_str().unwrap()) {
                Some(message) => self.acknowledged.push(message.id),
                None => failed.push(invalid(entry)),
            }
        }
        ResponseTemplate::new(200).set_body_json(json!({"Successful": [], "Failed": failed}))
    }

    fn hide(&mut self, call: &Value) -> ResponseTemplate {
        let mut failed = Vec::new();
        for entry in call["Entries"].as_array().unwrap() {
            let receipt = entry["ReceiptHandle"].as_str().unwrap();
            let seconds = entry["VisibilityTimeout"].as_u64().unwrap();
            let Some(message) = self.hidden.get(receipt).cloned() else {
                failed.push(invalid(entry));
                continue;
            };
            self.hidings.push((message.id.clone(), seconds));
            if seconds == 0 {
                self.hidden.remove(receipt);
                self.visible.push_back(message);
            }
        }
        ResponseTemplate::new(200).set_body_json(json!({"Successful": [], "Failed": failed}))
    }
}

fn invalid(entry: &Value) -> Value {
    json!({"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid", "SenderFault": true})
}

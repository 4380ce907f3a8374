//! A stand-in for SNS that can be out of order, and remembers what it took.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use wiremock::matchers::{body_string_contains, method};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub(crate) const ARN: &str = "arn:aws:sns:eu-central-1:000000000000:updates";

/// The stand-in.
pub(crate) struct Topic {
    server: MockServer,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    out_of_order: AtomicBool,
    taken: Mutex<Vec<Value>>,
}

struct Answering(Arc<State>);

impl Respond for Answering {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        if self.0.out_of_order.load(Ordering::SeqCst) {
            return ResponseTemplate::new(503);
        }
        let entries = entries(request);
        self.0.taken.lock().unwrap().extend(entries.iter().cloned());
        let taken: Vec<String> = (0..entries.len())
            .map(|id| format!("<member><Id>{id}</Id><MessageId>m</MessageId></member>"))
            .collect();
        let taken = taken.concat();
        ResponseTemplate::new(200).set_body_string(format!(
            "<PublishBatchResponse><PublishBatchResult><Failed/><Successful>{taken}</Successful>\
             </PublishBatchResult></PublishBatchResponse>"
        ))
    }
}

/// The messages of a call, in their order.
fn entries(request: &Request) -> Vec<Value> {
    let pairs: Vec<(String, String)> = reqwest::Url::parse("http://a")
        .map(|mut url| {
            url.set_query(std::str::from_utf8(&request.body).ok());
            url.query_pairs().into_owned().collect()
        })
        .unwrap();
    let message = |(name, text): &(String, String)| {
        let is_message = name.starts_with("PublishBatchRequestEntries.member.") && name.ends_with(".Message");
        is_message.then(|| serde_json::from_str(text).unwrap())
    };
    pairs.iter().filter_map(message).collect()
}

impl Topic {
    pub(crate) async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::<State>::default();
        Mock::given(method("POST"))
            .and(body_string_contains("Action=PublishBatch"))
            .respond_with(Answering(state.clone()))
            .mount(&server)
            .await;
        Self { server, state }
    }

    /// What names the topic to the program.
    pub(crate) fn arguments(&self) -> [String; 4] {
        [
            "--topic-arn".into(),
            ARN.into(),
            "--sns-endpoint".into(),
            self.server.uri(),
        ]
    }

    pub(crate) fn set_out_of_order(&self, out_of_order: bool) {
        self.state.out_of_order.store(out_of_order, Ordering::SeqCst);
    }

    /// How many calls came, whatever became of them.
    pub(crate) async fn calls(&self) -> usize {
        self.server.received_requests().await.unwrap().len()
    }

    /// Forgets what came so far.
    pub(crate) async fn forget(&self) {
        self.server.reset().await;
        self.state.taken.lock().unwrap().clear();
        Mock::given(method("POST"))
            .respond_with(Answering(self.state.clone()))
            .mount(&self.server)
            .await;
    }

    /// Every notification that it took: the stream and the revision of each.
    pub(crate) fn announced(&self) -> BTreeSet<(String, u64)> {
        self.announcements().into_iter().collect()
    }

    /// The same, as often as it took them.
    pub(crate) fn announcements(&self) -> Vec<(String, u64)> {
        let taken = self.state.taken.lock().unwrap();
        taken
            .iter()
            .map(|notification| {
                let id = notification["StreamId"].as_str().unwrap().to_owned();
                let revision = notification["StreamRevision"].as_str().unwrap();
                (id, revision.parse().unwrap())
            })
            .collect()
    }

    /// Waits until all of these have come.
    pub(crate) async fn has(&self, expected: &BTreeSet<(String, u64)>) {
        crate::process::until("announced", async || {
            let announced = self.announced();
            let missing: Vec<_> = expected.difference(&announced).collect();
            missing
                .is_empty()
                .then_some(())
                .ok_or(format!("{missing:?} are missing"))
        })
        .await;
    }
}

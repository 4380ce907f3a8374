//! Every update is announced, with either way to filter.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use event_store_client::types::{Notification, Revision, StreamType};
use uuid::Uuid;

use super::Target;
use crate::conformance::{OwnStream, at, numbered};
use crate::verify::claim::{Made, make};
use crate::verify::queues::Queues;
use crate::{FilterScope, Subscription};

/// A filter policy takes up to 15 minutes to take effect:
/// <https://docs.aws.amazon.com/sns/latest/dg/message-filtering-apply.html>
const FILTERS_WITHIN: Duration = Duration::from_mins(15);
/// A new subscription, and the queue's policy, take a while, too.
const ARRIVES_WITHIN: Duration = Duration::from_mins(5);
const ROUND: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_secs(5);
const LIMIT: Duration = Duration::from_mins(20);

/// How many updates are waited for.
const UPDATES: u64 = 10;

/// A queue receives every update of the type that it filters by, and nothing else.
pub(super) async fn made(target: &Target, queues: &Queues, scope: FilterScope) -> Made {
    let claim = format!(
        "every update arrives on a queue that filters by `{}`, and no other",
        scope.name()
    );
    make(claim, LIMIT, async {
        let client = target.client().expect("a client was made before");
        let topic = target.described.output("EsSnsTopic");
        let topic = topic.unwrap_or_else(|error| panic!("{error}"));
        let own = synthetic(scope, "own");
        let other = synthetic(scope, "other");
        let name = queues.name(scope);
        let subscription = Subscription::new(&target.cloud, topic, &name, &own, scope).await;
        let began = Instant::now();
        loop {
            // First, to notice a filter that lets everything through.
            OwnStream::begun(&client, &other).await;
            let round = Round::append_and_listen(&client, &own, &subscription).await;
            let waited = began.elapsed();
            if round.missing.is_empty() && round.strangers == 0 {
                return Ok(round.delay());
            }
            assert!(
                round.missing.is_empty() || waited < ARRIVES_WITHIN,
                "the revisions {:?} did not arrive within {} s",
                round.missing,
                ROUND.as_secs()
            );
            assert!(
                round.strangers == 0 || waited < FILTERS_WITHIN,
                "the filter lets notifications of other types pass"
            );
            tokio::time::sleep(PAUSE).await;
        }
    })
    .await
}

/// A stream type that no application uses, a new one for each run.
fn synthetic(scope: FilterScope, role: &str) -> StreamType {
    let scope = scope.name().to_lowercase();
    let name = format!("verify-{scope}-{role}-{}", Uuid::now_v7().as_simple());
    name.parse().expect("it is a stream type")
}

/// Some updates, and the notifications of them.
struct Round {
    missing: Vec<Revision>,
    strangers: usize,
    /// From each acknowledgement to the notification's arrival.
    delays: Vec<Duration>,
}

impl Round {
    async fn append_and_listen(
        client: &event_store_client::Client,
        own: &StreamType,
        subscription: &Subscription,
    ) -> Self {
        let stream = OwnStream::of_type(client, own);
        let mut pending: BTreeMap<Revision, Instant> = BTreeMap::new();
        let mut round = Self {
            missing: Vec::new(),
            strangers: 0,
            delays: Vec::new(),
        };
        for end in 0..UPDATES {
            let appended = stream.append_one(at(end), &numbered(end + 1)).await;
            let appended = appended.expect("it is appended");
            pending.insert(appended.stream.revision, Instant::now());
        }
        let began = Instant::now();
        while !pending.is_empty() && began.elapsed() < ROUND {
            for notification in subscription.receive().await {
                round.count(&notification, &stream, &mut pending);
            }
        }
        // The filter let any other message through.
        for notification in subscription.receive().await {
            round.count(&notification, &stream, &mut pending);
        }
        round.missing = pending.into_keys().collect();
        round
    }

    fn count(
        &mut self,
        notification: &Notification,
        stream: &OwnStream,
        pending: &mut BTreeMap<Revision, Instant>,
    ) {
        if notification.stream_type != stream.stream_type {
            self.strangers += 1;
        } else if notification.stream_id == stream.stream_id
            && let Some(acknowledged) = pending.remove(&notification.stream_revision)
        {
            self.delays.push(acknowledged.elapsed());
        }
    }

    /// The delay of relay, topic and queue together.
    fn delay(mut self) -> String {
        self.delays.sort_unstable();
        let at = |place: usize| self.delays.get(place).copied().unwrap_or_default().as_secs_f64();
        format!(
            "{} updates, {:.1} s after they were acknowledged in the middle, {:.1} s at the latest",
            self.delays.len(),
            at(self.delays.len() / 2),
            at(self.delays.len().saturating_sub(1)),
        )
    }
}

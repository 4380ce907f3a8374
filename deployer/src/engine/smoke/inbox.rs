//! A queue that listens to a topic for as long as a trial takes.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::aws::{CallError, Cloud, NewQueue};
use crate::engine::{Event, Session, Talk};

use super::SmokeTarget;

/// The tag of such queues, and its value.
const TAG: (&str, &str) = ("deployer", "smoke");
/// What is older was left by a run that could not tidy up: no trial takes so long.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(1);

/// A queue and its subscription.
pub(super) struct Inbox {
    pub(super) url: String,
    subscription: String,
}

impl Inbox {
    /// Makes a queue that only the topic may send to, and subscribes it to all that the topic says: a filter policy takes up to 15 minutes to
    /// act ([guide](https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html)).
    pub(super) async fn open<C: Cloud, T: Talk>(
        session: &mut Session<'_, C, T>,
        target: &SmokeTarget,
        run: Uuid,
    ) -> Result<Self, CallError> {
        let name = format!("{}{}", prefix(target), run.simple());
        let arn = queue_arn(target, &name);
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": target.topic}},
            }],
        });
        let queue = NewQueue {
            name,
            policy: policy.to_string(),
            tags: BTreeMap::from([(TAG.0.to_owned(), TAG.1.to_owned())]),
        };
        let url = session.cloud.create_queue(&queue).await?;
        match session.cloud.subscribe_queue(&target.topic, &arn).await {
            Ok(subscription) => Ok(Self { url, subscription }),
            Err(error) => {
                let deleted = session.cloud.delete_queue(&url).await;
                tell_failure(session, &url, deleted);
                Err(error)
            }
        }
    }

    /// Removes the queue and its subscription. What cannot be removed is told, and swept by a later run.
    pub(super) async fn close<C: Cloud, T: Talk>(self, session: &mut Session<'_, C, T>) {
        // A subscription without its queue would never be found again.
        let mut removed = session.cloud.unsubscribe(&self.subscription).await;
        if removed.is_ok() {
            removed = session.cloud.delete_queue(&self.url).await;
        }
        tell_failure(session, &self.url, removed);
    }
}

/// Removes what earlier runs left. That it cannot be removed is told and is no failure of the store.
pub(super) async fn sweep<C: Cloud, T: Talk>(session: &mut Session<'_, C, T>, target: &SmokeTarget) {
    let queues = format!("queues {}*", prefix(target));
    let swept = try_sweep(session, target).await;
    tell_failure(session, &queues, swept);
}

async fn try_sweep<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    target: &SmokeTarget,
) -> Result<(), CallError> {
    let mut next: Option<String> = None;
    loop {
        let page = session
            .cloud
            .queues_named(&prefix(target), next.as_deref())
            .await?;
        for url in &page.items {
            let origin = session.cloud.queue_origin(url).await?;
            let is_left = origin.is_some_and(|origin| {
                let age = session.cloud.now().duration_since(origin.made);
                age > LEFT_BEHIND && origin.tags.get(TAG.0).map(String::as_str) == Some(TAG.1)
            });
            if is_left {
                remove(session, target, url).await?;
            }
        }
        next = page.next;
        if next.is_none() {
            return Ok(());
        }
    }
}

async fn remove<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    target: &SmokeTarget,
    url: &str,
) -> Result<(), CallError> {
    let arn = queue_arn(target, url.rsplit('/').next().unwrap_or_default());
    let mut next: Option<String> = None;
    loop {
        let page = session
            .cloud
            .subscriptions(&target.topic, next.as_deref())
            .await?;
        for subscription in page.items.iter().filter(|known| known.endpoint == arn) {
            session.cloud.unsubscribe(&subscription.arn).await?;
        }
        next = page.next;
        if next.is_none() {
            return session.cloud.delete_queue(url).await;
        }
    }
}

fn tell_failure<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    what: &str,
    outcome: Result<(), CallError>,
) {
    if let Err(error) = outcome {
        session.tell(Event::CleanupFailed {
            what: what.to_owned(),
            reason: error.to_string(),
        });
    }
}

/// Stacks have names of at most 32 characters, queues of 80.
fn prefix(target: &SmokeTarget) -> String {
    format!("{}-smoke-", target.stack)
}

/// The queue is where the topic is: `arn:<partition>:sns:<region>:<account>:<name>`.
fn queue_arn(target: &SmokeTarget, name: &str) -> String {
    let mut parts: Vec<&str> = target.topic.split(':').collect();
    parts.pop();
    let place = parts.join(":").replacen(":sns:", ":sqs:", 1);
    format!("{place}:{name}")
}

//! A queue that listens to a topic for as long as a trial takes.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::cloud::{CallError, Cloud, NewQueue, QueueOrigin};
use crate::stack::{Task, Unfinished};
use crate::{Event, Session};

use super::SmokeTarget;

/// The tag of such queues, and its value.
const TAG: (&str, &str) = ("deployer", "smoke");
/// The tag that names whose trial it is.
const BY: &str = "deployer-by";
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
    pub(super) async fn open<C: Cloud>(
        session: &mut Session<'_, C>,
        target: &SmokeTarget,
        run: Uuid,
    ) -> Result<Self, CallError> {
        let name = format!("{}{}", prefix(&target.stack), run.simple());
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
            tags: BTreeMap::from([
                (TAG.0.to_owned(), TAG.1.to_owned()),
                (BY.to_owned(), session.caller().to_owned()),
            ]),
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
    pub(super) async fn close<C: Cloud>(self, session: &mut Session<'_, C>) {
        // A subscription without its queue would never be found again.
        let mut removed = session.cloud.unsubscribe(&self.subscription).await;
        if removed.is_ok() {
            removed = session.cloud.delete_queue(&self.url).await;
        }
        tell_failure(session, &self.url, removed);
    }
}

/// Removes what earlier runs left. That it cannot be removed is told and is no failure of the store.
///
/// A trial of the same caller is an earlier one that was interrupted: who tries a store twice at once is told so by the one that fails.
pub(super) async fn sweep<C: Cloud>(session: &mut Session<'_, C>, target: &SmokeTarget) {
    let now = session.cloud.now();
    let caller = session.caller().to_owned();
    let is_left = |origin: &QueueOrigin| {
        let age = now.duration_since(origin.made);
        age > LEFT_BEHIND || origin.tags.get(BY) == Some(&caller)
    };
    let swept = match left(session, &target.stack, is_left).await {
        Ok(urls) => remove_all(session, target, &urls).await,
        Err(error) => Err(error),
    };
    tell_failure(session, &format!("queues {}*", prefix(&target.stack)), swept);
}

/// Removes all queues of trials of a stack that goes: their subscriptions go with its topic.
pub(crate) async fn sweep_all<C: Cloud>(session: &mut Session<'_, C>, stack: &str) {
    let swept = match left(session, stack, |_| true).await {
        Ok(urls) => delete_all(session, &urls).await,
        Err(error) => Err(error),
    };
    tell_failure(session, &format!("queues {}*", prefix(stack)), swept);
}

/// Trials of a stack whose queues are there: they were interrupted, or are still at work.
pub(crate) async fn trials<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
) -> Result<Vec<Unfinished>, CallError> {
    let queues = queues(session, stack).await?.into_iter();
    Ok(queues
        .map(|(_, origin)| Unfinished {
            task: Task::Try,
            by: origin.tags.get(BY).cloned().unwrap_or_default(),
            since: origin.made,
            release: None,
            policy_lifted: false,
        })
        .collect())
}

/// The queues of trials of a stack that are left behind, by their URLs.
async fn left<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
    is_left: impl Fn(&QueueOrigin) -> bool,
) -> Result<Vec<String>, CallError> {
    let queues = queues(session, stack).await?.into_iter();
    let left = queues.filter(|(_, origin)| is_left(origin));
    Ok(left.map(|(url, _)| url).collect())
}

/// The queues of trials of a stack, by their URLs.
async fn queues<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
) -> Result<Vec<(String, QueueOrigin)>, CallError> {
    let mut queues = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = session
            .cloud
            .queues_named(&prefix(stack), next.as_deref())
            .await?;
        for url in page.items {
            let origin = session.cloud.queue_origin(&url).await?;
            let is_ours = |origin: &QueueOrigin| origin.tags.get(TAG.0).map(String::as_str) == Some(TAG.1);
            queues.extend(origin.filter(is_ours).map(|origin| (url, origin)));
        }
        next = page.next;
        if next.is_none() {
            return Ok(queues);
        }
    }
}

async fn delete_all<C: Cloud>(session: &Session<'_, C>, urls: &[String]) -> Result<(), CallError> {
    for url in urls {
        session.cloud.delete_queue(url).await?;
    }
    Ok(())
}

async fn remove_all<C: Cloud>(
    session: &Session<'_, C>,
    target: &SmokeTarget,
    urls: &[String],
) -> Result<(), CallError> {
    for url in urls {
        remove(session, target, url).await?;
    }
    Ok(())
}

async fn remove<C: Cloud>(
    session: &Session<'_, C>,
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

fn tell_failure<C: Cloud>(session: &mut Session<'_, C>, what: &str, outcome: Result<(), CallError>) {
    if let Err(error) = outcome {
        session.tell(Event::CleanupFailed {
            what: what.to_owned(),
            reason: error.to_string(),
        });
    }
}

/// Stacks have names of at most 32 characters, queues of 80.
fn prefix(stack: &str) -> String {
    format!("{stack}-smoke-")
}

/// The queue is where the topic is: `arn:<partition>:sns:<region>:<account>:<name>`.
fn queue_arn(target: &SmokeTarget, name: &str) -> String {
    let mut parts: Vec<&str> = target.topic.split(':').collect();
    parts.pop();
    let place = parts.join(":").replacen(":sns:", ":sqs:", 1);
    format!("{place}:{name}")
}

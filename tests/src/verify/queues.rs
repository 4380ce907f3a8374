//! The temporary queues of a run, and their removal.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use aws_sdk_sqs::operation::get_queue_url::GetQueueUrlError;

use crate::{Cloud, FilterScope};

/// The queues that a run has created, or is about to create.
#[derive(Debug)]
pub(super) struct Queues {
    run: String,
    names: Mutex<BTreeSet<String>>,
}

impl Queues {
    /// The queues of the run called `run`.
    pub(super) fn of(run: &str) -> Self {
        Self {
            run: run.to_owned(),
            names: Mutex::default(),
        }
    }

    /// The name of a queue that is about to be created.
    pub(super) fn name(&self, scope: FilterScope) -> String {
        let name = format!("event-store-{}-{}", self.run, scope.name());
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(name.clone());
        name
    }

    /// Deletes all queues with their subscriptions, and returns those that it could not delete.
    pub(super) async fn remove(&self, cloud: &Cloud, topic: &str) -> Vec<String> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut left = Vec::new();
        for name in names {
            if let Err(why) = remove(cloud, topic, &name).await {
                left.push(format!("the queue `{name}`, or its subscription: {why}"));
            }
        }
        left
    }
}

async fn remove(cloud: &Cloud, topic: &str, name: &str) -> Result<(), String> {
    let why = |error: &dyn std::error::Error| aws_sdk_sqs::error::DisplayErrorContext(error).to_string();
    let sns = cloud.sns();
    let mut pages = sns
        .list_subscriptions_by_topic()
        .topic_arn(topic)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| why(&error))?;
        let own = page.subscriptions().iter().filter(|subscription| {
            let endpoint = subscription.endpoint().unwrap_or_default();
            endpoint.rsplit(':').next() == Some(name)
        });
        for arn in own.filter_map(|subscription| subscription.subscription_arn()) {
            let gone = sns.unsubscribe().subscription_arn(arn).send().await;
            gone.map_err(|error| why(&error))?;
        }
    }
    let sqs = cloud.sqs();
    match sqs.get_queue_url().queue_name(name).send().await {
        Ok(found) => {
            let url = found.queue_url.unwrap_or_default();
            let gone = sqs.delete_queue().queue_url(url).send().await;
            gone.map(drop).map_err(|error| why(&error))
        }
        // It was never created.
        Err(error)
            if error
                .as_service_error()
                .is_some_and(GetQueueUrlError::is_queue_does_not_exist) =>
        {
            Ok(())
        }
        Err(error) => Err(why(&error)),
    }
}

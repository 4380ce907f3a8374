//! A handler as a Lambda function.

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::future::pending;
use std::panic::AssertUnwindSafe;
use std::pin::pin;

use aws_lambda_events::event::sns::SnsEvent;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use event_store_types::Notification;
use futures::future::{Either, FutureExt as _, select};
use futures::stream::{FuturesUnordered, StreamExt as _};
use tracing::Instrument as _;

use super::{Received, from_sns, from_sqs};
use crate::BoxError;
use crate::notification::{Handler, Lanes, span, stream_of};

/// Runs a handler on Lambda's events.
///
/// Streams are handled side by side. Of one stream one notification at a time is handled, the lowest revision first. One
/// that its handler fails at, or panics at, fails together with those of its stream behind it, and no others.
#[derive(Clone, Debug)]
pub struct Function<H> {
    handler: H,
    concurrency: usize,
}

impl<H: Handler> Function<H> {
    /// A function that handles up to eight streams at once.
    pub fn new(handler: H) -> Self {
        Self {
            handler,
            concurrency: 8,
        }
    }

    /// Sets how many streams are handled at once; 0 counts as 1.
    #[must_use]
    pub fn concurrency(mut self, streams: usize) -> Self {
        self.concurrency = streams.max(1);
        self
    }

    /// Handles the messages of a queue, and answers those that are to come again: which were not handled, and which hold
    /// no notification. The latter come again until the queue moves them to its dead-letter queue.
    pub async fn handle_sqs(&self, event: SqsEvent) -> SqsBatchResponse {
        self.handle_sqs_until(event, pending()).await
    }

    /// The same, with `deadline` as the moment to answer at. What is being handled then is dropped, and comes again with
    /// what has not begun. An invocation that runs out of time instead makes the whole batch come again.
    pub async fn handle_sqs_until(
        &self,
        event: SqsEvent,
        deadline: impl Future<Output = ()>,
    ) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for unhandled in self.handle_all(from_sqs(event), deadline).await {
            // Lambda takes an empty identifier for a failure of the whole batch, which is what remains to be said of a
            // message that cannot be named.
            response.add_failure(unhandled);
        }
        response
    }

    /// Handles the messages of a topic. Lambda invokes a function of which this fails twice more, with all of them, and
    /// then gives them to the function's failure destination, if it has one.
    ///
    /// # Errors
    /// When some are not handled, or hold no notification.
    pub async fn handle_sns(&self, event: SnsEvent) -> Result<(), NotHandled> {
        let of = event.records.len();
        let message_ids = self.handle_all(from_sns(event), pending()).await;
        if message_ids.is_empty() {
            Ok(())
        } else {
            Err(NotHandled { message_ids, of })
        }
    }

    /// Answers the ids of those that were not handled, in the order in which they came.
    async fn handle_all(&self, messages: Vec<Received>, deadline: impl Future<Output = ()>) -> Vec<String> {
        let mut message_ids = Vec::with_capacity(messages.len());
        let mut lanes = Lanes::default();
        for (index, message) in messages.into_iter().enumerate() {
            match message.notification {
                Ok(notification) => {
                    let span = span(&notification, &message.message_id, message.trace_parent.as_ref());
                    lanes.add(notification, (index, span));
                }
                Err(error) => {
                    let error = &error as &(dyn StdError + 'static);
                    tracing::warn!(
                        message_id = message.message_id,
                        error,
                        "a message holds no notification"
                    );
                }
            }
            message_ids.push(message.message_id);
        }
        let mut unhandled: BTreeSet<usize> = (0..message_ids.len()).collect();

        let mut deadline = pin!(deadline);
        let mut handling = FuturesUnordered::new();
        loop {
            while handling.len() < self.concurrency {
                let Some((notification, (index, span))) = lanes.begin() else {
                    break;
                };
                handling.push(self.handle(notification, index).instrument(span));
            }
            let (notification, index, result) = match select(&mut deadline, handling.next()).await {
                Either::Left(((), _)) => {
                    tracing::warn!(
                        unhandled = unhandled.len(),
                        "no time is left: the rest comes again"
                    );
                    break;
                }
                Either::Right((None, _)) => break,
                Either::Right((Some(ended), _)) => ended,
            };
            let stream = stream_of(&notification);
            match result {
                Ok(()) => {
                    unhandled.remove(&index);
                    lanes.done(&stream);
                }
                Err(error) => {
                    let behind = lanes.failed(&stream);
                    tracing::warn!(
                        stream_type = %notification.stream_type,
                        stream_id = %notification.stream_id,
                        revision = %notification.stream_revision,
                        message_id = message_ids.get(index),
                        held_back = behind.len(),
                        error = &*error as &(dyn StdError + 'static),
                        "a notification was not handled: it comes again",
                    );
                }
            }
        }
        let mut index = 0..;
        message_ids.retain(|_| index.next().is_some_and(|index| unhandled.contains(&index)));
        message_ids
    }

    async fn handle(
        &self,
        notification: Notification,
        index: usize,
    ) -> (Notification, usize, Result<(), BoxError>) {
        // A panic would end the invocation, and make the whole batch come again.
        let handled = AssertUnwindSafe(self.handler.handle(notification.clone()))
            .catch_unwind()
            .await;
        let result = match handled {
            Ok(result) => result.map_err(Into::into),
            Err(_) => Err(Panicked.into()),
        };
        (notification, index, result)
    }
}

/// Messages that were not handled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of {of} messages are not handled", message_ids.len())]
#[non_exhaustive]
pub struct NotHandled {
    /// The id of each.
    pub message_ids: Vec<String>,
    of: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("the handler panicked")]
struct Panicked;

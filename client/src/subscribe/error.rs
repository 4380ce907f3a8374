//! Why a queue could not be subscribed.

use super::policy::InvalidPolicy;
use crate::BoxError;

/// Why a queue could not be subscribed. Trying again is safe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotSubscribed {
    /// What the queue is cannot be told, or its policy not set.
    #[error("the queue `{queue_url}` cannot be {what}")]
    #[non_exhaustive]
    Queue {
        /// The queue.
        queue_url: String,
        /// What could not be done with it.
        what: &'static str,
        /// Why.
        source: BoxError,
    },
    /// The queue has a policy that is none. It is left as it is.
    #[error("the policy of the queue `{queue_url}` cannot be added to")]
    #[non_exhaustive]
    Policy {
        /// The queue.
        queue_url: String,
        /// Why.
        source: BoxError,
    },
    /// SNS cannot encrypt for the queue, and would lose every message without a word to anybody here.
    #[error(
        "the queue `{queue_url}` is encrypted with `{key}`, a key that SNS may never use: \
         take SQS's own encryption (SSE-SQS), or a key of your own whose policy allows `sns.amazonaws.com`"
    )]
    #[non_exhaustive]
    UnusableKey {
        /// The queue.
        queue_url: String,
        /// The key.
        key: String,
    },
    /// SNS refused, or did not answer.
    #[error("the queue cannot be subscribed to `{topic_arn}`: {what}")]
    #[non_exhaustive]
    Topic {
        /// The topic.
        topic_arn: String,
        /// What could not be done.
        what: &'static str,
        /// Why.
        source: BoxError,
    },
}

impl From<(&str, InvalidPolicy)> for NotSubscribed {
    fn from((queue_url, invalid): (&str, InvalidPolicy)) -> Self {
        Self::Policy {
            queue_url: queue_url.to_owned(),
            source: invalid.into(),
        }
    }
}

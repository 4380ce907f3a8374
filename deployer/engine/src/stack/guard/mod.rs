//! PURE: what may not happen to the log of record by accident.
//!
//! A table that outlives its stack (`DeletionPolicy: Retain`) is taken to be a log of record, unless its `Metadata.Deployer.Table` says that
//! it is a `feed`, which is made again from the log but has positions that others hold, or a `read-model`, which is not guarded; what reads a log's
//! stream is what announces it; topics and function URLs are addresses that others hold. A change that would lose
//! events, notifications or an address is an [`Objection`], and is refused unless it was accepted by name. It is looked for twice: in
//! the two templates ([`in_templates`]), and in the change set ([`in_changes`]), which knows what CloudFormation would
//! replace.

mod accepted;
mod change_set;
pub(super) mod derived;
mod refusal;
mod rule;
mod rules;

use serde::Serialize;

pub use accepted::{Acceptance, Accepted, InvalidAcceptance};
pub use change_set::in_changes;
pub use refusal::Refusal;
pub use rules::{in_templates, irreplaceable};

/// A change that is refused unless it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Objection {
    /// The resource's name in the template.
    pub logical_id: String,
    /// What is about to happen to it.
    pub danger: Danger,
    /// Where in the resource, such as `Properties.KeySchema`; none, when it is the resource itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Objection {
    /// What the change is accepted by: `replace:EventsTable`.
    pub fn acceptance(&self) -> String {
        format!("{}:{}", self.danger.verb(), self.logical_id)
    }
}

/// What a guarded change comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Danger {
    /// A log would be made anew, and empty.
    LogReplaced,
    /// A log would leave the stack.
    LogRemoved,
    /// A log would have another key, or another name.
    LogReshaped,
    /// A log's stream would end or carry something else.
    StreamChanged,
    /// A log's items would expire.
    LogExpires,
    /// A log would go with its stack, or with its replacement.
    PolicyWeakened,
    /// A log could be deleted, or not be restored.
    ProtectionWeakened,
    /// A log would be encrypted with another key.
    EncryptionChanged,
    /// Others would be let to a log.
    AccessChanged,
    /// A feed would be made anew, and empty.
    FeedReplaced,
    /// A feed would leave the stack.
    FeedRemoved,
    /// A feed's pages would expire.
    FeedExpires,
    /// A feed would go with its stack, or with its replacement, or could be deleted.
    FeedUnprotected,
    /// Nobody would announce a log's updates.
    MappingRemoved,
    /// Announcements would stop, pass some updates over, or go elsewhere.
    MappingChanged,
    /// A topic would have another ARN, and no subscriptions.
    TopicReplaced,
    /// A topic would be gone.
    TopicRemoved,
    /// A function would have another URL.
    UrlReplaced,
    /// A function's URL would be gone.
    UrlRemoved,
}

impl Danger {
    /// What the danger is accepted by.
    pub fn verb(self) -> &'static str {
        match self {
            Self::LogReplaced
            | Self::LogReshaped
            | Self::FeedReplaced
            | Self::TopicReplaced
            | Self::UrlReplaced => "replace",
            Self::LogRemoved
            | Self::FeedRemoved
            | Self::MappingRemoved
            | Self::TopicRemoved
            | Self::UrlRemoved => "remove",
            Self::StreamChanged | Self::EncryptionChanged | Self::AccessChanged | Self::MappingChanged => {
                "change"
            }
            Self::LogExpires | Self::FeedExpires => "expire",
            Self::PolicyWeakened | Self::ProtectionWeakened | Self::FeedUnprotected => "weaken",
        }
    }

    /// Whether a stack policy that denies to replace and to delete stands against it.
    pub fn is_denied_by_policy(self) -> bool {
        match self {
            Self::LogReplaced
            | Self::LogRemoved
            | Self::LogReshaped
            | Self::FeedReplaced
            | Self::FeedRemoved
            | Self::TopicReplaced
            | Self::TopicRemoved
            | Self::UrlReplaced
            | Self::UrlRemoved => true,
            Self::StreamChanged
            | Self::LogExpires
            | Self::PolicyWeakened
            | Self::ProtectionWeakened
            | Self::EncryptionChanged
            | Self::AccessChanged
            | Self::FeedExpires
            | Self::FeedUnprotected
            | Self::MappingRemoved
            | Self::MappingChanged => false,
        }
    }

    /// What would come of it.
    pub fn consequence(self) -> &'static str {
        match self {
            Self::LogReplaced => {
                "an empty table takes its place; the events stay behind in the old one, which nothing reads any more"
            }
            Self::LogRemoved => {
                "the store loses its events; the table itself stays only if its policy keeps it"
            }
            Self::LogReshaped => "DynamoDB cannot change this of a table: it is made anew, and empty",
            Self::StreamChanged => {
                "the relay reads the old stream: what is appended from then on is neither listed nor announced"
            }
            Self::LogExpires => "DynamoDB deletes items of the log when their time has come",
            Self::PolicyWeakened => {
                "the table, and every event in it, would be deleted with the stack or its replacement"
            }
            Self::ProtectionWeakened => {
                "the table could be deleted, or could not be restored to an earlier moment"
            }
            Self::EncryptionChanged => "without the key that it was encrypted with, the table cannot be read",
            Self::AccessChanged => "others than the functions may read or change the log",
            Self::FeedReplaced => {
                "an empty feed takes its place: all followers begin anew, and `deployer reconcile` fills it from the events"
            }
            Self::FeedRemoved => {
                "nobody can follow any more; the table itself stays only if its policy keeps it. Once it is back, `deployer reconcile` \
                 adds what was appended meanwhile"
            }
            Self::FeedExpires => {
                "DynamoDB deletes pages of the feed when their time has come: followers pass events over"
            }
            Self::FeedUnprotected => {
                "the feed could be deleted, with its stack or alone: all followers would begin anew"
            }
            Self::MappingRemoved => {
                "updates are neither listed nor announced; after 24 hours the stream has forgotten them"
            }
            Self::MappingChanged => {
                "updates may be passed over, or go where nobody looks; after 24 hours the stream has forgotten them"
            }
            Self::TopicReplaced => "existing subscriptions are lost; subscribers must subscribe again",
            Self::TopicRemoved => "existing subscriptions are lost, and nothing is announced any more",
            Self::UrlReplaced => "the store gets another URL; whoever uses the old one must be told",
            Self::UrlRemoved => "whoever uses the store's URL reaches nothing any more",
        }
    }
}

//! PURE: protects the log of record from accidental loss.
//!
//! A table that outlives its stack (`DeletionPolicy: Retain`) counts as a log of record, unless its
//! `Metadata.Deployer.Table` says otherwise: a `feed` can be rebuilt from the log, but others hold positions in it; a
//! `read-model` is not guarded. The mapping that reads a log's stream announces its updates. Topics and function URLs
//! are addresses that others hold. A change that would lose events, notifications or an address is an [`Objection`],
//! and is refused unless it was accepted by name. The guard checks twice: the two templates ([`in_templates`]), and
//! the change set ([`in_changes`]), which shows what CloudFormation would replace.

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
pub use rules::in_templates;
pub(crate) use rules::irreplaceable;

/// A change that is refused unless it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Objection {
    /// The resource's logical id.
    pub logical_id: String,
    /// The danger to it.
    pub danger: Danger,
    /// The place in the resource, such as `Properties.KeySchema`; `None` for the resource itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Objection {
    /// The name by which the change is accepted: `replace:EventsTable`.
    pub fn acceptance(&self) -> String {
        format!("{}:{}", self.danger.verb(), self.logical_id)
    }
}

/// The effect of a guarded change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Danger {
    /// A log would be replaced by an empty one.
    LogReplaced,
    /// A log would leave the stack.
    LogRemoved,
    /// A log would get another key or name.
    LogReshaped,
    /// A log's stream would end, or have another view.
    StreamChanged,
    /// A log's items would expire.
    LogExpires,
    /// A log would be deleted with its stack, or when it is replaced.
    PolicyWeakened,
    /// A log could be deleted, or not be restored.
    ProtectionWeakened,
    /// A log would be encrypted with another key.
    EncryptionChanged,
    /// Others would gain access to a log.
    AccessChanged,
    /// A feed would be replaced by an empty one.
    FeedReplaced,
    /// A feed would leave the stack.
    FeedRemoved,
    /// A feed's pages would expire.
    FeedExpires,
    /// A feed would be deleted with its stack or when it is replaced, or could be deleted.
    FeedUnprotected,
    /// A log's updates would no longer be announced.
    MappingRemoved,
    /// Announcements would stop, skip some updates, or go elsewhere.
    MappingChanged,
    /// A topic would get another ARN and lose its subscriptions.
    TopicReplaced,
    /// A topic would be deleted.
    TopicRemoved,
    /// A function would get another URL.
    UrlReplaced,
    /// A function would lose its URL.
    UrlRemoved,
}

impl Danger {
    /// The verb that accepts the danger.
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

    /// Tells whether a stack policy that denies replacement and deletion prevents it.
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

    /// The consequence in words.
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

//! PURE: the guarded properties of each kind of resource.

use super::Danger;

/// A guarded property or attribute of a resource.
pub(super) struct Rule {
    /// The guarded path; changes below it count, too.
    pub(super) path: &'static str,
    /// The effect of a change.
    pub(super) danger: Danger,
}

const fn rule(path: &'static str, danger: Danger) -> Rule {
    Rule { path, danger }
}

/// The rules for a table that is a log of record.
pub(super) const LOG: [Rule; 13] = [
    rule("Type", Danger::LogReplaced),
    rule("DeletionPolicy", Danger::PolicyWeakened),
    rule("UpdateReplacePolicy", Danger::PolicyWeakened),
    rule("Properties.TableName", Danger::LogReshaped),
    rule("Properties.KeySchema", Danger::LogReshaped),
    rule("Properties.AttributeDefinitions", Danger::LogReshaped),
    rule("Properties.StreamSpecification", Danger::StreamChanged),
    rule("Properties.TimeToLiveSpecification", Danger::LogExpires),
    rule("Properties.DeletionProtectionEnabled", Danger::ProtectionWeakened),
    rule(
        "Properties.PointInTimeRecoverySpecification",
        Danger::ProtectionWeakened,
    ),
    rule("Properties.SSESpecification", Danger::EncryptionChanged),
    rule("Properties.ResourcePolicy", Danger::AccessChanged),
    rule("Properties.ImportSourceSpecification", Danger::LogReplaced),
];

/// The rules for a feed: a table that contains the reading order of events, but no events.
pub(super) const FEED: [Rule; 9] = [
    rule("Type", Danger::FeedReplaced),
    rule("DeletionPolicy", Danger::FeedUnprotected),
    rule("UpdateReplacePolicy", Danger::FeedUnprotected),
    rule("Properties.TableName", Danger::FeedReplaced),
    rule("Properties.KeySchema", Danger::FeedReplaced),
    rule("Properties.AttributeDefinitions", Danger::FeedReplaced),
    rule("Properties.TimeToLiveSpecification", Danger::FeedExpires),
    rule("Properties.DeletionProtectionEnabled", Danger::FeedUnprotected),
    rule("Properties.SSESpecification", Danger::EncryptionChanged),
];

/// The rules for the mapping from a log's stream to a function.
pub(super) const MAPPING: [Rule; 7] = [
    rule("Type", Danger::MappingRemoved),
    rule("Properties.EventSourceArn", Danger::MappingChanged),
    rule("Properties.FunctionName", Danger::MappingChanged),
    rule("Properties.StartingPosition", Danger::MappingChanged),
    rule("Properties.StartingPositionTimestamp", Danger::MappingChanged),
    rule("Properties.FilterCriteria", Danger::MappingChanged),
    rule("Properties.Enabled", Danger::MappingChanged),
];

/// The rules for a topic.
pub(super) const TOPIC: [Rule; 3] = [
    rule("Type", Danger::TopicReplaced),
    rule("Properties.TopicName", Danger::TopicReplaced),
    rule("Properties.FifoTopic", Danger::TopicReplaced),
];

/// The rules for a function's URL.
pub(super) const URL: [Rule; 3] = [
    rule("Type", Danger::UrlReplaced),
    rule("Properties.TargetFunctionArn", Danger::UrlReplaced),
    rule("Properties.Qualifier", Danger::UrlReplaced),
];

//! Converts requests to the types of CloudFormation's SDK.

use std::collections::BTreeMap;

use aws_sdk_cloudformation::types::{RollbackConfiguration, RollbackTrigger, Tag};
use cfn_deploy::cloud::{ChangeSetType, NewChangeSet, RollbackTriggers, TemplateSource};

/// The template's body, or its URL.
pub(super) fn template(source: &TemplateSource) -> (Option<String>, Option<String>) {
    match source {
        TemplateSource::Inline(body) => (Some(body.clone()), None),
        TemplateSource::Url(url) => (None, Some(url.clone())),
    }
}

pub(super) fn tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// An update without a rollback configuration would keep the triggers of the previous one, so an empty one is sent. A
/// creation has no previous triggers.
pub(super) fn rollback(request: &NewChangeSet) -> Option<RollbackConfiguration> {
    let RollbackTriggers { alarms, minutes } = &request.rollback;
    if alarms.is_empty() && request.kind == ChangeSetType::Create {
        return None;
    }
    let triggers = alarms
        .iter()
        .map(|arn| {
            let trigger = RollbackTrigger::builder().arn(arn);
            trigger.r#type("AWS::CloudWatch::Alarm").build()
        })
        .collect();
    let configuration = RollbackConfiguration::builder()
        .set_rollback_triggers(Some(triggers))
        .monitoring_time_in_minutes(i32::from(*minutes));
    Some(configuration.build())
}

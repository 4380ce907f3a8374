//! PURE: a queue's policy that lets one topic send, whatever else it says.

use serde_json::{Value, json};

/// What a queue's policy has to become for the topic to send to the queue.
#[derive(Debug, PartialEq)]
pub(super) enum Policy {
    /// It lets the topic send already.
    AsItIs,
    /// This, as JSON.
    Changed(String),
}

/// Lets the topic send, and keeps every statement of the policy there is.
///
/// The permission is SNS's for this topic alone: without the condition anybody's topic could send
/// ([AWS](https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html)).
pub(super) fn allowing(
    policy: Option<&str>,
    queue_arn: &str,
    topic_arn: &str,
) -> Result<Policy, InvalidPolicy> {
    let wanted = json!({
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
    });
    let mut document = match policy.filter(|text| !text.trim().is_empty()) {
        Some(text) => serde_json::from_str(text).map_err(InvalidPolicy::NotJson)?,
        None => json!({"Version": "2012-10-17", "Statement": []}),
    };
    let members = document.as_object_mut().ok_or(InvalidPolicy::NotAPolicy)?;
    let statements = members.entry("Statement").or_insert_with(|| json!([]));
    // A policy with one statement may hold it bare.
    if statements.is_object() {
        *statements = json!([statements]);
    }
    let statements = statements.as_array_mut().ok_or(InvalidPolicy::NotAPolicy)?;
    if statements
        .iter()
        .any(|statement| without_name(statement) == wanted)
    {
        return Ok(Policy::AsItIs);
    }
    statements.push(wanted);
    Ok(Policy::Changed(document.to_string()))
}

/// A statement's name changes nothing of what it says.
fn without_name(statement: &Value) -> Value {
    let mut statement = statement.clone();
    if let Some(members) = statement.as_object_mut() {
        members.remove("Sid");
    }
    statement
}

/// The policy that a queue has cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidPolicy {
    #[error("the policy is not JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("the policy has no list of statements")]
    NotAPolicy,
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: &str = "arn:aws:sqs:eu-central-1:123456789012:orders";
    const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:events";

    fn changed(policy: Option<&str>) -> Value {
        match allowing(policy, QUEUE, TOPIC).unwrap() {
            Policy::Changed(text) => serde_json::from_str(&text).unwrap(),
            Policy::AsItIs => panic!("the policy does not let the topic send"),
        }
    }

    #[test]
    fn a_queue_without_a_policy_gets_one_for_this_topic_alone() {
        let Policy::Changed(text) = allowing(None, QUEUE, TOPIC).unwrap() else {
            panic!("there was no policy")
        };
        insta::assert_snapshot!(text, @r#"{"Statement":[{"Action":"sqs:SendMessage","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-central-1:123456789012:events"}},"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Resource":"arn:aws:sqs:eu-central-1:123456789012:orders"}],"Version":"2012-10-17"}"#);
        for empty in ["", " "] {
            assert_eq!(
                allowing(Some(empty), QUEUE, TOPIC).unwrap(),
                Policy::Changed(text.clone())
            );
        }
    }

    #[test]
    fn other_statements_and_other_topics_are_kept() {
        let other = json!({"Sid": "owner", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sqs:*", "Resource": QUEUE});
        let before = json!({"Version": "2008-10-17", "Id": "mine", "Statement": [other]});
        let after = changed(Some(&before.to_string()));
        assert_eq!(
            (&after["Version"], &after["Id"]),
            (&json!("2008-10-17"), &json!("mine"))
        );
        assert_eq!(after["Statement"][0], other);
        assert_eq!(after["Statement"].as_array().unwrap().len(), 2);

        let of_two = match allowing(
            Some(&after.to_string()),
            QUEUE,
            &TOPIC.replace("events", "others"),
        )
        .unwrap()
        {
            Policy::Changed(text) => serde_json::from_str::<Value>(&text).unwrap(),
            Policy::AsItIs => panic!("another topic is another permission"),
        };
        assert_eq!(of_two["Statement"].as_array().unwrap().len(), 3);
        assert_eq!(of_two["Statement"][1], after["Statement"][1]);
    }

    #[test]
    fn a_policy_that_lets_the_topic_send_is_left_alone_whatever_its_statement_is_called() {
        let mut policy = changed(None);
        assert_eq!(
            allowing(Some(&policy.to_string()), QUEUE, TOPIC).unwrap(),
            Policy::AsItIs
        );
        policy["Statement"][0]["Sid"] = json!("topic");
        assert_eq!(
            allowing(Some(&policy.to_string()), QUEUE, TOPIC).unwrap(),
            Policy::AsItIs
        );
        // A bare statement, as AWS allows one.
        policy["Statement"] = policy["Statement"][0].clone();
        assert_eq!(
            allowing(Some(&policy.to_string()), QUEUE, TOPIC).unwrap(),
            Policy::AsItIs
        );
    }

    #[test]
    fn a_permission_without_its_condition_or_a_denial_is_not_taken_for_it() {
        let mut open = changed(None);
        open["Statement"][0].as_object_mut().unwrap().remove("Condition");
        assert_eq!(
            changed(Some(&open.to_string()))["Statement"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
        let mut denied = changed(None);
        denied["Statement"][0]["Effect"] = json!("Deny");
        assert_eq!(
            changed(Some(&denied.to_string()))["Statement"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
    }

    #[test]
    fn what_is_no_policy_is_not_written_over() {
        for (text, error) in [
            ("{", "the policy is not JSON"),
            ("[]", "the policy has no list of statements"),
            (r#""text""#, "the policy has no list of statements"),
            (r#"{"Statement":"all"}"#, "the policy has no list of statements"),
        ] {
            let refused = allowing(Some(text), QUEUE, TOPIC).unwrap_err();
            assert_eq!(refused.to_string(), error, "{text}");
        }
    }
}

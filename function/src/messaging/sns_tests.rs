//! The topic's adapter against scripted HTTP answers.

use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use event_store_types::{Notification, Revision};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

const TRACE_PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn notice(event_type: &str) -> Notice {
    Notice {
        notification: Notification::new(
            "order".parse().unwrap(),
            "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
            18.try_into().unwrap(),
        ),
        event_type: EventType::stored(event_type),
        trace_parent: (event_type == "placed").then(|| TRACE_PARENT.parse().unwrap()),
        record: 0,
    }
}

/// Publishes two notices to a topic that gives `answer`, and tells the request's form too.
async fn publish(answer: ResponseTemplate) -> (Result<Vec<NotTaken>, CallError>, Vec<(String, String)>) {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let configuration = aws_sdk_sns::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(server.uri())
        .retry_config(RetryConfig::disabled())
        .build();
    let topic = SnsTopic::new(Client::from_conf(configuration), "arn:aws:sns:eu-central-1:1:a");
    let outcome = topic.publish(&[&notice("placed"), &notice("pa\u{0}id")]).await;
    let requests = server.received_requests().await.unwrap();
    let url = format!(
        "http://localhost/?{}",
        String::from_utf8(requests[0].body.clone()).unwrap()
    );
    let form = wiremock::http::Url::parse(&url)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect();
    (outcome, form)
}

fn answered(successful: &[u8], failed: &str) -> ResponseTemplate {
    let member = |id: &u8| format!("<member><Id>{id}</Id><MessageId>m</MessageId></member>");
    let successful: Vec<String> = successful.iter().map(member).collect();
    let successful = successful.concat();
    ResponseTemplate::new(200).set_body_string(format!(
        "<PublishBatchResponse><PublishBatchResult><Successful>{successful}</Successful>\
         <Failed>{failed}</Failed></PublishBatchResult></PublishBatchResponse>"
    ))
}

#[tokio::test]
async fn a_notice_is_sent_as_the_go_system_wrote_it_with_attributes_beside_it() {
    let (outcome, form) = publish(answered(&[0, 1], "")).await;
    assert_eq!(outcome.unwrap(), []);
    let value = |key: &str| {
        form.iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    };
    let attribute = |name: &str| {
        let (key, _) = form.iter().find(|(_, value)| value == name).unwrap();
        let prefix = key.trim_end_matches("Name");
        let part = |part: &str| value(&format!("{prefix}Value.{part}")).unwrap().to_owned();
        (part("DataType"), part("StringValue"))
    };
    assert_eq!(value("PublishBatchRequestEntries.member.1.Id"), Some("0"));
    assert_eq!(
        value("PublishBatchRequestEntries.member.1.Message"),
        Some(
            r#"{"StreamId":"2886e475-d5cc-40f7-aec5-401071388b3c","StreamType":"order","StreamRevision":"18"}"#
        )
    );
    assert_eq!(attribute("StreamType"), ("String".to_owned(), "order".to_owned()));
    assert_eq!(attribute("EventType"), ("String".to_owned(), "placed".to_owned()));
    assert_eq!(
        attribute("StreamRevision"),
        ("Number".to_owned(), "18".to_owned())
    );
}

#[tokio::test]
async fn an_event_type_that_sns_cannot_carry_is_left_out_of_the_attributes() {
    let (_, form) = publish(answered(&[0, 1], "")).await;
    assert_eq!(
        form.iter().filter(|(_, value)| value == "EventType").count(),
        1,
        "of two notices"
    );
    assert_eq!(form.iter().filter(|(_, value)| value == "StreamType").count(), 2);
    let of_trace = form
        .iter()
        .filter(|(_, value)| value == "traceparent" || value == TRACE_PARENT);
    assert_eq!(of_trace.count(), 2, "the one that is known, with its name");
}

#[tokio::test]
async fn entries_fail_one_by_one_under_a_success() {
    let failed = "<member><Id>1</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>";
    let (outcome, _) = publish(answered(&[0], failed)).await;
    let expected = NotTaken {
        index: 1,
        refusal: Refusal::Transient,
        reason: "`InternalError`".to_owned(),
    };
    assert_eq!(outcome.unwrap(), [expected]);
}

#[tokio::test]
async fn an_entry_that_is_unacceptable_is_told_from_a_topic_that_takes_none() {
    for (code, refusal) in [
        ("InvalidParameter", Refusal::Permanent),
        ("ParameterValueInvalid", Refusal::Permanent),
        ("AuthorizationError", Refusal::Transient),
        ("InvalidSecurity", Refusal::Transient),
        ("KMSInvalidState", Refusal::Transient),
    ] {
        let failed = format!(
            "<member><Id>0</Id><Code>{code}</Code><Message>bad</Message><SenderFault>true</SenderFault></member>"
        );
        let (outcome, _) = publish(answered(&[1], &failed)).await;
        let expected = NotTaken {
            index: 0,
            refusal,
            reason: format!("`{code}` bad"),
        };
        assert_eq!(outcome.unwrap(), [expected]);
    }
}

#[tokio::test]
async fn an_entry_that_the_answer_does_not_name_was_not_taken() {
    let (outcome, _) = publish(answered(&[0], "")).await;
    assert_eq!(outcome.unwrap()[0].index, 1);
}

#[tokio::test]
async fn a_failed_call_is_transient_unless_the_service_refuses_it() {
    let error = |status: u16, code: &str| {
        ResponseTemplate::new(status).set_body_string(format!(
            "<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"
        ))
    };
    for (answer, is_transient) in [
        (error(500, "InternalError"), true),
        (error(503, "ServiceUnavailable"), true),
        (error(400, "Throttled"), true),
        (error(400, "KMSThrottling"), true),
        (ResponseTemplate::new(200).set_body_string("no XML"), true),
        (error(403, "AuthorizationError"), false),
        (error(404, "NotFound"), false),
    ] {
        let (outcome, _) = publish(answer).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            matches!(error, CallError::Transient(_)),
            is_transient,
            "{error:?}"
        );
    }
}

#[test]
fn ten_of_the_largest_notices_fit_a_call() {
    let largest = Notice {
        notification: Notification::new(
            "a".repeat(100).parse().unwrap(),
            notice("a").notification.stream_id,
            Revision::MAX.try_into().unwrap(),
        ),
        event_type: "\u{10ffff}".repeat(EventType::MAX_LENGTH).parse().unwrap(),
        trace_parent: Some(
            format!("01{}-{}", &TRACE_PARENT[2..], "x".repeat(200))
                .parse()
                .unwrap(),
        ),
        record: 0,
    };
    let entry = entry(9, &largest).unwrap();
    let attributes: usize = entry
        .message_attributes()
        .unwrap()
        .iter()
        .map(|(name, value)| name.len() + value.data_type().len() + value.string_value().map_or(0, str::len))
        .sum();
    let bytes = entry.message().len() + attributes;
    assert!(
        bytes * crate::relay::publisher::NOTICES_A_CALL < 256 * 1024 / 10,
        "{bytes} bytes a notice"
    );
}

//! Subscribing a queue.

use event_store_client::subscribe::{NotSubscribed, Subscribed, Subscription};
use serde_json::{Value, json};

use crate::account::{Account, QUEUE_ARN, TOPIC_ARN};
use crate::sqs;

fn to_orders(account: &Account) -> Subscription {
    Subscription::new(TOPIC_ARN, format!("{}/queue", account.server.uri()))
        .stream_type("order".parse().unwrap())
}

async fn ensure(account: &Account, subscription: &Subscription) -> Result<Subscribed, NotSubscribed> {
    subscription.ensure(&account.sns(), &sqs(&account.server)).await
}

fn policy(account: &Account) -> Value {
    serde_json::from_str(&account.records().queue_attributes["Policy"]).unwrap()
}

const ORDERS: &str = r#"{"StreamType":["order"]}"#;

#[tokio::test]
async fn a_queue_is_subscribed_with_its_filter_from_the_start_and_after_the_topic_may_send() {
    let account = Account::start().await;
    let subscribed = ensure(&account, &to_orders(&account)).await.unwrap();
    assert_eq!(subscribed.queue_arn, QUEUE_ARN);
    let records = account.records();
    assert!(records.subscriptions.contains_key(&subscribed.subscription_arn));
    assert_eq!(
        records.calls,
        [
            "GetQueueAttributes",
            "SetQueueAttributes",
            "Subscribe",
            "GetSubscriptionAttributes"
        ]
    );
    let found = records.of_queue();
    assert_eq!(
        (
            found["FilterPolicy"].as_str(),
            found["RawMessageDelivery"].as_str()
        ),
        (ORDERS, "true")
    );
    drop(records);
    let policy = policy(&account);
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 1);
    assert_eq!(
        policy["Statement"][0]["Condition"],
        json!({"ArnEquals": {"aws:SourceArn": TOPIC_ARN}})
    );
}

#[tokio::test]
async fn what_is_so_already_is_left_alone() {
    let account = Account::start().await;
    let first = ensure(&account, &to_orders(&account)).await.unwrap();
    let before = policy(&account);
    account.records().calls.clear();
    let second = ensure(&account, &to_orders(&account)).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(policy(&account), before);
    assert_eq!(
        account.records().calls,
        ["GetQueueAttributes", "Subscribe", "GetSubscriptionAttributes"]
    );
}

#[tokio::test]
async fn a_subscription_with_another_filter_is_found_among_others_and_changed() {
    let account = Account::start().await;
    {
        let mut records = account.records();
        for other in [
            "https://example.org/",
            "arn:aws:sqs:eu-central-1:123456789012:others",
            "https://example.net/",
        ] {
            records.subscribe(other, &[]);
        }
        records.subscribe(QUEUE_ARN, &[("FilterPolicy", r#"{"StreamType":["invoice"]}"#)]);
    }
    let subscribed = ensure(&account, &to_orders(&account)).await.unwrap();
    assert_eq!(subscribed.subscription_arn, format!("{TOPIC_ARN}:4"));
    let records = account.records();
    let found = records.of_queue();
    assert_eq!(
        (
            found["FilterPolicy"].as_str(),
            found["RawMessageDelivery"].as_str()
        ),
        (ORDERS, "true")
    );
    assert_eq!(records.subscriptions.len(), 4);
    let changes = records
        .calls
        .iter()
        .filter(|call| *call == "SetSubscriptionAttributes");
    assert_eq!(changes.count(), 2, "{:?}", records.calls);
}

#[tokio::test]
async fn a_subscription_can_be_widened_to_everything_and_enveloped() {
    let account = Account::start().await;
    ensure(&account, &to_orders(&account)).await.unwrap();
    let url = format!("{}/queue", account.server.uri());
    ensure(&account, &Subscription::new(TOPIC_ARN, url).enveloped())
        .await
        .unwrap();
    let found = account.records().of_queue();
    assert_eq!(
        (
            found["FilterPolicy"].as_str(),
            found["RawMessageDelivery"].as_str()
        ),
        ("{}", "false")
    );
}

#[tokio::test]
async fn the_queue_s_own_policy_is_added_to() {
    let account = Account::start().await;
    let own = json!({"Sid": "own", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sqs:*", "Resource": QUEUE_ARN});
    let before = json!({"Version": "2012-10-17", "Statement": [own]}).to_string();
    account.records().queue_attributes.insert("Policy".into(), before);
    ensure(&account, &to_orders(&account)).await.unwrap();
    let policy = policy(&account);
    assert_eq!(policy["Statement"][0], own);
    assert_eq!(policy["Statement"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_queue_that_sns_cannot_encrypt_for_is_refused_with_the_remedy() {
    let account = Account::start().await;
    let key = "alias/aws/sqs";
    account
        .records()
        .queue_attributes
        .insert("KmsMasterKeyId".into(), key.into());
    let error = ensure(&account, &to_orders(&account)).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("`alias/aws/sqs`") && text.contains("SSE-SQS"),
        "{text}"
    );
    assert_eq!(
        account.records().calls,
        ["GetQueueAttributes"],
        "nothing is changed"
    );
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_is_not_written_over() {
    let account = Account::start().await;
    account
        .records()
        .queue_attributes
        .insert("Policy".into(), "{".into());
    let error = ensure(&account, &to_orders(&account)).await.unwrap_err();
    assert!(matches!(error, NotSubscribed::Policy { .. }), "{error:?}");
    assert_eq!(account.records().calls, ["GetQueueAttributes"]);
}

#[tokio::test]
async fn each_step_that_fails_says_which_it_was() {
    for (operation, expected) in [
        ("GetQueueAttributes", "cannot be described"),
        ("SetQueueAttributes", "cannot be given a policy"),
        ("Subscribe", "it is refused"),
        (
            "GetSubscriptionAttributes",
            "the subscription cannot be described",
        ),
    ] {
        let account = Account::start().await;
        account.records().failing = Some(operation);
        let error = ensure(&account, &to_orders(&account)).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{operation}: {error}");
        assert!(std::error::Error::source(&error).is_some());
    }
    // Refused for what it is, and not because it is there.
    let account = Account::start().await;
    account
        .records()
        .subscribe(QUEUE_ARN, &[("RawMessageDelivery", "false")]);
    account.records().failing = Some("ListSubscriptionsByTopic");
    let error = ensure(&account, &to_orders(&account)).await.unwrap_err();
    assert!(error.to_string().contains("cannot be listed"), "{error}");
}

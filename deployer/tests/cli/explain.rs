//! `explain`: reads saved events, and prints a timeline and a remedy, without a cloud.

use serde_json::{Value, json};

use crate::session::Session;

/// One failure for each remedy: the resource type, and AWS's message.
const FAILURES: &str = include_str!("failures.json");

const STACK: &str = "arn:aws:cloudformation:eu-central-1:123456789012:stack/orders/1";

/// An event as `aws cloudformation describe-stack-events` prints it.
fn event(second: u32, id: &str, kind: &str, status: &str, reason: Option<&str>) -> Value {
    let mut event = json!({
        "StackId": STACK,
        "StackName": "orders",
        "EventId": format!("{id}-{status}-{second}"),
        "LogicalResourceId": id,
        "PhysicalResourceId": if id == "orders" { STACK } else { "" },
        "ResourceType": kind,
        "Timestamp": format!("2026-11-23T10:00:{second:02}.250000+00:00"),
        "ResourceStatus": status,
        "ClientRequestToken": "deployer-ada-00000000-0000-0000-0000-000000000000",
    });
    if let Some(reason) = reason {
        event["ResourceStatusReason"] = reason.into();
    }
    event
}

/// A failed update, newest event first.
pub(crate) fn failed(kind: &str, reason: &str) -> String {
    let stack = "AWS::CloudFormation::Stack";
    let cancelled = Some("Resource update cancelled");
    let events = [
        event(9, "orders", stack, "UPDATE_ROLLBACK_COMPLETE", None),
        event(
            6,
            "orders",
            stack,
            "UPDATE_ROLLBACK_IN_PROGRESS",
            Some("The following resource(s) failed to update: [Api]."),
        ),
        event(5, "Api", kind, "UPDATE_FAILED", Some(reason)),
        event(5, "Topic", "AWS::SNS::Topic", "UPDATE_FAILED", cancelled),
        event(2, "Topic", "AWS::SNS::Topic", "UPDATE_IN_PROGRESS", None),
        event(1, "Api", kind, "UPDATE_IN_PROGRESS", None),
        event(0, "orders", stack, "UPDATE_IN_PROGRESS", Some("User Initiated")),
    ];
    json!({ "StackEvents": events }).to_string()
}

#[test]
fn a_failed_update_is_told_as_a_timeline_with_its_cause() {
    let session = Session::new().with_file("events.json", failed("AWS::Lambda::Function", "Rate exceeded"));
    insta::assert_snapshot!(session.run("explain events.json"), @"
    exit code: 0
    --- stdout
    update of orders by ada, 2026-11-23 10:00:00 UTC, 9.0 s: UPDATE_ROLLBACK_COMPLETE
    `Api` (AWS::Lambda::Function) failed: Rate exceeded
      declared in templates/event-store.yaml:25
      and 1 other cancelled or failed because of it
      hint: AWS throttled the calls of this account: run it again

      +1.0 s  4.0 s  ✗  Api    Lambda::Function  update failed
      +2.0 s  3.0 s  ✗  Topic  SNS::Topic        update failed
    ");
}

#[test]
fn every_known_failure_is_explained_with_its_remedy() {
    let failures: Vec<Value> = serde_json::from_str(FAILURES).unwrap();
    let mut explained = Vec::new();
    for failure in &failures {
        let text = |key: &str| failure[key].as_str().unwrap();
        let session = Session::new().with_file("events.json", failed(text("type"), text("reason")));
        let told = session.run("explain events.json");
        let (_, cause) = told.split_once("\n`Api` ").expect(&told);
        let (cause, _) = cause.split_once("\n\n").expect(&told);
        explained.push(format!("## {}\n`Api` {cause}\n", text("remedy")));
        let json = session.run("explain events.json --json");
        let json: Value = serde_json::from_str(json.split_once("--- stdout\n").unwrap().1).unwrap();
        assert_eq!(json["cause"]["remedy"]["code"], failure["remedy"]);
        assert_eq!(json["cause"]["consequences"], json!(["Topic"]));
    }
    assert_eq!(explained.len(), failures.len());
    insta::assert_snapshot!(explained.join("\n"));
}

#[test]
fn what_was_printed_as_json_is_explained_the_same() {
    let session = Session::new().with_file("aws.json", failed("AWS::SNS::Topic", "Internal Failure"));
    let printed = session.run("explain aws.json --json");
    let printed = printed.split_once("--- stdout\n").unwrap().1.to_owned();
    let session = session.with_file("own.json", printed);
    assert_eq!(session.run("explain own.json"), session.run("explain aws.json"));
}

#[test]
fn events_are_explained_where_there_is_no_template() {
    let session = Session::new().with_file(
        "elsewhere/events.json",
        failed("AWS::SNS::Topic", "Rate exceeded"),
    );
    let told = session.run("explain elsewhere/events.json --template missing.yaml");
    assert!(
        told.contains("`Api` (AWS::SNS::Topic) failed") && !told.contains("declared in"),
        "{told}"
    );
}

#[test]
fn a_file_without_events_is_refused() {
    let session = Session::new().with_file("events.json", r#"{"Stacks": []}"#);
    insta::assert_snapshot!(session.run("explain events.json"), @"
    exit code: 64
    --- stderr
    error: cannot explain `events.json`
      because: it has neither `StackEvents`, as `aws cloudformation describe-stack-events` prints them, nor `events`, as `deployer events --json` does
      hint: save some with `aws cloudformation describe-stack-events --stack-name NAME > events.json`
    ");
    insta::assert_snapshot!(session.run("explain missing.json"), @"
    exit code: 64
    --- stderr
    error: cannot read `missing.json`
      because: No such file or directory (os error 2)
    ");
}

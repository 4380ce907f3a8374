//! The relay's binary between a scripted Lambda runtime and scripted services: whether it is wired.

use std::process::Stdio;
use std::time::{Duration, SystemTime};

use event_store_function::telemetry::{self, Metric};
use serde_json::{Value, json};
use tokio::process::Command;
use wiremock::matchers::{body_string_contains, header, method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::lambda_logs;

const RELAY: &str = env!("CARGO_BIN_EXE_event-store-relay");

/// What Lambda was told, what was logged, and which services were called how often.
struct Ran {
    told: String,
    log: Vec<Value>,
    updates: usize,
    publications: usize,
}

/// Hands `event` to the relay, and ends it when it has answered.
async fn invoke(payload: Value) -> Ran {
    invoke_at("info", payload).await
}

/// Tables that hold nothing, and take what is put.
async fn answer_for_the_tables(server: &MockServer) {
    let updated =
        ResponseTemplate::new(200).set_body_json(json!({"ConsumedCapacity": {"CapacityUnits": 3.0}}));
    Mock::given(header("x-amz-target", "DynamoDB_20120810.UpdateItem"))
        .respond_with(updated)
        .mount(server)
        .await;
    let nothing = json!({"Items": [], "ConsumedCapacity": {"CapacityUnits": 0.5}});
    Mock::given(header("x-amz-target", "DynamoDB_20120810.Query"))
        .respond_with(ResponseTemplate::new(200).set_body_json(&nothing))
        .mount(server)
        .await;
    let no_marks = json!({"Responses": {}, "ConsumedCapacity": [{"CapacityUnits": 0.5}]});
    Mock::given(header("x-amz-target", "DynamoDB_20120810.BatchGetItem"))
        .respond_with(ResponseTemplate::new(200).set_body_json(no_marks))
        .mount(server)
        .await;
    let put = ResponseTemplate::new(200).set_body_json(json!({"ConsumedCapacity": {"CapacityUnits": 1.0}}));
    Mock::given(header("x-amz-target", "DynamoDB_20120810.PutItem"))
        .respond_with(put)
        .mount(server)
        .await;
}

/// The same at a log level of the template's.
async fn invoke_at(log_level: &str, event: Value) -> Ran {
    invoke_on(MockServer::start().await, log_level, event).await
}

/// The same on a server that answers differently to what is mounted on it already.
async fn invoke_on(server: MockServer, log_level: &str, event: Value) -> Ran {
    answer_for_the_tables(&server).await;
    let in_ten_seconds = SystemTime::now() + Duration::from_secs(10);
    let deadline = in_ten_seconds
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let next = "/2018-06-01/runtime/invocation/next";
    let invocation = ResponseTemplate::new(200)
        .insert_header("lambda-runtime-aws-request-id", "request-1")
        .insert_header("lambda-runtime-deadline-ms", deadline.to_string())
        .insert_header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:1:function:relay",
        )
        .set_body_json(event);
    Mock::given(path(next))
        .respond_with(invocation)
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let nothing_more = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
    Mock::given(path(next))
        .respond_with(nothing_more)
        .mount(&server)
        .await;
    let answers = "^/2018-06-01/runtime/invocation/request-1/(response|error)$";
    Mock::given(path_regex(answers))
        .respond_with(ResponseTemplate::new(202))
        .mount(&server)
        .await;
    let image = &insertion()["dynamodb"]["NewImage"];
    let scanned = json!({"Items": [image], "ConsumedCapacity": {"CapacityUnits": 0.5}});
    Mock::given(header("x-amz-target", "DynamoDB_20120810.Scan"))
        .respond_with(ResponseTemplate::new(200).set_body_json(scanned))
        .mount(&server)
        .await;
    let published = "<PublishBatchResponse><PublishBatchResult><Failed/><Successful><member><Id>0</Id>\
                     <MessageId>m</MessageId></member></Successful></PublishBatchResult></PublishBatchResponse>";
    Mock::given(method("POST"))
        .and(body_string_contains("Action=PublishBatch"))
        .respond_with(ResponseTemplate::new(200).set_body_string(published))
        .mount(&server)
        .await;

    let mut relay = Command::new(RELAY)
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", server.address().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "relay")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_ENDPOINT_URL", server.uri())
        .env("EVENTS_TABLE", "a-events")
        .env("CATALOGUE_TABLE", "a-catalogue")
        .env("FEED_TABLE", "a-feed")
        .env("TOPIC_ARN", "arn:aws:sns:eu-central-1:1:a")
        .env("FAILURE_QUEUE_URL", format!("{}/1/a", server.uri()))
        .env("EVENT_STORE_MODE", "local")
        .env("LOG_LEVEL", log_level)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let told = tokio::time::timeout(Duration::from_secs(30), answer(&server))
        .await
        .unwrap();
    relay.start_kill().unwrap();
    let output = relay.wait_with_output().await.unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    let requests = server.received_requests().await.unwrap();
    Ran {
        told,
        log: log
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
        updates: requests
            .iter()
            .filter(|request| {
                let target = request.headers.get("x-amz-target");
                target.is_some_and(|target| target == "DynamoDB_20120810.UpdateItem")
            })
            .count(),
        publications: requests
            .iter()
            .filter(|request| request.body.starts_with(b"Action=PublishBatch"))
            .count(),
    }
}

/// Waits until Lambda is told something.
async fn answer(server: &MockServer) -> String {
    loop {
        let requests = server.received_requests().await.unwrap();
        if let Some(request) = requests
            .iter()
            .find(|request| request.url.path().contains("request-1"))
        {
            let end = request.url.path().rsplit('/').next().unwrap();
            return format!("{end} {}", String::from_utf8(request.body.clone()).unwrap());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn insertion() -> Value {
    let key = json!({"pk": {"S": "order/2886e475-d5cc-40f7-aec5-401071388b3c"}, "sk": {"N": "1"}});
    let mut image = key.clone();
    image["last"] = json!({"N": "1"});
    image["createdAt"] = json!({"S": "2025-01-25T10:11:12.000000Z"});
    image["events"] = json!({"L": [{"M": {
        "id": {"S": "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"},
        "type": {"S": "placed"},
        "payload": {"S": "{\"secret\":1e400}"},
    }}]});
    json!({
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": key, "NewImage": image, "SequenceNumber": "100", "SizeBytes": 1},
    })
}

#[tokio::test]
async fn a_record_reaches_the_catalogue_and_the_topic_and_is_one_line_in_the_log() {
    let ran = invoke(json!({"Records": [insertion()]})).await;
    assert_eq!(ran.told, r#"response {"batchItemFailures":[]}"#);
    assert_eq!((ran.updates, ran.publications), (1, 1));
    let [line] = ran.log.as_slice() else {
        panic!("{:#?}", ran.log)
    };
    assert_eq!(
        (&line["message"], &line["requestId"]),
        (&json!("relayed"), &json!("request-1"))
    );
    for (field, value) in [("records", 1), ("streams", 1), ("notices", 1)] {
        assert_eq!(line[field], value, "{line}");
    }
    for nothing in ["parked", "failures", "error"] {
        assert_eq!(line.get(nothing), None, "{line}");
    }
    // The feed is found and begun, its mark and its last page are looked for, the type is noted and the page put; then the catalogue.
    assert_eq!((&line["requests"], &line["wru"]), (&json!(7), &json!(6.0)));
    assert!(line["durationMs"].is_f64());
    assert!(line.to_string().len() <= 350, "{line}");
    assert!(!line.to_string().contains("secret"));
}

#[tokio::test]
async fn a_changed_commit_is_an_error_line_and_a_metric() {
    let mut record = insertion();
    record["eventName"] = "MODIFY".into();
    let ran = invoke(json!({"Records": [record]})).await;
    assert_eq!(ran.told, r#"response {"batchItemFailures":[]}"#);
    assert_eq!((ran.updates, ran.publications), (0, 0));
    let [error, line, metric] = ran.log.as_slice() else {
        panic!("{:#?}", ran.log)
    };
    assert_eq!(
        (&error["level"], &error["message"]),
        (&json!("ERROR"), &json!("the log was tampered with"))
    );
    assert_eq!(error["sequenceNumber"], "100");
    assert_eq!(
        (&metric["LogTampering"], &metric["EventsTable"]),
        (&json!(1.0), &json!("a-events"))
    );
    assert_eq!(line["message"], "relayed");
}

#[tokio::test]
async fn a_changed_commit_is_measured_at_every_log_level() {
    let mut record = insertion();
    record["eventName"] = "REMOVE".into();
    for (level, lambdas) in lambda_logs::levels() {
        let ran = invoke_at(&level, json!({"Records": [record]})).await;
        let metric = ran.log.iter().find(|line| line.get("LogTampering").is_some());
        let metric = metric.unwrap_or_else(|| panic!("at `{level}`: {:#?}", ran.log));
        assert!(
            lambda_logs::passes(&metric.to_string(), &lambdas.application),
            "at `{level}`"
        );
    }
}

/// The page that is there is none, so that nothing can be put behind it.
#[tokio::test]
async fn a_page_of_the_feed_that_is_none_is_a_metric_and_nothing_is_listed_or_announced() {
    let server = MockServer::start().await;
    let there = json!({"pk": {"S": "f/0"}, "sk": {"N": "1"}, "writer": {"S": "?"}, "entries": {"S": "?"}});
    let refused = ResponseTemplate::new(400).set_body_json(json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
        "message": "The conditional request failed",
        "Item": there,
    }));
    Mock::given(header("x-amz-target", "DynamoDB_20120810.PutItem"))
        .and(body_string_contains("\"entries\""))
        .respond_with(refused)
        .mount(&server)
        .await;
    let ran = invoke_on(server, "error", json!({"Records": [insertion()]})).await;
    assert!(
        ran.told.starts_with("error ") && ran.told.contains("the whole batch must be delivered again"),
        "{}",
        ran.told
    );
    assert_eq!((ran.updates, ran.publications), (0, 0));
    let [line, metric, ..] = ran.log.as_slice() else {
        panic!("{:#?}", ran.log)
    };
    let error = line["error"].as_str().unwrap();
    assert!(error.contains("`writer` of the item `f/0 1`"), "{error}");
    let declared = &metric["_aws"]["CloudWatchMetrics"];
    assert_eq!(
        *declared,
        json!([{
            "Namespace": telemetry::NAMESPACE,
            "Dimensions": [[telemetry::DIMENSION]],
            "Metrics": [{"Name": Metric::FeedFaults.name(), "Unit": "Count"}],
        }])
    );
    assert_eq!(
        (&metric[telemetry::DIMENSION], &metric[Metric::FeedFaults.name()]),
        (&json!("a-events"), &json!(1.0))
    );
}

#[tokio::test]
async fn a_request_to_reconcile_goes_over_the_table_and_answers_how_far_it_came() {
    let request = json!({"reconcile": {"notifySince": "2025-01-25T10:11:12Z"}});
    let ran = invoke(request).await;
    let answer = ran.told.strip_prefix("response ").unwrap();
    // Each of the four segments holds the same one commit: the scripted database does not look at the question.
    insta::assert_snapshot!(answer, @r#"{"reconcile":{"commits":4,"streams":4,"updated":4,"fed":4,"notified":4,"parked":0,"unreadable":0,"requests":32,"rru":8.0,"wru":24.0}}"#);
    assert_eq!((ran.updates, ran.publications), (4, 4));
    let [line] = ran.log.as_slice() else {
        panic!("{:#?}", ran.log)
    };
    assert_eq!(
        (&line["message"], &line["level"], &line["toTheEnd"]),
        (&json!("reconciled"), &json!("INFO"), &json!(true))
    );
    assert_eq!((&line["notified"], &line["rru"]), (&json!(4), &json!(8.0)));
}

#[tokio::test]
async fn what_the_relay_cannot_do_fails_with_a_clear_error() {
    for (payload, error) in [
        (
            json!({"Reconcile": {}}),
            "the invocation is neither an event of a DynamoDB stream nor a request to reconcile",
        ),
        (
            json!({"reconcile": {"since": "2025-01-25T10:11:12Z"}}),
            "unknown field `since`, expected `notifySince` or `continueFrom`",
        ),
    ] {
        let ran = invoke(payload).await;
        assert!(
            ran.told.starts_with("error ") && ran.told.contains(error),
            "{}",
            ran.told
        );
        assert_eq!(ran.log.last().unwrap()["level"], "ERROR");
    }
}

#[tokio::test]
async fn a_bad_environment_ends_the_process_with_every_problem() {
    let output = Command::new(RELAY)
        .env_clear()
        .env("EVENTS_TABLE", "a")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    let error = line["error"].as_str().unwrap();
    for variable in [
        "CATALOGUE_TABLE",
        "FEED_TABLE",
        "TOPIC_ARN",
        "FAILURE_QUEUE_URL",
        "EVENT_STORE_MODE",
    ] {
        assert!(error.contains(variable), "{error}");
    }
}

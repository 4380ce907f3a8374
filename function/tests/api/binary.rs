//! The API's binary, as a server and between a scripted Lambda runtime and the database: whether it is wired.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wiremock::matchers::{path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::lambda_logs;
use crate::support::{Database, Process};

const PATIENCE: Duration = Duration::from_mins(1);

/// Sends a request over HTTP/1.1, and gives back the whole response.
pub(crate) async fn request(address: &str, method: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nx-request-id: r-1\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn outside_lambda_it_serves_http_logs_a_line_a_request_and_ends_when_told() {
    let database = Database::start().await;
    let mut process = Process::start(database.address, &[("PORT", "0")]);
    let serving = process.line_with("address").await;
    let port = serving["address"].as_str().unwrap().rsplit(':').next().unwrap();
    let address = format!("127.0.0.1:{port}");

    let alive = request(&address, "GET", "/liveness-check", "").await;
    assert!(alive.starts_with("HTTP/1.1 200 OK\r\n"), "{alive}");
    process.line_with("status").await;

    let body = r#"{"initialEvent":{"eventType":"placed","payload":"a payload"}}"#;
    let created = request(&address, "POST", "/streams/order", body).await;
    assert!(created.starts_with("HTTP/1.1 201 Created\r\n"), "{created}");
    let mut line = process.line_with("status").await;
    assert!(!line.to_string().contains("a payload"));
    let members = line.as_object_mut().unwrap();
    assert!(members.remove("durationMs").unwrap().is_f64());
    let stream = members.remove("stream").unwrap();
    assert_eq!(stream.as_str().unwrap().split('/').next(), Some("order"));
    members.remove("timestamp").unwrap();
    let expected = json!({
        "level": "INFO", "message": "createStream", "requestId": "r-1", "status": 201, "wru": 1.0,
        "revision": 1,
    });
    assert_eq!(line, expected);

    // The first request was measured at once, the second is gathered; at the end it is written.
    process.terminate().await;
    let measured = process.line_with("Appends").await;
    assert_eq!(
        (&measured["Appends"], &measured["EventsTable"]),
        (&json!(1.0), &json!("events"))
    );
    assert!(process.ended().await.success());
}

#[tokio::test]
async fn outside_lambda_it_finishes_the_request_in_flight_when_it_is_told_to_end() {
    let database = Database::start().await;
    let mut process = Process::start(database.address, &[("PORT", "0")]);
    let serving = process.line_with("address").await;
    let mut connection = TcpStream::connect(serving["address"].as_str().unwrap())
        .await
        .unwrap();
    let body = br#"{"initialEvent":{"eventType":"placed","payload":1}}"#;
    let head = format!(
        "POST /streams/order HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let (begun, rest) = body.split_at(10);
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(begun).await.unwrap();
    // A second request on another connection, answered after the first was accepted.
    request(serving["address"].as_str().unwrap(), "GET", "/liveness-check", "").await;

    process.terminate().await;
    connection.write_all(rest).await.unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 201 Created\r\n"), "{response}");
    assert!(process.ended().await.success());
}

#[tokio::test]
async fn on_lambda_it_answers_the_invocations_of_its_function_url() {
    let database = Database::start().await;
    let runtime = runtime_with(function_url_event()).await;
    let mut process = on_lambda(&database, &runtime, "info");

    let line = process.text_with("status").await;
    assert!(line.len() <= 350, "{} bytes: {line}", line.len());
    insta::with_settings!({filters => vec![
        (r#""timestamp":"[^"]+""#, r#""timestamp":"…""#),
        (r#""durationMs":[0-9.]+"#, r#""durationMs":…"#),
    ]}, {
        insta::assert_snapshot!(line);
    });
    process.line_with("_aws").await;
    let answer = answer_of(&runtime).await;
    assert_eq!(answer["statusCode"], 201);
    assert_eq!(answer["headers"]["x-request-id"], "the-invocation");
}

/// A function of 128 MB must live through it, and Lambda carries no answer of more than 6 MB.
#[tokio::test]
async fn a_body_of_nothing_but_mistakes_takes_neither_much_memory_nor_a_long_answer() {
    let database = Database::start().await;
    let unknown: Vec<String> = (0..50_000)
        .map(|number| format!(r#""unknown-{number}":0"#))
        .collect();
    let bodies = [
        format!("{{{}}}", unknown.join(",")),
        format!(r#"{{"event":{{{}}}}}"#, unknown.join(",")),
        format!("[{}]", vec!["{}"; 300_000].join(",")),
    ];
    for body in bodies {
        assert!((800_000..1_000_000).contains(&body.len()), "{}", body.len());
        let mut event = function_url_event();
        event["body"] = body.into();
        let runtime = runtime_with(event).await;
        let process = on_lambda(&database, &runtime, "info");
        let answer = answer_of(&runtime).await;
        assert_eq!(answer["statusCode"], 400);
        assert!(answer.to_string().len() <= 10_000);
        let peak = process.peak_memory();
        assert!(peak <= 64 * 1024 * 1024, "{peak} bytes");
    }
}

#[tokio::test]
async fn measurements_pass_lambdas_filter_at_every_log_level() {
    let database = Database::start().await;
    for (level, lambdas) in lambda_logs::levels() {
        let runtime = runtime_with(function_url_event()).await;
        let mut process = on_lambda(&database, &runtime, &level);
        let measured = process.text_with("_aws").await;
        assert!(
            lambda_logs::passes(&measured, &lambdas.application),
            "at `{level}`: {measured}"
        );
        // Were Lambda's filter at the level of the function's own, alarms on measurements would be dead.
        let would_pass = lambda_logs::passes(&measured, &level.to_uppercase());
        assert_eq!(would_pass, !["warn", "error"].contains(&level.as_str()));
    }
}

fn on_lambda(database: &Database, runtime: &MockServer, log_level: &str) -> Process {
    let runtime_api = runtime.address().to_string();
    let variables = [
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", "api"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "group"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ("LOG_LEVEL", log_level),
    ];
    Process::start(database.address, &variables)
}

#[tokio::test]
async fn what_is_missing_from_its_configuration_is_named_at_once() {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let mut process = Process::start(nowhere, &[("EVENTS_TABLE", ""), ("CATALOGUE_TABLE", "")]);
    let error = process.line_with("error").await["error"].to_string();
    assert!(
        error.contains("EVENTS_TABLE") && error.contains("CATALOGUE_TABLE"),
        "{error}"
    );
    assert!(!process.ended().await.success());
}

#[tokio::test]
async fn it_starts_without_its_database() {
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    let mut process = Process::start(nowhere, &[("PORT", "0")]);
    let warning = process.line_with("error").await;
    assert_eq!(warning["level"], "WARN");
    process.line_with("address").await;
}

fn function_url_event() -> Value {
    let path = "/streams/order/2886e475-d5cc-40f7-aec5-401071388b3c/events/1";
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "id.lambda-url.eu-central-1.on.aws", "content-type": "application/json"},
        "requestContext": {
            "http": {"method": "PUT", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "t"},
            "requestId": "the gateway's",
            "routeKey": "$default",
            "stage": "$default",
            "time": "11/Jan/2025:11:45:34 +0000",
            "timeEpoch": 1_736_595_934_837_u64,
        },
        "body": r#"{"event":{"eventType":"placed","payload":1}}"#,
        "isBase64Encoded": false,
    })
}

/// Lambda's runtime API, with one invocation to hand out.
async fn runtime_with(event: Value) -> MockServer {
    let server = MockServer::start().await;
    let deadline = SystemTime::now() + Duration::from_secs(10);
    let deadline = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let invocation = ResponseTemplate::new(200)
        .insert_header("lambda-runtime-aws-request-id", "the-invocation")
        .insert_header("lambda-runtime-deadline-ms", deadline.to_string())
        .insert_header(
            "lambda-runtime-trace-id",
            "Root=1-5c64b2fd-7f7e0a2f3b1c4d5e6f708192;Parent=0102030405060708;Sampled=0",
        )
        .insert_header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:1:function:api",
        )
        .set_body_json(event);
    let next = "/2018-06-01/runtime/invocation/next";
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
    let answers = path_regex("^/2018-06-01/runtime/invocation/the-invocation/(response|error)$");
    Mock::given(answers)
        .respond_with(ResponseTemplate::new(202))
        .mount(&server)
        .await;
    server
}

/// What the runtime was answered.
async fn answer_of(runtime: &MockServer) -> Value {
    let answer = async {
        loop {
            let requests = runtime.received_requests().await.unwrap();
            if let Some(answer) = requests
                .iter()
                .find(|request| request.url.path().ends_with("/response"))
            {
                return answer.body_json().unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, answer).await.unwrap()
}

//! The API's artifact, started as Lambda starts it: behind the runtime API, with the memory of the smallest function.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::copy;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use zip::ZipArchive;

use crate::staging_like;

/// The memory of the smallest function (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>).
const SMALLEST: u64 = 128 * 1024 * 1024;

/// The largest event and the largest answer that Lambda allows
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const LARGEST_EVENT: usize = 6 * 1024 * 1024;

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn whatever_a_stranger_sends_fits_the_smallest_function_and_is_answered_briefly() {
    let deployment = staging_like("artifact").await;
    let folder = tempfile::tempdir().unwrap();
    let bootstrap = folder.path().join("bootstrap");
    let zip = File::open(format!("{}/event-store-api.zip", deployment.build().folder())).unwrap();
    let mut zip = ZipArchive::new(zip).unwrap();
    copy(
        &mut zip.by_name("bootstrap").unwrap(),
        &mut File::create(&bootstrap).unwrap(),
    )
    .unwrap();
    fs::set_permissions(&bootstrap, fs::Permissions::from_mode(0o755)).unwrap();

    let hostile = hostile_bodies();
    let (address, mut answers) = runtime(hostile.iter().map(|(_, body)| event(body)).collect()).await;
    let mut function = Command::new(&bootstrap)
        .env_clear()
        .envs(
            deployment
                .cloud()
                .variables()
                .into_iter()
                .filter(|(name, _)| name.starts_with("AWS_")),
        )
        .env("AWS_LAMBDA_RUNTIME_API", address)
        .env("AWS_LAMBDA_FUNCTION_NAME", "api")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "group")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
        .env("EVENTS_TABLE", "events")
        .env("CATALOGUE_TABLE", "catalogue")
        .env("FEED_TABLE", "feed")
        .env("EVENT_STORE_MODE", "test")
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    for (name, _) in &hostile {
        let (kind, answer) = tokio::select! {
            answer = answers.recv() => answer.unwrap(),
            status = function.wait() => panic!("{name} ended the function: {status:?}"),
            () = tokio::time::sleep(PATIENCE) => panic!("{name} is not answered"),
        };
        assert_eq!(kind, "response", "{name}: {answer}");
        let status = answer["statusCode"].as_u64().unwrap();
        assert!([400, 413].contains(&status), "{name}: {answer}");
        let length = answer.to_string().len();
        assert!(length <= 10_000, "{name} is answered with {length} bytes");
    }
    // Half of the memory: the rest is for Lambda itself.
    let peak = peak_memory(&function);
    println!("peak: {peak} bytes");
    assert!(peak <= SMALLEST / 2, "{peak} bytes");
}

/// Bodies with as many mistakes as fit, below and above the size that the API reads.
fn hostile_bodies() -> Vec<(String, String)> {
    let members = |length: usize| -> String {
        let members = (0..length / 20).map(|number| format!(r#""unknown-{number:06}":0"#));
        members.collect::<Vec<_>>().join(",")
    };
    let mut bodies = Vec::new();
    for length in [940_000, LARGEST_EVENT / 2] {
        let forms = [
            ("unknown members", format!("{{{}}}", members(length))),
            (
                "unknown members of an event",
                format!(r#"{{"event":{{{}}}}}"#, members(length)),
            ),
            ("empty events", format!("[{}]", vec!["{}"; length / 3].join(","))),
            ("nested arrays", "[".repeat(length)),
            (
                "one long text",
                format!(r#"{{"event":"{}"}}"#, "x".repeat(length)),
            ),
            ("controls", "\u{1}".repeat(length / 6)),
        ];
        bodies.extend(forms.map(|(name, body)| (format!("{name}, {length} bytes"), body)));
    }
    bodies
}

fn event(body: &str) -> Value {
    let path = "/streams/order/2886e475-d5cc-40f7-aec5-401071388b3c/events/1";
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "id.lambda-url.eu-central-1.on.aws", "content-type": "application/json"},
        "requestContext": {"http": {"method": "PUT", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}},
        "body": body,
        "isBase64Encoded": false,
    });
    assert!(event.to_string().len() <= LARGEST_EVENT);
    event
}

struct Runtime {
    events: Mutex<VecDeque<Value>>,
    answers: mpsc::UnboundedSender<(String, Value)>,
}

/// Lambda's runtime API, which hands out `events` one after another: its address, and the answer to each.
async fn runtime(events: VecDeque<Value>) -> (String, mpsc::UnboundedReceiver<(String, Value)>) {
    let (sender, answers) = mpsc::unbounded_channel();
    let runtime = Arc::new(Runtime {
        events: Mutex::new(events),
        answers: sender,
    });
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(answered))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(runtime);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, answers)
}

async fn next(State(runtime): State<Arc<Runtime>>) -> Response {
    let event = runtime.events.lock().unwrap().pop_front();
    let Some(event) = event else {
        return std::future::pending().await;
    };
    let deadline = jiff::Timestamp::now().as_millisecond() + 60_000;
    let headers = [
        ("lambda-runtime-aws-request-id", "the-invocation".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:1:function:api".to_owned(),
        ),
    ];
    (headers, event.to_string()).into_response()
}

async fn answered(
    State(runtime): State<Arc<Runtime>>,
    axum::extract::Path((_, kind)): axum::extract::Path<(String, String)>,
    body: String,
) -> StatusCode {
    let answer = serde_json::from_str(&body).unwrap_or(Value::String(body));
    let _ = runtime.answers.send((kind, answer));
    StatusCode::ACCEPTED
}

/// The peak of its resident memory, in bytes.
fn peak_memory(function: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", function.id().unwrap())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    peak.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

//! A stand-in for Lambda's runtime API: it hands out invocations and takes their responses.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use event_store_bench::Call;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

use super::Result;

/// As long as an id of Lambda's, because it is logged, and logs cost money.
const REQUEST_ID: &str = "8f507cfd-ba71-4d0b-8d5f-2a44b1b0a7d3";

/// The runtime API for one function, which handles one invocation at a time.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    pub(crate) address: SocketAddr,
    events: mpsc::Sender<String>,
    polls: mpsc::UnboundedReceiver<Instant>,
    answers: mpsc::UnboundedReceiver<Answer>,
}

/// The answer to an invocation: the last part of the path (`response` or `error`), and the body.
type Answer = (String, String);

#[derive(Debug)]
struct Handler {
    events: Mutex<mpsc::Receiver<String>>,
    polls: mpsc::UnboundedSender<Instant>,
    answers: mpsc::UnboundedSender<Answer>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Result<Self> {
        let (events, events_to_hand_out) = mpsc::channel(1);
        let (polled, polls) = mpsc::unbounded_channel();
        let (answered, answers) = mpsc::unbounded_channel();
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(take))
            .with_state(Arc::new(Handler {
                events: Mutex::new(events_to_hand_out),
                polls: polled,
                answers: answered,
            }));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(async { axum::serve(listener, router).await });
        Ok(Self {
            address,
            events,
            polls,
            answers,
        })
    }

    /// When the function asked for work the next time.
    pub(crate) async fn polled(&mut self) -> Result<Instant> {
        Ok(self.polls.recv().await.ok_or("the runtime API has ended")?)
    }

    /// Lets the function handle `call`, which must be answered with `status`, and returns the answer's body.
    pub(crate) async fn invoke(&mut self, call: &Call, status: u16) -> Result<String> {
        let answer = self.handle(function_url_event(call)).await?;
        let HttpAnswer { status_code, body } = serde_json::from_str(&answer)?;
        if status_code == status {
            Ok(body)
        } else {
            Err(format!("{} {}: {answer}", call.method, call.target()).into())
        }
    }

    /// Lets the function handle `event`, and returns its answer.
    pub(crate) async fn handle(&mut self, event: String) -> Result<String> {
        self.events.send(event).await?;
        match self.answers.recv().await {
            Some((kind, answer)) if kind == "response" => Ok(answer),
            Some((kind, answer)) => Err(format!("{kind} {answer}").into()),
            None => Err("the runtime API has ended".into()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpAnswer {
    #[serde(default)]
    status_code: u16,
    #[serde(default)]
    body: String,
}

async fn next(State(handler): State<Arc<Handler>>) -> Response {
    // Whoever started the stand-in may not be interested any more: then nobody is left to be told.
    let _ = handler.polls.send(Instant::now());
    let Some(event) = handler.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = SystemTime::now() + Duration::from_secs(10);
    let deadline = deadline
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", REQUEST_ID.to_owned()),
        ("lambda-runtime-deadline-ms", deadline.as_millis().to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:api".to_owned(),
        ),
    ];
    (headers, event).into_response()
}

async fn take(
    State(handler): State<Arc<Handler>>,
    Path((_, kind)): Path<(String, String)>,
    body: String,
) -> StatusCode {
    let _ = handler.answers.send((kind, body));
    StatusCode::ACCEPTED
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>, with the headers of a usual client.
fn function_url_event(call: &Call) -> String {
    let host = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-central-1.on.aws";
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": call.path,
        "rawQueryString": call.query,
        "headers": {
            "host": host,
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": "bench",
            "x-amzn-trace-id": "Root=1-5c64b2fd-7f7e0a2f3b1c4d5e6f708192",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefghijklmnopqrstuvwxyz012345",
            "domainName": host,
            "domainPrefix": "abcdefghijklmnopqrstuvwxyz012345",
            "http": {
                "method": call.method.as_str(),
                "path": call.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "bench",
            },
            "requestId": "0f7e4d1a-8a3f-4a53-9d57-0d4ba3f06c1e",
            "routeKey": "$default",
            "stage": "$default",
            "time": "11/Jan/2025:11:45:34 +0000",
            "timeEpoch": 1_736_595_934_837_u64,
        },
        "body": call.body,
        "isBase64Encoded": false,
    })
    .to_string()
}

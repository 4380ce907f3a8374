//! Every way in which a request can fail, and what becomes of it: the retry matrix.
//!
//! Each row is a failure, each column a kind of request. A cell says how often the request was sent when it failed so each time (of
//! three attempts allowed) with what the caller was told, and what the caller was told when it failed so once.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use event_store_client::types::Revision;
use event_store_client::{Client, Error};
use futures::StreamExt;
use futures::future::join_all;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use crate::store::{brief, event, order, placed, stream, stream_id};

/// What goes wrong with an attempt.
#[derive(Clone, Debug)]
enum Failure {
    /// Nobody listens.
    Refused,
    /// The connection is closed as soon as it is open.
    ClosedAtOnce,
    /// The request is carried out, and the connection closed instead of an answer.
    ClosedBeforeTheAnswer,
    /// The request is carried out, and the connection closed in the middle of the answer.
    ClosedWithinTheAnswer,
    /// The request is carried out, and no answer comes.
    Silence,
    /// An answer of the store, or of what stands before it.
    Answer {
        status: u16,
        headers: &'static str,
        body: Value,
    },
}

fn problem(status: u16, problem_type: &str, details: &Value) -> Failure {
    let body = json!({
        "type": problem_type, "title": "A title", "status": status, "detail": "a detail",
        "requestId": "request-1", "message": "a detail", "details": details,
    });
    Failure::Answer {
        status,
        headers: "",
        body,
    }
}

fn foreign(status: u16) -> Failure {
    Failure::Answer {
        status,
        headers: "",
        body: json!({"Message": "not the store's"}),
    }
}

fn waiting(seconds: &'static str) -> Failure {
    match problem(503, "throttled", &json!({})) {
        Failure::Answer { status, body, .. } => Failure::Answer {
            status,
            headers: seconds,
            body,
        },
        other => other,
    }
}

fn failures() -> Vec<(String, Failure)> {
    let named = |name: &str, failure| (name.to_owned(), failure);
    let conflict = json!({"expectedRevision": 1, "currentRevision": 3, "event": event(2)});
    let early = json!({"expectedRevision": 1, "currentRevision": 1});
    let nothing = json!({});
    let mut failures = vec![
        named("connection refused", Failure::Refused),
        named("connection closed at once", Failure::ClosedAtOnce),
        named("closed before the answer", Failure::ClosedBeforeTheAnswer),
        named("closed within the answer", Failure::ClosedWithinTheAnswer),
        named("no answer in time", Failure::Silence),
        named("2xx that cannot be read", foreign(201)),
        named("invalid-request", problem(400, "invalid-request", &nothing)),
        named("stream-not-found", problem(404, "stream-not-found", &nothing)),
        named(
            "revision-conflict, taken",
            problem(409, "revision-conflict", &conflict),
        ),
        named(
            "revision-conflict, early",
            problem(409, "revision-conflict", &early),
        ),
        named("event-id-reused", problem(409, "event-id-reused", &nothing)),
        named("event-too-large", problem(413, "event-too-large", &nothing)),
        named("internal", problem(500, "internal", &nothing)),
        named("store-unavailable", problem(503, "store-unavailable", &nothing)),
        named("throttled, Retry-After: 0", waiting("retry-after: 0\r\n")),
        named("throttled, Retry-After: 60", waiting("retry-after: 60\r\n")),
    ];
    for status in [301, 400, 401, 403, 404, 408, 409, 413, 429, 500, 502, 503, 504] {
        failures.push(named(&format!("{status}, not the store's"), foreign(status)));
    }
    failures
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Create,
    Append,
    Read,
}

/// A store that fails in one way a number of times, and answers afterwards.
struct Failing {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Failing {
    fn start(failure: Failure, times: usize) -> Self {
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = connections.clone();
        // Bound, so that the port is nobody else's; it refuses until it listens.
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        let serving = if matches!(failure, Failure::Refused) {
            tokio::spawn(async move {
                // Late enough for the first attempt to have failed, or for all of them.
                let later = Duration::from_millis(20) * u32::try_from(times).unwrap_or(1_000);
                tokio::time::sleep(later).await;
                serve(socket.listen(16).unwrap(), failure, 0, &counted).await;
            })
        } else {
            let listener = socket.listen(16).unwrap();
            tokio::spawn(async move { serve(listener, failure, times, &counted).await })
        };
        Self {
            address,
            connections,
            serving,
        }
    }

    /// How many connections were made. One that was given up may still wait to be accepted, which those `expected` are waited for.
    async fn arrived(&self, expected: usize) -> usize {
        for _ in 0..1_000 {
            if self.connections.load(Ordering::SeqCst) >= expected {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// One request a connection.
async fn serve(listener: TcpListener, failure: Failure, times: usize, connections: &AtomicUsize) {
    let mut unanswered = Vec::new();
    loop {
        let (mut connection, _) = listener.accept().await.unwrap();
        let count = connections.fetch_add(1, Ordering::SeqCst);
        if count >= times {
            // Whoever gave up meanwhile, on a busy machine, needs no answer.
            if let Some(request) = read(&mut connection).await {
                let body = good_answer(&request).to_string();
                answer(&mut connection, 201, "", &body).await;
            }
            continue;
        }
        match &failure {
            Failure::Refused | Failure::ClosedAtOnce => {}
            Failure::ClosedBeforeTheAnswer => {
                read(&mut connection).await;
            }
            Failure::ClosedWithinTheAnswer => {
                read(&mut connection).await;
                let head = "HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"stre";
                let _ = connection.write_all(head.as_bytes()).await;
            }
            Failure::Silence => {
                read(&mut connection).await;
                unanswered.push(connection);
            }
            Failure::Answer {
                status,
                headers,
                body,
            } => {
                read(&mut connection).await;
                answer(&mut connection, *status, headers, &body.to_string()).await;
            }
        }
    }
}

/// Reads a request: its head, and as much of a body as that says. Nothing, when the client hangs up before.
async fn read(connection: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        if connection.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}

fn good_answer(request: &str) -> Value {
    if request.starts_with("GET") {
        json!({"eventPage": {"events": [event(1)], "hasMore": false, "lastEvaluatedRevision": 1}})
    } else {
        json!({"stream": stream(1)})
    }
}

async fn answer(connection: &mut TcpStream, status: u16, headers: &str, body: &str) {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status} A Reason\r\n{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let _ = connection.write_all(text.as_bytes()).await;
}

async fn send(client: &Client, operation: Operation) -> Result<(), Error> {
    match operation {
        Operation::Create => client.create_stream(&order(), placed()).await.map(drop),
        Operation::Append => client
            .append(&order(), stream_id(), Revision::FIRST, placed())
            .await
            .map(drop),
        Operation::Read => client.events(&order(), stream_id()).page().await.map(drop),
    }
}

/// What a caller is told.
fn told(error: &Error) -> String {
    let facts = [
        ("conflict", error.is_conflict()),
        ("not found", error.is_not_found()),
        ("id reused", error.is_event_id_reused()),
        ("invalid", error.is_invalid()),
        ("too large", error.is_too_large()),
        ("forbidden", error.is_forbidden()),
        ("retryable", error.is_retryable()),
        ("unsettled", error.unsettled().is_some()),
    ];
    let facts: Vec<&str> = facts
        .into_iter()
        .filter_map(|(name, holds)| holds.then_some(name))
        .collect();
    if facts.is_empty() {
        "other error".into()
    } else {
        facts.join(", ")
    }
}

async fn cell(failure: &Failure, operation: Operation) -> String {
    let patience = match failure {
        Failure::Silence => Duration::from_secs(1),
        _ => Duration::from_secs(30),
    };
    let client = |failing: &Failing| {
        Client::builder(format!("http://{}", failing.address))
            .attempt_timeout(patience)
            .retry(brief().first_pause(Duration::from_millis(40)))
            .build()
            .unwrap()
    };
    let always = Failing::start(failure.clone(), usize::MAX);
    let error = send(&client(&always), operation).await.unwrap_err();
    if !matches!(failure, Failure::Refused) {
        let arrived = always.arrived(error.attempts() as usize).await;
        assert_eq!(arrived, error.attempts() as usize, "{failure:?}");
    }
    let once = Failing::start(failure.clone(), 1);
    let then = match send(&client(&once), operation).await {
        Ok(()) => "done".to_owned(),
        Err(error) if error.attempts() == 1 => "the same".to_owned(),
        Err(error) => told(&error),
    };
    format!("{}x {}; {then}", error.attempts(), told(&error))
}

#[tokio::test]
async fn every_failure_of_every_request_ends_as_it_should() {
    let mut table = format!(
        "{:28}| {:44}| {:44}| read\n",
        "fails each time; fails once", "create", "append"
    );
    let rows = futures::stream::iter(failures()).map(|(name, failure)| async move {
        let cells = [Operation::Create, Operation::Append, Operation::Read].map(|kind| cell(&failure, kind));
        (name, join_all(cells).await)
    });
    for (name, cells) in rows.buffered(8).collect::<Vec<_>>().await {
        writeln!(table, "{name:28}| {:44}| {:44}| {}", cells[0], cells[1], cells[2]).unwrap();
    }
    insta::assert_snapshot!(table);
}

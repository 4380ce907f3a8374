//! Clients of every kind, over real sockets.

mod refusals;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::*;

/// Longer than any test.
const EVER: Duration = Duration::from_hours(1);

/// Short enough for a test to wait.
const SOON: Duration = Duration::from_millis(100);

/// Limits that no test reaches.
const WIDE: Bounds = Bounds {
    connections: 100,
    head: EVER,
    body: EVER,
    idle: EVER,
    unwanted: 16_000_000,
    lingering: EVER,
    silence: EVER,
    recovery: Duration::from_millis(10),
};

/// A server with a route of every kind.
struct Serving {
    address: SocketAddr,
    begun: Arc<Notify>,
    let_end: Arc<Notify>,
    tell_to_end: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Serving {
    async fn within(bounds: Bounds, patience: Duration) -> Self {
        let (begun, let_end) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let waiting = {
            let (begun, let_end) = (begun.clone(), let_end.clone());
            async move || {
                begun.notify_one();
                let_end.notified().await;
                "finished"
            }
        };
        let router = Router::new()
            .route("/", get(async || "here"))
            .route("/waiting", get(waiting))
            .route("/large", get(async || "x".repeat(40_000_000)))
            .route("/refused", post(async || StatusCode::UNSUPPORTED_MEDIA_TYPE))
            .route("/length", post(async |body: Bytes| body.len().to_string()))
            .layer(DefaultBodyLimit::disable());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell_to_end, told) = oneshot::channel();
        let told = async {
            // A test that drops the sender does not wait for the server.
            if told.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let server = tokio::spawn(serve_within(bounds, listener, router, told, patience));
        Self {
            address,
            begun,
            let_end,
            tell_to_end,
            server,
        }
    }

    async fn wide() -> Self {
        Self::within(WIDE, EVER).await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends `text` over a new connection.
    async fn sent(&self, text: &str) -> TcpStream {
        let mut client = self.connect().await;
        client.write_all(text.as_bytes()).await.unwrap();
        client
    }

    async fn end(self) {
        self.tell_to_end.send(()).unwrap();
        self.server.await.unwrap();
    }
}

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

/// Everything that the server sends until it closes.
async fn rest(client: &mut TcpStream) -> String {
    let mut text = String::new();
    client.read_to_string(&mut text).await.unwrap();
    text
}

/// Reads one response of `here`, with nothing after it.
async fn here(client: &mut TcpStream) {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\nhere") {
        let mut bytes = [0; 512];
        let count = client.read(&mut bytes).await.unwrap();
        assert!(count > 0, "it closed: {text}");
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
}

#[tokio::test]
async fn a_request_that_was_begun_is_finished() {
    let serving = Serving::wide().await;
    let mut client = serving.sent(&GET.replace("/ ", "/waiting ")).await;
    serving.begun.notified().await;
    let let_end = serving.let_end.clone();
    let ending = tokio::spawn(serving.end());
    tokio::task::yield_now().await;
    let_end.notify_one();
    let answer = rest(&mut client).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("finished"),
        "{answer}"
    );
    ending.await.unwrap();
}

#[tokio::test]
async fn a_request_that_never_ends_is_waited_for_only_so_long() {
    let serving = Serving::within(WIDE, SOON).await;
    let _client = serving.sent(&GET.replace("/ ", "/waiting ")).await;
    serving.begun.notified().await;
    // Without the limit, it would wait forever for the handler.
    serving.end().await;
}

#[tokio::test]
async fn the_end_waits_for_nobody_without_a_request() {
    let serving = Serving::wide().await;
    let mut fresh = serving.connect().await;
    let mut used = serving.sent(GET).await;
    here(&mut used).await;
    let mut half = serving.sent("GET / HTTP/1.1\r\nhost").await;
    // The server has accepted all three.
    here(&mut serving.sent(GET).await).await;
    serving.end().await;
    for client in [&mut fresh, &mut used, &mut half] {
        assert_eq!(rest(client).await, "");
    }
}

#[tokio::test]
async fn several_requests_share_a_connection() {
    let serving = Serving::wide().await;
    let mut client = serving.sent(GET).await;
    here(&mut client).await;
    for size in ["0", "5"] {
        let body = &"12345"[..size.parse().unwrap()];
        let request = format!("POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: {size}\r\n\r\n{body}");
        client.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        while !answer.ends_with(&format!("\r\n\r\n{size}")) {
            answer.push(client.read_u8().await.unwrap().into());
        }
    }
    client.write_all(GET.as_bytes()).await.unwrap();
    here(&mut client).await;
}

#[tokio::test]
async fn half_a_request_is_answered_408_when_its_time_is_over() {
    for (bounds, half) in [
        (Bounds { head: SOON, ..WIDE }, "GET / HTTP/1.1\r\nhost: a\r\n"),
        (
            Bounds { body: SOON, ..WIDE },
            "POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n123",
        ),
        (
            Bounds { body: SOON, ..WIDE },
            "POST /length HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\n123",
        ),
    ] {
        let serving = Serving::within(bounds, EVER).await;
        let mut client = serving.sent(half).await;
        let answer = rest(&mut client).await;
        assert!(
            answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
            "{half}: {answer}"
        );
    }
}

/// The paused clock advances by itself as soon as every task waits for it.
#[tokio::test(start_paused = true)]
async fn a_client_has_10_seconds_for_the_head_30_for_the_body_and_75_without_a_request() {
    for (begun, seconds, answer) in [
        ("GET / HTTP/1.1\r\nhost: a\r\n", 10, "HTTP/1.1 408 "),
        (
            "POST /length HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n123",
            30,
            "HTTP/1.1 408 ",
        ),
        (
            "POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\n123",
            30,
            "HTTP/1.1 415 ",
        ),
        ("", 75, ""),
    ] {
        let serving = Serving::within(Bounds::USUAL, EVER).await;
        let mut client = serving.sent(begun).await;
        let since = tokio::time::Instant::now();
        let text = rest(&mut client).await;
        assert!(text.starts_with(answer), "{begun}: {text}");
        assert_eq!(since.elapsed().as_secs(), seconds, "{begun}");
    }
}

#[tokio::test]
async fn a_request_that_comes_byte_by_byte_gains_no_time() {
    let bounds = Bounds { head: SOON, ..WIDE };
    let serving = Serving::within(bounds, EVER).await;
    let (mut reading, mut writing) = serving.sent("GET / HTTP/1.1\r\nhost: ").await.into_split();
    let dripping = tokio::spawn(async move {
        while writing.write_all(b"a").await.is_ok() {
            tokio::time::sleep(SOON / 10).await;
        }
    });
    let mut answer = String::new();
    reading.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    dripping.abort();
}

#[tokio::test]
async fn who_asks_for_nothing_is_let_go() {
    let serving = Serving::within(Bounds { idle: SOON, ..WIDE }, EVER).await;
    assert_eq!(rest(&mut serving.connect().await).await, "");
    let mut client = serving.sent(GET).await;
    here(&mut client).await;
    assert_eq!(rest(&mut client).await, "");
}

#[tokio::test]
async fn who_takes_no_answer_is_let_go() {
    let bounds = Bounds {
        idle: SOON,
        connections: 1,
        ..WIDE
    };
    let serving = Serving::within(bounds, EVER).await;
    let _unread = serving.sent(&GET.replace("/ ", "/large ")).await;
    // There is no room for this connection before the other is closed.
    here(&mut serving.sent(GET).await).await;
}

#[tokio::test]
async fn an_answer_that_takes_longer_than_a_request_may_is_waited_for() {
    let bounds = Bounds {
        head: SOON,
        body: SOON,
        ..WIDE
    };
    let serving = Serving::within(bounds, EVER).await;
    let mut client = serving
        .sent(
            &GET.replace("/ ", "/waiting ")
                .replace("host", "connection: close\r\nhost"),
        )
        .await;
    serving.begun.notified().await;
    tokio::time::sleep(2 * SOON).await;
    serving.let_end.notify_one();
    assert!(rest(&mut client).await.ends_with("finished"));
}

#[tokio::test]
async fn the_one_that_has_asked_for_nothing_for_longest_gives_way() {
    let serving = Serving::within(
        Bounds {
            connections: 3,
            ..WIDE
        },
        EVER,
    )
    .await;
    let mut busy = serving.sent(&GET.replace("/ ", "/waiting ")).await;
    serving.begun.notified().await;
    let mut oldest = serving.sent(GET).await;
    here(&mut oldest).await;
    let mut half = serving.sent("GET / HT").await;
    let mut used = serving.sent(GET).await;
    here(&mut used).await;
    assert_eq!(rest(&mut oldest).await, "", "it gave way to the fourth");
    here(&mut serving.sent(GET).await).await;
    assert_eq!(rest(&mut half).await, "", "it gave way to the fifth");
    serving.let_end.notify_one();
    let mut answer = [0; 15];
    busy.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200 OK", "who had a request did not");
}

#[tokio::test]
async fn who_comes_when_all_are_busy_waits() {
    let serving = Serving::within(
        Bounds {
            connections: 2,
            ..WIDE
        },
        EVER,
    )
    .await;
    let mut busy = Vec::new();
    for _ in 0..2 {
        busy.push(serving.sent(&GET.replace("/ ", "/waiting ")).await);
        serving.begun.notified().await;
    }
    let mut later = serving.sent(GET).await;
    let mut bytes = [0; 1];
    assert!(
        tokio::time::timeout(SOON, later.read(&mut bytes)).await.is_err(),
        "it is not taken"
    );
    serving.let_end.notify_one();
    here(&mut later).await;
}

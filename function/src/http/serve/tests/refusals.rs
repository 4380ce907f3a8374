//! Refusals reach the client even while it is still sending.

use std::io::ErrorKind;

use super::*;

#[tokio::test]
async fn a_refusal_reaches_who_sends_a_large_body_before_looking() {
    let serving = Serving::wide().await;
    // One size within the limit of what is read before the response, and one beyond it.
    for size in [5_000_000, 20_000_000] {
        let mut client = serving
            .sent(&format!(
                "POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: {size}\r\n\r\n"
            ))
            .await;
        client.write_all(&vec![b'x'; size]).await.unwrap();
        let mut answer = String::new();
        while !answer.ends_with("\r\n\r\n") {
            answer.push(client.read_u8().await.unwrap().into());
        }
        assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
        let closes = size > WIDE.unwanted;
        assert_eq!(answer.contains("connection: close\r\n"), closes, "{answer}");
        if closes {
            assert_eq!(rest(&mut client).await, "");
        } else {
            client.write_all(GET.as_bytes()).await.unwrap();
            here(&mut client).await;
        }
    }
}

#[tokio::test]
async fn a_body_that_is_refused_and_never_ends_is_not_waited_for() {
    let bounds = Bounds {
        body: SOON,
        silence: SOON,
        ..WIDE
    };
    let serving = Serving::within(bounds, EVER).await;
    let mut client = serving
        .sent("POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n123")
        .await;
    let answer = rest(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
    // Two writes: only the first provokes the reset.
    tokio::time::sleep(2 * SOON).await;
    let _ = client.write_all(b"4").await;
    tokio::time::sleep(SOON).await;
    let error = client.write_all(b"5").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe, "the server has let go");
}

#[tokio::test]
async fn who_waits_for_a_go_is_refused_without_one() {
    let serving = Serving::wide().await;
    let request = "POST /refused HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
    let answer = rest(&mut serving.sent(request).await).await;
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
    // A client whose body is wanted gets the `100 Continue`.
    let mut client = serving.sent(&request.replace("/refused", "/length")).await;
    let mut go = [0; 25];
    client.read_exact(&mut go).await.unwrap();
    assert_eq!(&go, b"HTTP/1.1 100 Continue\r\n\r\n");
}

#[tokio::test]
async fn what_is_no_request_is_answered() {
    let serving = Serving::wide().await;
    for (text, status) in [
        ("hello\r\n\r\n".to_owned(), "400"),
        (format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000)), "414"),
        (
            format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1_000)),
            "431",
        ),
    ] {
        let mut client = serving.connect().await;
        // Sends all of it before looking for a response.
        client.write_all(text.as_bytes()).await.unwrap();
        let answer = rest(&mut client).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

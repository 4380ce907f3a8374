//! Requests that are refused for their size, or because they make no sense.

use event_store_client::types::NewEvent;
use event_store_client::{Client, Error};

use super::streams::{OwnStream, at, event, numbered, revision};

/// The answer names every bad field of a request.
fn assert_invalid(error: &Error, field: &str) {
    assert!(error.is_invalid() && !error.is_retryable(), "{error}");
    let messages = error.messages().expect("it is told what is wrong");
    let messages = messages.get(field);
    assert!(
        messages.is_some_and(|messages| !messages.is_empty()),
        "no `{field}` in {error:?}"
    );
}

/// The limit is a hundred.
pub async fn a_hundred_events_are_an_append_and_one_more_is_not(client: Client) {
    let stream = OwnStream::absent(&client);
    let events = |count: u64| -> Vec<NewEvent> { (1..=count).map(numbered).collect() };
    let error = stream
        .append(at(0), events(101))
        .await
        .expect_err("they are too many");
    assert_invalid(&error, "events");
    let appended = stream
        .append(at(0), events(100))
        .await
        .expect("they are appended");
    assert_eq!(appended.stream.revision, revision(100));
}

/// An append appends something.
pub async fn no_events_are_no_append(client: Client) {
    let stream = OwnStream::absent(&client);
    let error = stream
        .append(at(0), Vec::new())
        .await
        .expect_err("there is nothing");
    assert_invalid(&error, "events");
}

/// An id names one event.
pub async fn an_event_id_twice_in_an_append_is_invalid(client: Client) {
    let stream = OwnStream::absent(&client);
    let once = numbered(1);
    let error = stream
        .append(at(0), vec![once.clone(), numbered(2), once])
        .await
        .expect_err("one comes twice");
    assert_invalid(&error, "events[2].eventId");
}

/// A commit is one item of the database.
pub async fn an_append_that_is_too_large_tells_limit_and_size(client: Client) {
    const LIMIT: usize = 380_000;
    let stream = OwnStream::absent(&client);
    let of_size = |size: usize| event("large", &format!("\"{}\"", "x".repeat(size - "large".len() - 2)));
    let error = stream
        .append_one(at(0), &of_size(LIMIT + 1))
        .await
        .expect_err("it is too large");
    assert!(error.is_too_large(), "{error}");
    let details = &error.problem().expect("the store says so").details;
    assert_eq!(
        (details.limit, details.size),
        (Some(LIMIT as u64), Some(LIMIT as u64 + 1))
    );
    stream.append_one(at(0), &of_size(LIMIT)).await.expect("it fits");
}

/// A thousand events, a hundred streams.
pub async fn a_page_holds_one_to_the_most(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    for size in [0, 1_001] {
        let error = stream
            .events()
            .page_size(size)
            .page()
            .await
            .expect_err("no page is that large");
        assert_invalid(&error, "limit");
    }
    assert_eq!(
        stream
            .events()
            .page_size(1_000)
            .page()
            .await
            .expect("it is read")
            .events
            .len(),
        1
    );
    for size in [0, 101] {
        let error = client.streams(&stream.stream_type).page_size(size).page().await;
        assert_invalid(&error.expect_err("no page is that large"), "limit");
    }
    client
        .streams(&stream.stream_type)
        .page_size(100)
        .page()
        .await
        .expect("it is read");
}

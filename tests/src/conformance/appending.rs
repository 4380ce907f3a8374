//! The promises about an append of one event.

use std::collections::BTreeMap;

use event_store_client::Client;
use event_store_client::types::{EventId, ExpectedRevision, Metadata, NewEvent, Payload};
use futures::TryStreamExt;
use futures::future::join_all;

use super::streams::{OwnStream, at, event, numbered, revision};

/// Creating is idempotent by the ids of stream and event.
pub async fn a_stream_is_created_once_and_a_repetition_is_told_as_replayed(client: Client) {
    let stream = OwnStream::absent(&client);
    let placed = event("placed", r#"{"total":1}"#);
    let create = || client.create_stream_with_id(&stream.stream_type, stream.stream_id, placed.clone());
    let created = create().await.expect("it is created");
    assert_eq!((created.stream.revision, created.replayed), (revision(1), false));
    assert_eq!(
        (&created.stream.stream_type, created.stream.stream_id),
        (&stream.stream_type, stream.stream_id)
    );
    let again = create().await.expect("it is there");
    assert!(again.replayed);
    assert_eq!(again.stream, created.stream);
    let details = client.stream(&stream.stream_type, stream.stream_id).await;
    assert_eq!(details.expect("it is there"), created.stream);

    let mut altered = placed;
    altered.payload = Payload::from_text(r#"{"total":2}"#).expect("it is JSON");
    let error = client
        .create_stream_with_id(&stream.stream_type, stream.stream_id, altered)
        .await
        .expect_err("the id is in use");
    assert!(error.is_event_id_reused(), "{error}");
}

/// A stream has one first event.
pub async fn a_created_stream_is_in_the_way_of_another(client: Client) {
    let stream = OwnStream::with_events(&client, 2).await;
    let error = client
        .create_stream_with_id(&stream.stream_type, stream.stream_id, numbered(9))
        .await
        .expect_err("there is a stream");
    let conflict = error.conflict().expect("it is a conflict");
    assert_eq!(conflict.expected_revision, Some(0));
    assert_eq!(conflict.current_revision, Some(revision(2)));
    assert_eq!(conflict.event.expect("it is taken").revision, revision(1));
}

/// The loser receives the winning event and the current revision.
pub async fn a_lost_race_answers_with_the_winning_event(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    let winner = event("won", "{}");
    stream.append_one(at(1), &winner).await.expect("it is appended");
    stream
        .append_one(at(2), &numbered(3))
        .await
        .expect("it is appended");
    let error = stream
        .append_one(at(1), &event("lost", "{}"))
        .await
        .expect_err("it is taken");
    let conflict = error.conflict().expect("it is a conflict");
    assert_eq!(conflict.expected_revision, Some(1));
    assert_eq!(conflict.current_revision, Some(revision(3)));
    let there = conflict.event.expect("it is taken");
    assert_eq!(
        (Some(there.event_id), there.revision),
        (winner.event_id, revision(2))
    );
    assert!(!error.is_retryable() && error.unsettled().is_none());
    assert!(error.request_id().is_some_and(|id| !id.is_empty()));
}

/// There are no gaps.
pub async fn an_append_beyond_the_end_is_a_conflict_without_a_winner(client: Client) {
    let stream = OwnStream::with_events(&client, 2).await;
    let error = stream
        .append_one(at(9), &numbered(10))
        .await
        .expect_err("it is too early");
    let conflict = error.conflict().expect("it is a conflict");
    assert_eq!(conflict.expected_revision, Some(9));
    assert_eq!(
        (conflict.current_revision, conflict.event),
        (Some(revision(2)), None)
    );
}

/// Only an append that expects no stream creates one.
pub async fn an_append_to_no_stream_is_not_found(client: Client) {
    let stream = OwnStream::absent(&client);
    let error = stream
        .append_one(at(1), &numbered(2))
        .await
        .expect_err("there is no stream");
    assert!(error.is_not_found(), "{error}");
    let error = stream
        .append_one(ExpectedRevision::StreamExists, &numbered(2))
        .await
        .expect_err("there is no stream");
    assert!(error.is_not_found(), "{error}");
}

/// Type and id together name a stream.
pub async fn a_stream_is_there_under_its_own_type_only(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    let other = OwnStream {
        stream_type: "conformance-other".parse().expect("it is a stream type"),
        ..stream
    };
    assert!(
        client
            .stream(&other.stream_type, other.stream_id)
            .await
            .expect_err("not there")
            .is_not_found()
    );
    assert!(
        other
            .append_one(at(1), &numbered(2))
            .await
            .expect_err("not there")
            .is_not_found()
    );
    other
        .append_one(at(0), &numbered(1))
        .await
        .expect("it is a stream of its own");
}

/// A late retry must not make a caller skip events that it has not seen.
pub async fn a_replay_answers_the_stream_as_the_append_left_it(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    let paid = event("paid", "{}");
    let appended = stream.append_one(at(1), &paid).await.expect("it is appended");
    stream
        .append_one(at(2), &numbered(3))
        .await
        .expect("it is appended");
    let again = stream.append_one(at(1), &paid).await.expect("it is there");
    assert!(again.replayed && !appended.replayed);
    assert_eq!(again.stream, appended.stream);
}

/// An id names one event of a stream forever.
pub async fn an_event_id_with_other_content_or_at_another_place_is_refused(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    let paid = event("paid", r#"{"by":"card"}"#);
    stream.append_one(at(1), &paid).await.expect("it is appended");
    let text = |text| Payload::from_text(text).expect("it is JSON");
    let otherwise = |alter: &dyn Fn(&mut NewEvent)| {
        let mut event = paid.clone();
        alter(&mut event);
        event
    };
    let altered = [
        otherwise(&|event| event.payload = text(r#"{"by": "card"}"#)),
        otherwise(&|event| event.event_type = "refunded".parse().expect("it is an event type")),
        paid.clone()
            .with_metadata(Metadata::from_text("{}").expect("it is an object")),
    ];
    for event in altered {
        let error = stream
            .append_one(at(1), &event)
            .await
            .expect_err("the id is in use");
        assert!(
            error.is_event_id_reused() && !error.is_conflict(),
            "{event:?}: {error}"
        );
    }
}

/// `any` and `streamExists`, as the client sends them.
pub async fn an_append_at_the_end_goes_to_the_end(client: Client) {
    let stream = OwnStream::absent(&client);
    for (number, expected) in [
        (1, ExpectedRevision::Any),
        (2, ExpectedRevision::Any),
        (3, ExpectedRevision::StreamExists),
    ] {
        let appended = stream
            .append_one(expected, &numbered(number))
            .await
            .expect("it is appended");
        assert_eq!(appended.stream.revision, revision(number));
    }
}

/// Number precision, key order, white space, repeated keys, text beyond ASCII.
pub async fn payload_and_metadata_come_back_as_they_were_sent(client: Client) {
    let payloads = [
        "null",
        "true",
        r#""A \"text\" with é, \u00e9 and 🦀""#,
        "123456789012345678901234567890.10",
        "1e400",
        r#"{ "z" : 1.0, "a" : [ 1 , 2 ], "z" : null }"#,
        "[]",
    ];
    let metadata = r#"{ "b": 1e0, "a": "é", "b": 2 }"#;
    let stream = OwnStream::absent(&client);
    for (place, payload) in payloads.iter().enumerate() {
        let event =
            event("kept", payload).with_metadata(Metadata::from_text(metadata).expect("it is an object"));
        stream
            .append_one(at(place as u64), &event)
            .await
            .expect("it is appended");
    }
    let events: Vec<_> = stream
        .events()
        .into_stream()
        .try_collect()
        .await
        .expect("they are read");
    let read: Vec<&str> = events.iter().map(|event| event.payload.as_str()).collect();
    assert_eq!(read, payloads);
    for event in &events {
        assert_eq!(event.metadata.as_ref().map(Metadata::as_str), Some(metadata));
        assert_eq!(event.event_type.as_str(), "kept");
        assert_eq!(event.stream_id, stream.stream_id);
    }
}

/// The order of time is the order of the stream.
pub async fn time_never_goes_back_within_a_stream(client: Client) {
    let stream = OwnStream::with_events(&client, 5).await;
    let events: Vec<_> = stream
        .events()
        .into_stream()
        .try_collect()
        .await
        .expect("they are read");
    assert!(events.is_sorted_by_key(|event| event.created_at));
    let details = client
        .stream(&stream.stream_type, stream.stream_id)
        .await
        .expect("it is there");
    assert_eq!(
        events.last().map(|event| event.created_at),
        Some(details.updated_at)
    );
}

/// Optimistic concurrency: each revision is given once.
pub async fn of_many_writers_one_wins_each_revision(client: Client) {
    const WRITERS: u64 = 5;
    const REVISIONS: u64 = 6;
    let stream = OwnStream::with_events(&client, 1).await;
    let writers = (0..WRITERS).map(|writer| {
        let stream = stream.clone();
        async move {
            let mut wins = BTreeMap::new();
            for end in 1..=REVISIONS {
                let event = numbered(writer);
                match stream.append_one(at(end), &event).await {
                    Ok(_) => drop(wins.insert(end + 1, event.event_id.expect("it has one"))),
                    Err(error) => assert!(error.is_conflict(), "{error}"),
                }
            }
            wins
        }
    });
    let wins: Vec<(u64, EventId)> = join_all(writers).await.into_iter().flatten().collect();
    let mut winners: Vec<(u64, EventId)> = wins;
    winners.sort_unstable();
    let events: Vec<_> = stream
        .events()
        .after(revision(1))
        .into_stream()
        .try_collect()
        .await
        .expect("they are read");
    let kept: Vec<(u64, EventId)> = events
        .iter()
        .map(|event| (event.revision.as_u64(), event.event_id))
        .collect();
    assert_eq!(winners, kept);
    assert_eq!(kept.len() as u64, REVISIONS);
}

/// The text of a refusal is part of the contract: a test store and a deployed store say the same.
pub async fn a_refusal_is_told_in_the_same_words_by_every_store(client: Client) {
    let stream = OwnStream::with_events(&client, 2).await;
    let name = format!("{}/{}", stream.stream_type, stream.stream_id);
    let told = |error: event_store_client::Error| error.problem().map(|problem| problem.detail.clone());
    let taken = stream
        .append_one(at(1), &numbered(2))
        .await
        .expect_err("it is taken");
    assert_eq!(
        told(taken),
        Some(format!(
            "revision `2` of stream `{name}` is taken; the stream is at revision `2`"
        ))
    );
    let early = stream
        .append_one(at(8), &numbered(9))
        .await
        .expect_err("it is early");
    assert_eq!(
        told(early),
        Some(format!(
            "stream `{name}` is at revision `2`, so nothing can be stored at revision `9` yet"
        ))
    );
    let beyond = client
        .events(&stream.stream_type, stream.stream_id)
        .after(revision(7));
    let beyond = beyond.page().await.expect_err("it is not there");
    assert_eq!(
        told(beyond),
        Some(format!(
            "stream `{name}` is at revision `2` and does not reach revision `7`"
        ))
    );
    let absent = OwnStream::absent(&client);
    let name = format!("{}/{}", absent.stream_type, absent.stream_id);
    let absent = client.stream(&absent.stream_type, absent.stream_id).await;
    assert_eq!(
        told(absent.expect_err("it is not there")),
        Some(format!("there is no stream `{name}`"))
    );
    let event = numbered(3).with_id(EventId::random());
    stream.append_one(at(2), &event).await.expect("it is appended");
    let other = numbered(4).with_id(event.event_id.unwrap_or_else(EventId::random));
    let reused = stream
        .append_one(at(2), &other)
        .await
        .expect_err("the id is in use");
    let id = other.event_id.map_or_else(String::new, |id| id.to_string());
    assert_eq!(
        told(reused),
        Some(format!(
            "already in the stream, with other content or at another place: `{id}`"
        ))
    );
}

/// The words of what is malformed, as far as a client can send it.
pub async fn what_is_malformed_is_told_in_the_same_words_by_every_store(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    let told = |error: event_store_client::Error| {
        let problem = error.problem().expect("the store says so");
        let messages = problem.details.messages.iter();
        let all = messages
            .flat_map(|(field, messages)| messages.iter().map(move |text| format!("`{field}`: {text}")));
        let all: Vec<String> = all.collect();
        assert_eq!(problem.detail, all.join("; "));
        problem.detail.clone()
    };
    let twice = numbered(2).with_id(EventId::random());
    let id = twice.event_id.map_or_else(String::new, |id| id.to_string());
    let twice = stream
        .append(at(1), vec![twice.clone(), numbered(3), twice])
        .await;
    assert_eq!(
        told(twice.expect_err("an id comes twice")),
        format!("`events[2].eventId`: an event before it has the id `{id}` too")
    );
    let many = stream.append(at(1), (0..101).map(numbered).collect()).await;
    assert_eq!(
        told(many.expect_err("they are too many")),
        "`events`: must hold 1 to 100 objects, not 101"
    );
    let page = stream.events().page_size(0);
    let page = page.page();
    assert_eq!(
        told(page.await.expect_err("no page is that small")),
        "`limit`: must be a whole number between 1 and 1000"
    );
    for cursor in ["", "x", "end-0", "end-1001", "end-x"] {
        let page = client.feed().after(cursor).page().await;
        assert_eq!(
            told(page.expect_err("it is no cursor")),
            "`after`: must be `end`, `end-N` with an N from 1 to 1000, or the `next` of an earlier page of the feed",
            "{cursor:?}"
        );
    }
    client
        .feed()
        .after("end-1000")
        .page()
        .await
        .expect("it is a place");
    for key in [
        "",
        "x",
        "2025-01-25T10:11:12.000000Z#2886e475-d5cc-40f7-aec5-401071388b3c",
    ] {
        let page = client.streams(&stream.stream_type).page_key(key).page().await;
        assert_eq!(
            told(page.expect_err("it is no key")),
            "`stream-next-page-key`: must be the `nextPageKey` of an earlier page",
            "{key:?}"
        );
    }
}

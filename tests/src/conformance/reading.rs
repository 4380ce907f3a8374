//! The promises about reading a stream.

use event_store_client::{Client, Consistency};
use futures::TryStreamExt;

use super::streams::{OwnStream, revision};

/// Paging loses nothing and repeats nothing, for any division into commits.
pub async fn pages_in_both_directions_show_every_event_once(client: Client) {
    let stream = OwnStream::with_batches(&client, &[1, 3, 1, 4, 2]).await;
    let all: Vec<u64> = (1..=11).collect();
    let backwards: Vec<u64> = (1..=11).rev().collect();
    for size in [1, 2, 3, 4, 10, 11, 12] {
        let read = stream
            .revisions(|read| read.page_size(size))
            .await
            .expect("they are read");
        assert_eq!(read, all, "{size} a page");
        let read = stream
            .revisions(|read| read.backwards().page_size(size))
            .await
            .expect("they are read");
        assert_eq!(read, backwards, "{size} a page, backwards");
        for after in 0..=11 {
            let mut read = stream.events().page_size(size);
            if after > 0 {
                read = read.after(revision(after));
            }
            let page = read.page().await.expect("it is read");
            let rest = usize::try_from(11 - after).expect("it is small");
            assert_eq!(
                page.events.len(),
                rest.min(usize::from(size)),
                "{size} after {after}"
            );
            assert_eq!(page.has_more, page.events.len() < rest, "{size} after {after}");
        }
    }
}

/// A position is any revision.
pub async fn reading_begins_anywhere_even_within_a_batch(client: Client) {
    let stream = OwnStream::with_batches(&client, &[2, 3, 1]).await;
    for after in 1..=6 {
        let read = stream
            .revisions(|read| read.after(revision(after)))
            .await
            .expect("they are read");
        assert_eq!(read, (after + 1..=6).collect::<Vec<_>>(), "after {after}");
        let read = stream
            .revisions(|read| read.until(revision(after)).backwards())
            .await
            .expect("they are read");
        assert_eq!(
            read,
            (1..=after).rev().collect::<Vec<_>>(),
            "backwards from {after}"
        );
    }
}

/// An empty page returns the requested position.
pub async fn there_is_nothing_after_the_end_and_nothing_before_the_beginning(client: Client) {
    let stream = OwnStream::with_batches(&client, &[1, 2]).await;
    let page = stream.events().after(revision(3)).page().await;
    let page = page.expect("it is read");
    assert!(page.events.is_empty() && !page.has_more);
    assert_eq!(page.last_evaluated_revision, revision(3));
    let all = stream
        .revisions(|read| read.backwards().until(revision(1_000)))
        .await
        .expect("they are read");
    assert_eq!(all, [3, 2, 1]);
    let newest = stream
        .events()
        .backwards()
        .limit(1)
        .into_stream()
        .try_next()
        .await
        .expect("it is read");
    assert_eq!(newest.expect("there is one").revision, revision(3));
}

/// A follower with a checkpoint that the stream does not reach has that of another store, and must not wait forever.
pub async fn a_position_that_the_stream_does_not_reach_is_told(client: Client) {
    let stream = OwnStream::with_batches(&client, &[1, 2]).await;
    for consistency in [Consistency::Strong, Consistency::Eventual] {
        for after in [4, 1_000] {
            let read = stream.events().after(revision(after)).consistency(consistency);
            let error = read.page().await.expect_err("the stream does not reach it");
            assert!(error.is_revision_not_reached(), "{error}");
            assert_eq!(error.reached(), Some(revision(3)));
        }
    }
}

/// With eventual consistency, too: a 404 is certain.
pub async fn an_absent_stream_is_not_found_in_any_way_of_reading(client: Client) {
    let stream = OwnStream::absent(&client);
    for read in [
        stream.events(),
        stream.events().after(revision(1)),
        stream.events().backwards(),
        stream.events().backwards().until(revision(7)),
        stream.events().consistency(Consistency::Eventual),
    ] {
        let error = read.page().await.expect_err("there is no stream");
        assert!(error.is_not_found(), "{error}");
    }
    let details = client.stream(&stream.stream_type, stream.stream_id).await;
    assert!(details.expect_err("there is no stream").is_not_found());
}

/// Bounds hold in both directions.
pub async fn a_reading_ends_at_a_revision_or_a_moment(client: Client) {
    let stream = OwnStream::with_batches(&client, &[1, 3, 1]).await;
    let until = stream
        .revisions(|read| read.after(revision(1)).until(revision(3)))
        .await;
    assert_eq!(until.expect("they are read"), [2, 3]);
    let backwards = stream
        .revisions(|read| read.after(revision(1)).until(revision(3)).backwards())
        .await;
    assert_eq!(backwards.expect("they are read"), [3, 2]);

    let events: Vec<_> = stream
        .events()
        .into_stream()
        .try_collect()
        .await
        .expect("they are read");
    let moment = events[1].created_at;
    let by_then: Vec<u64> = events
        .iter()
        .filter(|event| event.created_at <= moment)
        .map(|event| event.revision.as_u64())
        .collect();
    assert!(
        by_then.ends_with(&[2, 3, 4]) || by_then.ends_with(&[5]),
        "a batch has one moment: {by_then:?}"
    );
    let read = stream
        .revisions(|read| read.until_time(moment).page_size(2))
        .await;
    assert_eq!(read.expect("they are read"), by_then);
    let backwards = stream
        .revisions(|read| read.until_time(moment).page_size(2).backwards())
        .await;
    assert!(backwards.expect("they are read").iter().rev().eq(&by_then));
}

/// An eventually consistent read returns a prefix of the stream.
pub async fn an_eventual_reading_has_no_gap(client: Client) {
    let stream = OwnStream::with_batches(&client, &[2, 3, 1]).await;
    let read = stream
        .revisions(|read| read.consistency(Consistency::Eventual).page_size(2))
        .await;
    let read = read.expect("they are read");
    assert!((1..=6).collect::<Vec<u64>>().starts_with(&read), "{read:?}");
    let all = stream
        .revisions(|read| read.consistency(Consistency::Strong))
        .await;
    assert_eq!(all.expect("they are read").len(), 6);
}

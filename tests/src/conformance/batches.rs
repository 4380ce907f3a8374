//! The promises about an append of several events.

use event_store_client::Client;
use event_store_client::types::NewEvent;
use futures::TryStreamExt;

use super::streams::{OwnStream, at, numbered, revision};

fn batch(numbers: impl IntoIterator<Item = u64>) -> Vec<NewEvent> {
    numbers.into_iter().map(numbered).collect()
}

/// All or none, with no other event between them.
pub async fn a_batch_is_appended_whole_and_next_to_each_other(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    let events = batch([2, 3, 4]);
    let appended = stream
        .append(at(1), events.clone())
        .await
        .expect("it is appended");
    assert_eq!(appended.stream.revision, revision(4));
    let read: Vec<_> = stream
        .events()
        .after(revision(1))
        .into_stream()
        .try_collect()
        .await
        .expect("they are read");
    assert_eq!(read.len(), 3);
    for (read, sent) in read.iter().zip(&events) {
        assert_eq!(
            (Some(read.event_id), &read.payload),
            (sent.event_id, &sent.payload)
        );
        assert_eq!(read.created_at, appended.stream.updated_at, "one moment for all");
    }
    stream
        .append(at(1), batch([2, 3]))
        .await
        .expect_err("they are taken");
    assert_eq!(
        stream.revisions(|read| read).await.expect("they are read"),
        [1, 2, 3, 4]
    );
}

/// The first revision needs no create.
pub async fn a_batch_may_begin_a_stream(client: Client) {
    let stream = OwnStream::with_batches(&client, &[3]).await;
    assert_eq!(
        stream.revisions(|read| read).await.expect("they are read"),
        [1, 2, 3]
    );
}

/// Even if the stream has grown since.
pub async fn a_repeated_batch_is_told_as_replayed(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    let events = batch([2, 3]);
    let appended = stream
        .append(at(1), events.clone())
        .await
        .expect("it is appended");
    stream.append(at(3), batch([4])).await.expect("it is appended");
    let again = stream.append(at(1), events).await.expect("it is there");
    assert!(again.replayed);
    assert_eq!(again.stream, appended.stream);
}

/// A batch is one unit: a part of it, or it and more, is another batch.
pub async fn a_batch_that_shares_an_event_with_another_is_refused(client: Client) {
    let stream = OwnStream::with_events(&client, 1).await;
    let events = batch([2, 3]);
    stream
        .append(at(1), events.clone())
        .await
        .expect("it is appended");
    let longer = [events.clone(), batch([4])].concat();
    let turned = vec![events[1].clone(), events[0].clone()];
    for other in [vec![events[0].clone()], longer, turned] {
        let error = stream.append(at(1), other).await.expect_err("ids are in use");
        assert!(error.is_event_id_reused(), "{error}");
    }
    let error = stream
        .append(at(2), vec![events[1].clone()])
        .await
        .expect_err("the id is in use");
    assert!(error.is_event_id_reused(), "{error}");
}

/// A conflict names the event at the wanted revision.
pub async fn a_batch_conflicts_with_what_lies_within_another(client: Client) {
    let stream = OwnStream::with_batches(&client, &[1, 3]).await;
    let error = stream
        .append(at(2), batch([3, 4]))
        .await
        .expect_err("it is taken");
    let conflict = error.conflict().expect("it is a conflict");
    assert_eq!(conflict.current_revision, Some(revision(4)));
    let there = conflict.event.expect("it is taken");
    assert_eq!((there.revision, there.payload.as_str()), (revision(3), "3"));
}

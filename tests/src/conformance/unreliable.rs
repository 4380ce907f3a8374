//! The promises about a store whose answers are lost: a repeated request takes effect once.

use event_store_client::testing::Fault;
use event_store_client::types::{ExpectedRevision, NewEvent, StreamType};
use uuid::Uuid;

use super::streams::{OwnStream, at, numbered, revision};
use super::subject::Subject;

/// The faults that lose an answer, after the write or instead of it.
const LOSSES: [Fault; 4] = [
    Fault::AnswerLost,
    Fault::RequestLost,
    Fault::Answered(502),
    Fault::Unreachable,
];

/// Whichever answer is lost, and however often.
pub async fn a_write_whose_answer_is_lost_happens_once(subject: Subject) {
    let client = &subject.client;
    for loss in LOSSES {
        for times in 1..=4 {
            let stream = OwnStream::absent(client);
            for (end, size) in [(0, 1), (1, 3), (4, 1)] {
                let events: Vec<NewEvent> = (end + 1..=end + size).map(numbered).collect();
                subject.faults.next(vec![loss; times]);
                let appended = stream.append(at(end), events).await.expect("it ends well");
                assert_eq!(appended.stream.revision, revision(end + size));
                let may_be_replayed = matches!(loss, Fault::AnswerLost | Fault::Answered(_));
                assert_eq!(appended.replayed, may_be_replayed, "{loss:?}");
            }
            let read = stream.revisions(|read| read).await.expect("they are read");
            assert_eq!(read, [1, 2, 3, 4, 5], "{loss:?} {times} times");
        }
    }
}

/// A stream whose id the client generated is one stream, even if its creation is requested again and again.
pub async fn a_create_whose_answer_is_lost_makes_one_stream(subject: Subject) {
    let client = &subject.client;
    for loss in LOSSES {
        for times in 1..=4 {
            let stream_type: StreamType = format!("created-{}", Uuid::now_v7())
                .parse()
                .expect("it is a type");
            subject.faults.next(vec![loss; times]);
            let created = client.create_stream(&stream_type, numbered(1)).await;
            let created = created.expect("it ends well");
            let may_be_replayed = matches!(loss, Fault::AnswerLost | Fault::Answered(_));
            assert_eq!(created.replayed, may_be_replayed, "{loss:?}");
            let stream = OwnStream {
                client: client.clone(),
                stream_type,
                stream_id: created.stream.stream_id,
            };
            let read = stream.revisions(|read| read).await.expect("they are read");
            assert_eq!(read, [1], "{loss:?} {times} times");
        }
    }
}

/// At any end of the stream, and for a batch, too.
pub async fn a_batch_at_the_end_whose_answer_is_lost_happens_once(subject: Subject) {
    let client = &subject.client;
    for expected in [ExpectedRevision::Any, ExpectedRevision::StreamExists] {
        for loss in LOSSES {
            let stream = OwnStream::with_events(client, 1).await;
            // The question where the end is may be lost as well.
            subject.faults.next([loss; 2]);
            subject.faults.pass(1);
            subject.faults.next([loss; 3]);
            let appended = stream.append(expected, vec![numbered(2), numbered(3)]).await;
            assert_eq!(appended.expect("it ends well").stream.revision, revision(3));
            let read = stream.revisions(|read| read).await.expect("they are read");
            assert_eq!(read, [1, 2, 3], "{expected:?} {loss:?}");
        }
    }
}

/// Even if the stream has grown in between.
pub async fn an_unsettled_write_is_settled_later(subject: Subject) {
    for loss in LOSSES {
        let stream = OwnStream::with_events(&subject.client, 1).await;
        subject.faults.next([loss; 5]);
        let event = numbered(2);
        let error = stream
            .append_one(at(1), &event)
            .await
            .expect_err("nothing is known");
        let Some(unsettled) = error.unsettled() else {
            assert_eq!(loss, Fault::Unreachable, "{error}");
            continue;
        };
        assert_eq!(unsettled.expected_revision, at(1));
        let was_written = matches!(loss, Fault::AnswerLost | Fault::Answered(_));
        if was_written {
            stream
                .append_one(at(2), &numbered(3))
                .await
                .expect("it is appended");
        }
        let settled = subject.client.settle(unsettled).await.expect("it is settled");
        assert_eq!(
            (settled.replayed, settled.stream.revision),
            (was_written, revision(2))
        );
    }
}

/// A true conflict is the other end.
pub async fn an_unsettled_write_that_another_overtook_ends_as_a_conflict(subject: Subject) {
    let stream = OwnStream::with_events(&subject.client, 1).await;
    subject.faults.next([Fault::RequestLost; 5]);
    let error = stream
        .append_one(at(1), &numbered(2))
        .await
        .expect_err("nothing is known");
    let winner = numbered(7);
    stream.append_one(at(1), &winner).await.expect("it is appended");
    let unsettled = error.unsettled().expect("nothing is known");
    let error = subject.client.settle(unsettled).await.expect_err("it is taken");
    let conflict = error.conflict().expect("it is a conflict");
    assert_eq!(conflict.event.map(|event| event.event_id), winner.event_id);
    assert!(error.unsettled().is_none());
}

/// At the end of a stream, too, where the store itself recognises a retry only for a while.
pub async fn an_append_at_the_end_whose_answer_is_lost_happens_once(subject: Subject) {
    for loss in [Fault::AnswerLost, Fault::RequestLost] {
        let stream = OwnStream::with_events(&subject.client, 1).await;
        subject.faults.pass(1);
        subject.faults.next([loss; 5]);
        let error = stream
            .append_one(ExpectedRevision::Any, &numbered(2))
            .await
            .expect_err("nothing is known");
        // Far behind the newest ten commits that the store would look through for `any`.
        for end in 2..=14 {
            let _ = stream.append_one(at(end), &numbered(end + 1)).await;
        }
        let unsettled = error.unsettled().expect("nothing is known");
        let settled = subject.client.settle(unsettled).await.expect("it is settled");
        assert_eq!(settled.stream.revision, revision(2));
        let events = stream.revisions(|read| read).await.expect("they are read");
        let expected = if loss == Fault::AnswerLost { 15 } else { 2 };
        assert_eq!(events.len(), expected, "{loss:?}");
    }
}

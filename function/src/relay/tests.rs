//! Tests the relay against a scripted catalogue, topic and failure queue.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::publisher::Refusal;
use super::scripted::{Act, Script};
use super::testing::{OTHER_STREAM, STREAM, insert, raw, with_name};
use super::*;

#[derive(Default)]
struct World {
    feed: Script,
    catalogue: Script,
    topic: Script,
    queue: Script,
}

impl World {
    async fn relay(&self, records: &[Value]) -> Relayed {
        self.relay_within(Duration::from_mins(1), records).await
    }

    async fn relay_within(&self, time: Duration, records: &[Value]) -> Relayed {
        let relay = Relay {
            feeder: Feeder::new(&self.feed),
            catalogue: &self.catalogue,
            publisher: &self.topic,
            failure_queue: &self.queue,
        };
        let patience = Patience {
            deadline: Instant::now() + time,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(2),
        };
        relay
            .relay(&records.iter().map(raw).collect::<Vec<_>>(), patience)
            .await
    }
}

/// Long enough for a few attempts, short enough to wait for.
const SHORT: Duration = Duration::from_millis(40);

fn three_commits() -> [Value; 3] {
    [
        insert(11, STREAM, 1, &["placed", "paid"]),
        insert(12, OTHER_STREAM, 1, &["placed"]),
        insert(13, STREAM, 3, &["sent"]),
    ]
}

#[tokio::test]
async fn a_batch_brings_each_stream_forward_once_and_announces_each_event() {
    let world = World::default();
    let relayed = world.relay(&three_commits()).await;
    assert_eq!(relayed.checkpoint, Checkpoint::Done);
    assert_eq!((relayed.streams, relayed.notices, relayed.parked), (2, 4, 0));
    assert_eq!(
        world.catalogue.done(),
        [
            "0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10@1",
            "2886e475-d5cc-40f7-aec5-401071388b3c@3"
        ]
    );
    assert_eq!(world.topic.done(), ["1 placed", "2 paid", "1 placed", "3 sent"]);
}

#[tokio::test]
async fn the_feed_comes_first_and_what_is_not_in_it_is_neither_listed_nor_announced() {
    let world = World::default();
    world.relay(&three_commits()).await;
    assert_eq!(
        world.feed.done(),
        [
            "1: 2886e475-d5cc-40f7-aec5-401071388b3c@2 0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10@1 2886e475-d5cc-40f7-aec5-401071388b3c@3"
        ]
    );
    for act in [Act::Break, Act::Throttle, Act::Hang] {
        let world = World {
            feed: Script::for_ever(act.clone()),
            ..World::default()
        };
        let relayed = world.relay_within(SHORT, &three_commits()).await;
        assert_eq!(relayed.checkpoint, Checkpoint::WholeBatch, "{act:?}");
        assert_eq!(world.catalogue.calls() + world.topic.calls(), 0, "{act:?}");
    }
}

#[tokio::test]
async fn of_more_commits_than_a_page_holds_those_are_relayed_whose_page_was_put() {
    let streams: Vec<String> = (0..150_u32)
        .map(|number| format!("order/00000000-0000-0000-0000-{number:012}"))
        .collect();
    let records: Vec<Value> = (1_u32..)
        .zip(&streams)
        .map(|(number, stream)| insert(number, stream, 1, &["placed"]))
        .collect();
    // The first page is put, the second never.
    let world = World {
        feed: Script::of([Act::Succeed]).then_for_ever(Act::Break),
        ..World::default()
    };
    let relayed = world.relay(&records).await;
    assert_eq!(relayed.checkpoint, Checkpoint::From("101".into()));
    assert_eq!(world.feed.done().len(), 1);
    assert_eq!(
        (world.catalogue.done().len(), world.topic.done().len()),
        (100, 100)
    );
}

#[tokio::test]
async fn an_empty_batch_calls_nothing() {
    let world = World::default();
    assert_eq!(world.relay(&[]).await.checkpoint, Checkpoint::Done);
    assert_eq!(
        world.feed.calls() + world.catalogue.calls() + world.topic.calls() + world.queue.calls(),
        0
    );
}

#[tokio::test]
async fn eleven_events_take_two_calls() {
    let world = World::default();
    let relayed = world.relay(&[insert(11, STREAM, 1, &["a"; 11])]).await;
    assert_eq!((relayed.checkpoint, world.topic.calls()), (Checkpoint::Done, 2));
    assert_eq!(world.topic.done().len(), 11);
}

#[tokio::test]
async fn what_throttles_is_tried_again_within_the_invocation() {
    let world = World {
        catalogue: Script::of([Act::Throttle, Act::Throttle]),
        topic: Script::of([Act::Throttle]),
        queue: Script::of([Act::Throttle]),
        feed: Script::of([Act::Throttle]),
    };
    let relayed = world
        .relay(&[insert(11, STREAM, 1, &["placed"]), json!("poison")])
        .await;
    assert_eq!(relayed.checkpoint, Checkpoint::Done);
    assert_eq!(
        [
            world.feed.calls(),
            world.catalogue.calls(),
            world.topic.calls(),
            world.queue.calls()
        ],
        [2, 3, 2, 2]
    );
}

#[tokio::test]
async fn only_the_entries_that_were_not_taken_are_published_again() {
    let left = vec![(0, Refusal::Transient), (3, Refusal::Transient)];
    let world = World {
        topic: Script::of([Act::Leave(left)]),
        ..World::default()
    };
    let relayed = world.relay(&three_commits()).await;
    assert_eq!(relayed.checkpoint, Checkpoint::Done);
    assert_eq!(world.topic.done(), ["2 paid", "1 placed", "1 placed", "3 sent"]);
}

#[tokio::test]
async fn an_entry_that_is_never_taken_is_delivered_again_from_its_record_on() {
    // The first call rejects the entry of record 12, and so does every later call.
    let world = World {
        topic: Script::of([Act::Leave(vec![(2, Refusal::Transient)])])
            .then_for_ever(Act::Leave(vec![(0, Refusal::Transient)])),
        ..World::default()
    };
    let relayed = world.relay_within(SHORT, &three_commits()).await;
    assert_eq!(relayed.checkpoint, Checkpoint::From("12".into()));
    assert_eq!(
        relayed.shortfalls[0].cause,
        "the topic did not take the notification: `Code` words"
    );
}

#[tokio::test]
async fn an_entry_that_the_topic_will_never_take_is_parked_and_counts_as_done() {
    let world = World {
        topic: Script::of([Act::Leave(vec![(2, Refusal::Permanent)])]),
        ..World::default()
    };
    let relayed = world.relay(&three_commits()).await;
    assert_eq!((relayed.checkpoint, relayed.parked), (Checkpoint::Done, 1));
    insta::assert_snapshot!(world.queue.done().join("\n"), @r#"{"reason":"the topic refuses the notification of revision `1`: `Code` words","keys":{"pk":{"S":"order/0190a2f4-7f3a-7c3e-8f43-5d2f6c1b9a10"},"sk":{"N":"1"}},"sequenceNumber":"12"}"#);
}

#[tokio::test]
async fn a_catalogue_outage_does_not_hold_up_the_announcements() {
    let world = World {
        catalogue: Script::for_ever(Act::Break),
        ..World::default()
    };
    let relayed = world.relay(&three_commits()).await;
    assert_eq!(relayed.checkpoint, Checkpoint::WholeBatch);
    assert_eq!(world.topic.done().len(), 4);
    assert_eq!(
        world.catalogue.calls(),
        2,
        "a fault is not tried again within the invocation"
    );
}

#[tokio::test]
async fn a_topic_outage_does_not_hold_up_the_catalogue() {
    let world = World {
        topic: Script::for_ever(Act::Throttle),
        ..World::default()
    };
    let relayed = world.relay_within(SHORT, &three_commits()).await;
    assert_eq!(relayed.checkpoint, Checkpoint::WholeBatch);
    assert_eq!(world.catalogue.done().len(), 2);
    assert!(world.topic.calls() > 2, "{} attempts", world.topic.calls());
}

#[tokio::test]
async fn a_topic_that_refuses_the_call_is_not_asked_again() {
    let world = World {
        topic: Script::for_ever(Act::Break),
        ..World::default()
    };
    let relayed = world.relay(&three_commits()).await;
    assert_eq!(
        (relayed.checkpoint, world.topic.calls()),
        (Checkpoint::WholeBatch, 1)
    );
    assert_eq!(
        relayed.shortfalls[0].cause,
        "the service refuses the call: no such topic"
    );
}

#[tokio::test]
async fn a_stream_that_is_not_brought_forward_fails_from_the_first_record_it_covers() {
    // The other stream comes first, and its update covers record 12 alone.
    let world = World {
        catalogue: Script::of([Act::Break]),
        ..World::default()
    };
    let relayed = world.relay(&three_commits()).await;
    assert_eq!(relayed.checkpoint, Checkpoint::From("12".into()));
    let world = World {
        catalogue: Script::of([Act::Break]),
        ..World::default()
    };
    let commits = [
        insert(10, OTHER_STREAM, 1, &["a"]),
        insert(12, STREAM, 2, &["b"]),
        insert(11, STREAM, 1, &["a"]),
    ];
    assert_eq!(
        world.relay(&commits[1..]).await.checkpoint,
        Checkpoint::WholeBatch
    );
    let world = World {
        catalogue: Script::for_ever(Act::Break),
        ..World::default()
    };
    assert_eq!(world.relay(&commits).await.checkpoint, Checkpoint::WholeBatch);
}

#[tokio::test]
async fn both_effects_missing_name_the_lower_record() {
    let world = World {
        catalogue: Script::of([Act::Break]),
        topic: Script::for_ever(Act::Leave(vec![(0, Refusal::Transient)])),
        ..World::default()
    };
    let records = [insert(9, STREAM, 1, &["a"]), insert(10, OTHER_STREAM, 1, &["b"])];
    // Record 10 is not listed, and record 9 is not announced.
    assert_eq!(
        world.relay_within(SHORT, &records).await.checkpoint,
        Checkpoint::WholeBatch
    );
}

#[tokio::test]
async fn a_port_that_hangs_is_left_at_the_deadline() {
    let world = World {
        catalogue: Script::for_ever(Act::Hang),
        topic: Script::for_ever(Act::Hang),
        queue: Script::for_ever(Act::Hang),
        ..World::default()
    };
    let records = [insert(11, STREAM, 1, &["placed"]), json!("poison")];
    let relaying = world.relay_within(SHORT, &records);
    let relayed = tokio::time::timeout(Duration::from_secs(10), relaying)
        .await
        .unwrap();
    assert_eq!(relayed.checkpoint, Checkpoint::WholeBatch);
    assert_eq!(relayed.shortfalls.len(), 3);
    assert!(
        relayed
            .shortfalls
            .iter()
            .all(|shortfall| shortfall.cause == "the invocation's deadline passed")
    );
}

#[tokio::test]
async fn a_poison_record_is_parked_with_its_key_and_reason_and_the_others_are_relayed() {
    let world = World::default();
    let mut poison = insert(12, STREAM, 2, &["paid"]);
    poison["dynamodb"]["NewImage"]["last"] = json!({"N": "7"});
    let records = [
        insert(11, STREAM, 1, &["placed"]),
        poison,
        insert(13, OTHER_STREAM, 1, &["placed"]),
    ];
    let relayed = world.relay(&records).await;
    assert_eq!(
        (relayed.checkpoint, relayed.parked, relayed.notices),
        (Checkpoint::Done, 1, 2)
    );
    insta::assert_snapshot!(world.queue.done().join("\n"), @r#"{"reason":"the attribute `last` of the record's image is invalid","keys":{"pk":{"S":"order/2886e475-d5cc-40f7-aec5-401071388b3c"},"sk":{"N":"2"}},"sequenceNumber":"12"}"#);
}

#[tokio::test]
async fn a_poison_record_that_cannot_be_parked_is_delivered_again() {
    let world = World {
        queue: Script::for_ever(Act::Break),
        ..World::default()
    };
    let poison = with_name("UPSERT", insert(12, STREAM, 2, &["paid"]));
    let records = [insert(11, STREAM, 1, &["placed"]), poison];
    assert_eq!(
        world.relay(&records).await.checkpoint,
        Checkpoint::From("12".into())
    );
}

#[tokio::test]
async fn a_poison_record_without_a_number_that_cannot_be_parked_fails_the_batch() {
    let world = World {
        queue: Script::for_ever(Act::Break),
        ..World::default()
    };
    let records = [insert(11, STREAM, 1, &["placed"]), json!("poison")];
    assert_eq!(world.relay(&records).await.checkpoint, Checkpoint::WholeBatch);
}

#[tokio::test]
async fn a_change_to_the_log_is_reported_and_never_announced() {
    let world = World::default();
    let records = [
        with_name("MODIFY", insert(11, STREAM, 1, &["placed"])),
        with_name("REMOVE", insert(12, STREAM, 1, &["placed"])),
    ];
    let relayed = world.relay(&records).await;
    assert_eq!(relayed.checkpoint, Checkpoint::Done);
    let tampered: Vec<_> = relayed
        .tampered
        .iter()
        .map(|(identity, tampering)| (identity.sequence_number.as_ref().unwrap().as_str(), *tampering))
        .collect();
    assert_eq!(
        tampered,
        [("11", Tampering::Modified), ("12", Tampering::Removed)]
    );
    assert_eq!(
        world.feed.calls() + world.catalogue.calls() + world.topic.calls() + world.queue.calls(),
        0
    );
}

#[tokio::test]
async fn records_that_come_twice_and_out_of_order_do_no_harm() {
    let world = World::default();
    let [first, other, third] = three_commits();
    let relayed = world
        .relay(&[third.clone(), first.clone(), other, third, first])
        .await;
    assert_eq!(relayed.checkpoint, Checkpoint::Done);
    assert_eq!(
        world.catalogue.done()[1],
        "2886e475-d5cc-40f7-aec5-401071388b3c@3"
    );
}

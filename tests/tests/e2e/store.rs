//! The promises of the store over HTTP, tested on a public deployment.

use aws_sdk_cloudformation::error::ProvideErrorMetadata as _;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use event_store_client::Client;
use event_store_client::types::{Payload, StreamId, StreamType};
use event_store_e2e::Deployment;
use futures::TryStreamExt;
use uuid::Uuid;

use crate::{event, revision, staging_like};

#[tokio::test]
async fn a_deployed_store_keeps_its_promises() {
    let deployment = staging_like("store").await;
    let client = deployment.client().await;
    assert_eq!(client.liveness().await.unwrap().status, "ok");
    streams_grow_and_are_read_in_order(&client).await;
    a_lost_race_answers_409_with_the_winning_event(&client).await;
    a_stream_is_not_there_under_another_type(&client).await;
    a_repeated_append_is_told_as_replayed(&client).await;
    a_listing_has_every_stream_over_more_than_one_page(&client).await;
    deployment.purge().await.succeeded();
    nothing_is_left_of(&deployment).await;
}

async fn streams_grow_and_are_read_in_order(client: &Client) {
    let order: StreamType = "order".parse().unwrap();
    let payloads = [
        r#"{"z":1.0,"a":[1e400,"é"]}"#,
        r#""a text""#,
        "123456789012345678901234567890.10",
    ];
    let created = client
        .create_stream(&order, event("placed", payloads[0]))
        .await
        .unwrap()
        .stream;
    assert_eq!(created.revision, revision(1));
    for (number, payload) in [(2, payloads[1]), (3, payloads[2])] {
        let appended = client
            .append(
                &order,
                created.stream_id,
                revision(number - 1),
                event("changed", payload),
            )
            .await
            .unwrap();
        assert!(!appended.replayed);
        assert_eq!(appended.stream.revision, revision(number));
    }
    assert_eq!(
        client.stream(&order, created.stream_id).await.unwrap().revision,
        revision(3)
    );

    let read = client
        .events(&order, created.stream_id)
        .page_size(2)
        .into_stream();
    let events: Vec<_> = read.try_collect().await.unwrap();
    assert_eq!(
        events
            .iter()
            .map(|event| event.revision.as_u64())
            .collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(
        events
            .iter()
            .map(|event| event.payload.as_str())
            .collect::<Vec<_>>(),
        payloads
    );
    assert!(events.is_sorted_by_key(|event| event.created_at));

    let rest = client
        .events(&order, created.stream_id)
        .after(revision(2))
        .page()
        .await
        .unwrap();
    assert_eq!(rest.events.len(), 1);
    assert!(!rest.has_more);
}

async fn a_lost_race_answers_409_with_the_winning_event(client: &Client) {
    let order: StreamType = "order".parse().unwrap();
    let stream_id = client
        .create_stream(&order, event("placed", "{}"))
        .await
        .unwrap()
        .stream
        .stream_id;
    let winner = event("won", "{}");
    client
        .append(&order, stream_id, revision(1), winner.clone())
        .await
        .unwrap();

    let error = client
        .append(&order, stream_id, revision(1), event("lost", "{}"))
        .await
        .unwrap_err();
    let conflict = error.conflict().unwrap_or_else(|| panic!("{error}"));
    assert_eq!(error.status().unwrap(), 409);
    assert_eq!(conflict.expected_revision, Some(1));
    assert_eq!(conflict.current_revision, Some(revision(2)));
    assert_eq!(Some(conflict.event.unwrap().event_id), winner.event_id);

    let error = client
        .append(&order, stream_id, revision(8), event("early", "{}"))
        .await
        .unwrap_err();
    let conflict = error.conflict().unwrap_or_else(|| panic!("{error}"));
    assert_eq!(conflict.current_revision, Some(revision(2)));
    assert_eq!(conflict.event, None);
}

async fn a_stream_is_not_there_under_another_type(client: &Client) {
    let order: StreamType = "order".parse().unwrap();
    let invoice: StreamType = "invoice".parse().unwrap();
    let stream_id = client
        .create_stream(&order, event("placed", "{}"))
        .await
        .unwrap()
        .stream
        .stream_id;
    assert!(
        client
            .stream(&invoice, stream_id)
            .await
            .unwrap_err()
            .is_not_found()
    );
    assert!(
        client
            .events(&invoice, stream_id)
            .page()
            .await
            .unwrap_err()
            .is_not_found()
    );
    let error = client
        .append(&invoice, stream_id, revision(1), event("paid", "{}"))
        .await
        .unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(error.status().unwrap(), 404);
}

async fn a_repeated_append_is_told_as_replayed(client: &Client) {
    let order: StreamType = "order".parse().unwrap();
    let stream_id = StreamId::from(Uuid::now_v7());
    let placed = event("placed", "{}");
    let created = client
        .create_stream_with_id(&order, stream_id, placed.clone())
        .await
        .unwrap();
    let paid = event("paid", "{}");
    client
        .append(&order, stream_id, revision(1), paid.clone())
        .await
        .unwrap();

    let again = client
        .create_stream_with_id(&order, stream_id, placed.clone())
        .await
        .unwrap();
    assert!(again.replayed && !created.replayed);
    assert_eq!(again.stream, created.stream);
    assert!(
        client
            .append(&order, stream_id, revision(1), paid)
            .await
            .unwrap()
            .replayed
    );

    let mut altered = placed;
    altered.payload = Payload::from_text(r#"{"altered":true}"#).unwrap();
    let error = client
        .create_stream_with_id(&order, stream_id, altered)
        .await
        .unwrap_err();
    assert!(error.is_event_id_reused(), "{error}");
}

async fn a_listing_has_every_stream_over_more_than_one_page(client: &Client) {
    let parcel: StreamType = "parcel".parse().unwrap();
    let mut expected = BTreeSet::new();
    for _ in 0..25 {
        expected.insert(
            client
                .create_stream(&parcel, event("sent", "{}"))
                .await
                .unwrap()
                .stream
                .stream_id,
        );
    }
    // The listing follows with a delay.
    let began = Instant::now();
    loop {
        let first = client.streams(&parcel).page_size(7).page().await.unwrap();
        let listed = client.streams(&parcel).page_size(7).into_stream();
        let listed: Vec<_> = listed.try_collect().await.unwrap();
        assert!(listed.is_sorted_by_key(|stream| stream.updated_at));
        let ids: BTreeSet<StreamId> = listed.iter().map(|stream| stream.stream_id).collect();
        assert_eq!(ids.len(), listed.len(), "a stream is listed twice");
        if ids == expected {
            assert!(first.has_more && first.next_page_key.is_some());
            return;
        }
        assert!(ids.is_subset(&expected));
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{} of 25 are listed",
            ids.len()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Looks for all resources with literal names.
async fn nothing_is_left_of(deployment: &Deployment) {
    let cloud = deployment.cloud();
    let stack = deployment.environment().stack();
    let tables = cloud
        .dynamodb()
        .list_tables()
        .send()
        .await
        .unwrap()
        .table_names
        .unwrap_or_default();
    assert!(
        !tables.iter().any(|table| table.starts_with(&stack)),
        "{tables:?}"
    );
    let topics = cloud.sns().list_topics().send().await.unwrap();
    let topics: Vec<_> = topics
        .topics()
        .iter()
        .filter_map(|topic| topic.topic_arn())
        .collect();
    assert!(!topics.iter().any(|topic| topic.contains(&stack)), "{topics:?}");
    let functions = cloud.lambda().list_functions().send().await.unwrap();
    let functions: Vec<_> = functions
        .functions()
        .iter()
        .filter_map(|function| function.function_name())
        .collect();
    assert!(
        !functions.iter().any(|function| function.contains(&stack)),
        "{functions:?}"
    );
    let parameters = cloud
        .ssm()
        .get_parameters_by_path()
        .path(format!("/{}/event-store", deployment.environment().name()));
    let parameters = parameters.send().await.unwrap();
    assert!(parameters.parameters().is_empty(), "{parameters:?}");
    let queues = cloud
        .sqs()
        .list_queues()
        .queue_name_prefix(&stack)
        .send()
        .await
        .unwrap();
    assert!(queues.queue_urls().is_empty(), "{queues:?}");
    let found = cloud
        .cloudformation()
        .describe_stacks()
        .stack_name(&stack)
        .send()
        .await;
    let error = found.unwrap_err();
    assert_eq!(
        error.code(),
        Some("ValidationError"),
        "the stack `{stack}` is still there"
    );
}

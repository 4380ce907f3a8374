//! The relay rebuilds a lost catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use aws_sdk_lambda::primitives::Blob;
use event_store_client::Client;
use event_store_client::types::{Revision, StreamId, StreamType};
use event_store_e2e::{Deployment, FilterScope, Subscription};
use futures::TryStreamExt;
use serde_json::{Value, json};

use crate::{event, listed, revision, staging_like};

#[tokio::test]
async fn an_adoption_whose_listing_stays_incomplete_is_a_deployment_with_something_left_to_do() {
    let deployment = staging_like("incomplete").await;
    let order: StreamType = "order".parse().unwrap();
    let client = deployment.client().await;
    let created = client.create_stream(&order, event("placed", "{}")).await.unwrap();
    let id = created.stream.stream_id;
    listed(&client, &order, id, revision(1)).await;
    deployment.down(&["--yes"]).await.succeeded();

    // The API function does not support reconciling.
    let template = deployment.template(|text| text.replace("Reconcile: RelayAlias", "Reconcile: ApiAlias"));
    let failed = deployment.up(&["--template", &template]).await.ended_with(1);
    assert!(failed.stdout.contains("EsUrl"), "the outputs are told: {failed}");
    for told in ["event-store-incomplete created", "deployer reconcile"] {
        assert!(failed.stderr.contains(told), "`{told}` is missing: {failed}");
    }

    // The relay may have got this far by itself, because the table's stream keeps records for a day.
    deployment.run("reconcile", &[]).await.succeeded();
    let client = deployment.client().await;
    assert_eq!(
        listing(&client, &order).await,
        BTreeMap::from([(id, revision(1))])
    );
    deployment.purge().await.succeeded();
}

#[tokio::test]
async fn a_lost_catalogue_is_made_again_and_what_was_announced_is_announced_again() {
    let deployment = staging_like("reconcile").await;
    let client = deployment.client().await;
    let order: StreamType = "order".parse().unwrap();
    let mut streams = BTreeMap::new();
    for last in [1, 2, 3, 1] {
        let created = client.create_stream(&order, event("placed", "{}")).await.unwrap();
        let id = created.stream.stream_id;
        for number in 2..=last {
            client
                .append(&order, id, revision(number - 1), event("changed", "{}"))
                .await
                .unwrap();
        }
        listed(&client, &order, id, revision(last)).await;
        streams.insert(id, revision(last));
    }

    empty_the_catalogue(&deployment).await;
    assert_eq!(listing(&client, &order).await, BTreeMap::new());
    let told = reconcile(&deployment, json!({})).await;
    assert_eq!(listing(&client, &order).await, streams, "{told}");
    assert_eq!(
        (&told["streams"], &told["updated"]),
        (&json!(4), &json!(4)),
        "{told}"
    );
    assert_eq!(
        (&told["notified"], &told["failure"]),
        (&json!(0), &Value::Null),
        "{told}"
    );

    let topic = deployment.describe().await.output("EsSnsTopic");
    let subscription = Subscription::new(
        &deployment.cloud(),
        &topic,
        "reconcile",
        &order,
        FilterScope::Attributes,
    )
    .await;
    let told = reconcile(&deployment, json!({"notifySince": "2025-01-25T00:00:00Z"})).await;
    assert_eq!(
        (&told["notified"], &told["updated"]),
        (&json!(7), &json!(0)),
        "{told}"
    );
    let revisions = |(id, last): (&StreamId, &Revision)| {
        let id = *id;
        (1..=last.as_u64()).map(move |number| (id, revision(number)))
    };
    let mut missing: BTreeSet<(StreamId, Revision)> = streams.iter().flat_map(revisions).collect();
    assert_eq!(missing.len(), 7);
    let began = Instant::now();
    while !missing.is_empty() {
        assert!(
            began.elapsed() < Duration::from_secs(30),
            "{missing:?} did not arrive"
        );
        for notification in subscription.receive().await {
            missing.remove(&(notification.stream_id, notification.stream_revision));
        }
    }
    deployment.purge().await.succeeded();
}

/// Every listed stream of the type, with its revision.
async fn listing(client: &Client, stream_type: &StreamType) -> BTreeMap<StreamId, Revision> {
    let streams = client.streams(stream_type).into_stream();
    streams
        .map_ok(|stream| (stream.stream_id, stream.revision))
        .try_collect()
        .await
        .unwrap()
}

async fn empty_the_catalogue(deployment: &Deployment) {
    let table = deployment.describe().await.output("EsCatalogueTable");
    let database = deployment.cloud().dynamodb();
    let found = database.scan().table_name(&table).send().await.unwrap();
    for mut item in found.items.unwrap() {
        let key = item.remove("pk").unwrap();
        let deletion = database.delete_item().table_name(&table).key("pk", key);
        deletion.send().await.unwrap();
    }
}

/// Asks the relay to reconcile, from one invocation to the next until it is done, and gives back the last answer with
/// the sums of all.
async fn reconcile(deployment: &Deployment, mut request: Value) -> Value {
    let relay = deployment.describe().await.output("EsRelayAlias");
    let mut sums = BTreeMap::new();
    loop {
        let payload = json!({"reconcile": request}).to_string();
        let answer = deployment
            .cloud()
            .lambda()
            .invoke()
            .function_name(&relay)
            .payload(Blob::new(payload))
            .send()
            .await
            .unwrap();
        let text = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let mut told: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(answer.function_error, None, "{told}");
        let mut told = told["reconcile"].take();
        for (name, sum) in told.as_object().unwrap() {
            *sums.entry(name.clone()).or_insert(0) += sum.as_u64().unwrap_or_default();
        }
        if told["continueFrom"].is_null() {
            for name in ["streams", "updated", "notified"] {
                told[name] = sums[name].into();
            }
            return told;
        }
        request["continueFrom"] = told["continueFrom"].take();
    }
}

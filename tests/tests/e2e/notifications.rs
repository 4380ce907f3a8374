//! From an append to a subscribed queue.

use event_store_client::types::StreamType;
use event_store_e2e::{FilterScope, Subscription};

use crate::{event, revision, staging_like};

#[tokio::test]
async fn every_update_arrives_on_queues_that_filter_by_type_in_either_scope() {
    let deployment = staging_like("notifications").await;
    let client = deployment.client().await;
    let topic = deployment.describe().await.output("EsSnsTopic");
    let order: StreamType = "order".parse().unwrap();
    let invoice: StreamType = "invoice".parse().unwrap();
    let cloud = deployment.cloud();
    let by_attributes =
        Subscription::new(&cloud, &topic, "by-attributes", &order, FilterScope::Attributes).await;
    let by_body = Subscription::new(&cloud, &topic, "by-body", &order, FilterScope::Body).await;

    // First, to notice a filter that lets everything through.
    client.create_stream(&invoice, event("sent", "{}")).await.unwrap();
    let stream_id = client
        .create_stream(&order, event("placed", "{}"))
        .await
        .unwrap()
        .stream
        .stream_id;
    for number in 1..=2 {
        client
            .append(&order, stream_id, revision(number), event("changed", "{}"))
            .await
            .unwrap();
    }

    for subscription in [by_attributes, by_body] {
        for notification in subscription.until(stream_id, 3).await {
            assert_eq!(notification.stream_type, order);
            assert_eq!(notification.stream_id, stream_id);
        }
        assert!(
            subscription.receive().await.is_empty(),
            "what was acknowledged does not come again"
        );
    }
    deployment.purge().await.succeeded();
}

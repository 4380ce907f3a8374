//! Liveness and readiness.

use std::net::SocketAddr;

use event_store_function::dynamo::{CatalogueTable, EventsTable, FeedTable};
use event_store_function::http::{Store, router};

use crate::support::{Answer, Api, CATALOGUE_TABLE, EVENTS_TABLE, FEED_TABLE, client_for, get};

#[tokio::test]
async fn a_store_whose_table_answers_is_ready() {
    let api = Api::start().await;
    let ready = api.get("/readiness-check").await;
    assert_eq!(
        (ready.status.as_u16(), &ready.json()["status"]),
        (200, &"ok".into())
    );
    assert_eq!(api.database.witness.take(), ["GetItem"]);
}

#[tokio::test]
async fn a_store_whose_table_is_not_there_or_not_reached_is_alive_and_not_ready() {
    let api = Api::start().await;
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 9));
    for (client, table) in [
        (api.database.client.clone(), "another-table"),
        (client_for(nowhere), EVENTS_TABLE),
    ] {
        let router = router(Store::new(
            EventsTable::new(client.clone(), table),
            CatalogueTable::new(client.clone(), CATALOGUE_TABLE),
            FeedTable::new(client, FEED_TABLE),
        ));
        assert_eq!(get(&router, "/liveness-check").await.status, 200);
        let unready: Answer = get(&router, "/readiness-check").await;
        assert_eq!(
            (unready.status.as_u16(), &unready.json()["type"]),
            (503, &"store-unavailable".into())
        );
        assert_eq!(unready.header("retry-after"), Some("1"));
    }
}

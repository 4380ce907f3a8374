//! The relay works.

use std::time::{Duration, Instant};

use event_store_client::Client;
use event_store_client::types::StreamType;
use futures::TryStreamExt;
use uuid::Uuid;

use crate::conformance::OwnStream;
use crate::verify::claim::{Made, make};

/// A new event source mapping may take minutes before it polls:
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html>
const WITHIN: Duration = Duration::from_mins(5);
const PAUSE: Duration = Duration::from_millis(100);

/// A new stream appears in the listing.
pub(super) async fn made(client: &Client) -> Made {
    make("a new stream is listed", WITHIN, async {
        let stream_type: StreamType = format!("conformance-{}", Uuid::now_v7().as_simple())
            .parse()
            .expect("it is a stream type");
        let stream = OwnStream::begun(client, &stream_type).await;
        let began = Instant::now();
        loop {
            let mut listing = client.streams(&stream_type).into_stream();
            if let Some(listed) = listing.try_next().await.expect("it is listed") {
                assert_eq!(listed.stream_id, stream.stream_id);
                return Ok(format!("after {:.1} s", began.elapsed().as_secs_f64()));
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
    .await
}

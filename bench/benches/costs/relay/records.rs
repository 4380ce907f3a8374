//! The records of the events table's stream, made from the table's items.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::Result;
use crate::database::Database;
use crate::filled::Shape;
use crate::server::Server;

/// The record of every commit of a new log in `database`. The commits of a stream are consecutive, as when it is busy.
pub(super) async fn of_new_log(
    shape: Shape,
    api: &std::path::Path,
    database: &Database,
) -> Result<Vec<Box<RawValue>>> {
    let (_api, client) = Server::start(api, database).await?.with_log_passed_over();
    shape.append(&client).await?;
    let records = (1..)
        .zip(database.commits()?)
        .map(|(number, image)| record(number, &image));
    Ok(records.collect::<std::result::Result<_, _>>()?)
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
fn record(number: u64, image: &Value) -> serde_json::Result<Box<RawValue>> {
    let keys = json!({"pk": image["pk"], "sk": image["sk"]});
    to_raw_value(&json!({
        "eventID": format!("{number:032x}"),
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_736_595_934,
            "Keys": keys,
            "NewImage": image,
            "SequenceNumber": number.to_string(),
            "SizeBytes": 300,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:123456789012:table/events/stream/2025-01-11T11:45:34.837",
    }))
}

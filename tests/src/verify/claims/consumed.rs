//! The units that each operation consumes, from the API's log.
//!
//! The bounds follow DynamoDB's rules: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_cloudwatchlogs::error::DisplayErrorContext;
use event_store_client::types::{NewEvent, StreamType};
use event_store_client::{Client, Consistency, RetryPolicy};
use serde::Deserialize;
use uuid::Uuid;

use super::{LIMIT, Target};
use crate::conformance::{OwnStream, at, numbered};
use crate::verify::claim::{Finding, Made, make};
use crate::verify::error::Failed;
use crate::verify::report::counted;
use crate::verify::witness::Witness;

/// Log lines arrive within seconds; this leaves a margin.
const DELIVERED_WITHIN: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_secs(1);
/// The clocks of this machine and of AWS may differ.
const CLOCKS_DIFFER_BY: Duration = Duration::from_mins(1);

/// The most that an operation may consume, in write and read request units.
#[derive(Clone, Copy)]
struct AtMost {
    wru: f64,
    rru: f64,
}

/// The line of a request in the API's log. It omits values of zero, and a count of one request.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Units {
    wru: f64,
    rru: f64,
    requests: Option<u64>,
}

impl Units {
    /// The number of requests to DynamoDB.
    fn requests(self) -> u64 {
        self.requests.unwrap_or(u64::from(self.wru + self.rru > 0.0))
    }
}

/// An operation that was carried out.
struct Operation {
    name: &'static str,
    request_id: Option<String>,
    at_most: AtMost,
}

/// The consumption of each operation is within its bound.
pub(super) async fn made(target: &Target) -> Result<Vec<Made>, Failed> {
    let witness = target.witness.apart();
    let client = target.client_past(&witness, RetryPolicy::default().attempts(12))?;
    let group = target.described.output("EsLogGroup")?;
    let since = SystemTime::now();
    let operations = match carried_out(&client, &witness).await {
        Ok(operations) => operations,
        Err(error) => {
            let broken = async move { panic!("{error}") };
            return Ok(vec![
                make("each operation can be carried out", LIMIT, broken).await,
            ]);
        }
    };
    target.witness.add(&witness);
    let mut all = Vec::new();
    for operation in operations {
        let Operation { name, at_most, .. } = operation;
        let claim = format!(
            "{name} consumes at most {} WRU and {} RRU",
            at_most.wru, at_most.rru
        );
        let tried = held(target, group, since, operation);
        all.push(make(claim, LIMIT, tried).await);
    }
    Ok(all)
}

/// Carries out the operations one by one, so that each is identified by its request id.
async fn carried_out(
    client: &Client,
    witness: &Witness,
) -> Result<Vec<Operation>, event_store_client::Error> {
    let stream_type: StreamType = format!("verify-units-{}", Uuid::now_v7().as_simple())
        .parse()
        .expect("it is a stream type");
    let stream = OwnStream::of_type(client, &stream_type);
    let mut operations = Vec::new();
    let mut note = |name, wru, rru| {
        operations.push(Operation {
            name,
            request_id: witness.last_request(),
            at_most: AtMost { wru, rru },
        });
    };
    client
        .create_stream_with_id(&stream_type, stream.stream_id, numbered(1))
        .await?;
    note("a create", 1.0, 0.0);
    // Lambda chooses the process, which may or may not know the end of the stream; if not, it reads one commit.
    stream.append_one(at(1), &numbered(2)).await?;
    note("an append of an event below 1 KB", 1.0, 1.0);
    let large = |number: u64| -> NewEvent {
        crate::conformance::event("large", &format!("\"{number}{}\"", "x".repeat(98)))
    };
    stream.append(at(2), (3..=12).map(large).collect()).await?;
    note("a batch of ten events of 100 bytes", 2.0, 1.0);
    let lost = stream.append_one(at(1), &numbered(2)).await;
    debug_assert!(lost.is_err_and(|error| error.conflict().is_some()));
    // The refused put costs its units and returns the winner; the current revision takes another request.
    note("an append that loses", 1.0, 2.0);
    stream.events().page().await?;
    note("reading a page of events below 4 KB", 0.0, 1.0);
    stream.events().consistency(Consistency::Eventual).page().await?;
    note("reading the same page eventually", 0.0, 0.5);
    client.stream(&stream_type, stream.stream_id).await?;
    note("reading a stream's details", 0.0, 1.0);
    client.streams(&stream_type).page().await?;
    // Eight shards, each read with eventual consistency.
    note("listing one stream", 0.0, 4.0);
    Ok(operations)
}

/// Waits for the log line of a request and compares it with the bound.
async fn held(target: &Target, group: &str, since: SystemTime, operation: Operation) -> Finding {
    if let Some(level @ ("warn" | "error")) = target.parameter("LogLevel") {
        return Err(format!(
            "`LogLevel` is `{level}`, and what a request consumes is told at `info`"
        ));
    }
    let request_id = operation.request_id.expect("an answer names its request");
    let units = told(target, group, since, &request_id).await;
    let AtMost { wru, rru } = operation.at_most;
    let requests = counted(units.requests(), "request");
    let found = format!("{} WRU, {} RRU, {requests}", units.wru, units.rru);
    assert!(units.wru <= wru && units.rru <= rru, "{found}");
    Ok(found)
}

/// The consumption of a request, according to the log.
async fn told(target: &Target, group: &str, since: SystemTime, request_id: &str) -> Units {
    let logs = target.cloud.logs();
    let since = (since - CLOCKS_DIFFER_BY)
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let since = i64::try_from(since.as_millis()).expect("the year is below 292 million");
    let search = async {
        loop {
            let pages = logs
                .filter_log_events()
                .log_group_name(group)
                .start_time(since)
                .filter_pattern(format!("\"{request_id}\""));
            let mut pages = pages.into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.unwrap_or_else(|error| panic!("`{group}`: {}", DisplayErrorContext(&error)));
                let mut lines = page.events().iter().filter_map(|event| event.message());
                if let Some(units) = lines.find_map(|line| units(line, request_id)) {
                    return units;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(DELIVERED_WITHIN, search)
        .await
        .unwrap_or_else(|_| panic!("`{group}` has no line of the request {request_id}"))
}

/// The consumption of the request according to a line; `None` if the line belongs to another request or to none.
fn units(line: &str, request_id: &str) -> Option<Units> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Line {
        request_id: String,
        #[serde(rename = "durationMs")]
        _duration_ms: f64,
        #[serde(flatten)]
        units: Units,
    }
    let line: Line = serde_json::from_str(line.get(line.find('{')?..)?.trim_end()).ok()?;
    (line.request_id == request_id).then_some(line.units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_leaves_out_is_zero_and_other_lines_say_nothing() {
        let line = r#"{"timestamp":"…","level":"INFO","message":"createStream","requestId":"a-1","durationMs":1.5,"wru":1.0}"#;
        let told = units(line, "a-1").unwrap();
        assert_eq!(
            (told.wru.to_bits(), told.rru.to_bits(), told.requests()),
            (1_f64.to_bits(), 0, 1)
        );
        assert!(units(line, "a-2").is_none());
        let of_two = line.replace('}', r#","requests":2}"#);
        assert_eq!(units(&of_two, "a-1").unwrap().requests(), 2);
        let of_none = line.replace(r#","wru":1.0"#, "");
        assert_eq!(units(&of_none, "a-1").unwrap().requests(), 0);
        for other in [
            "START RequestId: a-1",
            r#"{"requestId":"a-1","message":"began"}"#,
            "{",
        ] {
            assert!(units(other, "a-1").is_none(), "{other}");
        }
    }
}

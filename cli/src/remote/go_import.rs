//! `event-store import --from-go-table TABLE`: the events of the Go system.

use event_store_client::types::{Event, Revision, Timestamp};
use event_store_function::dynamo;
use event_store_function::dynamo::go_table::{GoItem, GoTable};
use event_store_function::store::StreamKey;
use event_store_function::store::import::Imported;

use super::destination::Destination;
use super::failure::{Failure, Kind};
use super::import::Counted;
use super::progress::Progress;

/// Brings in what the table has, and then reads it once more and holds each event against what is there.
pub(super) async fn import(
    table: &str,
    destination: &Destination,
    progress: &Progress,
) -> Result<Counted, Failure> {
    let first = walk(table, destination, progress).await?;
    let second = walk(table, destination, progress).await?;
    let came = second.events.saturating_sub(first.events);
    match second.written {
        0 => Ok(first),
        // Somebody still writes to the table.
        written if written <= came => Err(Failure::new(
            Kind::Failed,
            format!("{written} events came into `{table}` meanwhile"),
        )
        .hint("stop what writes to it, and begin the import again: what is there is passed over")),
        written => Err(Failure::new(
            Kind::Failed,
            format!("{written} events were not there after they had been brought in"),
        )),
    }
}

async fn walk(table: &str, destination: &Destination, progress: &Progress) -> Result<Counted, Failure> {
    let client = dynamo::connect(&event_store_function::aws::environment().await);
    let mut table = GoTable::new(client, table);
    let mut counted = Counted::default();
    let mut stream: Option<Stream> = None;
    loop {
        let items = table
            .next_items()
            .await
            .map_err(|error| Failure::new(Kind::Failed, error))?;
        if items.is_empty() {
            break;
        }
        for item in items {
            match item {
                GoItem::Stream {
                    stream_type,
                    stream_id,
                    revision,
                } => {
                    ended(stream.take())?;
                    stream = Some(Stream {
                        key: StreamKey {
                            stream_type,
                            stream_id,
                        },
                        announced: revision,
                        last: None,
                    });
                }
                GoItem::Event(event) => {
                    let of = stream
                        .as_mut()
                        .filter(|stream| stream.key.stream_id == event.stream_id);
                    let Some(stream) = of else {
                        return Err(Failure::new(
                            Kind::Failed,
                            format!("the stream `{}` has events and no header", event.stream_id),
                        ));
                    };
                    stream.take(event, destination, &mut counted).await?;
                    progress.advance(1);
                }
            }
        }
    }
    ended(stream)?;
    Ok(counted)
}

/// A stream, as it is walked through.
struct Stream {
    key: StreamKey,
    /// The revision that its header says it is at.
    announced: Revision,
    last: Option<(Revision, Timestamp)>,
}

impl Stream {
    async fn take(
        &mut self,
        mut event: Event,
        destination: &Destination,
        counted: &mut Counted,
    ) -> Result<(), Failure> {
        let (key, revision) = (&self.key, event.revision);
        let expected = self.last.map_or(1, |(last, _)| last.as_u64() + 1);
        if revision.as_u64() != expected {
            return Err(Failure::new(
                Kind::Failed,
                format!("`{key}` has revision {revision} where {expected} was to come"),
            ));
        }
        // The Go system's clock may go back within a stream; here time does not.
        if let Some((_, before)) = self.last {
            event.created_at = event.created_at.max(before);
        }
        self.last = Some((revision, event.created_at));
        match destination.import_anywhere(key, &[event]).await? {
            Imported::Done { there } => {
                counted.events += 1;
                counted.there += there as u64;
                counted.written += 1 - there as u64;
                Ok(())
            }
            Imported::Differs(_) | Imported::Gap(_) | Imported::GoesBack(_) => Err(Failure::new(
                Kind::Conflict,
                format!("`{key}` has another event at revision {revision} than the Go system's table"),
            )),
        }
    }
}

/// A stream ends where its header says.
fn ended(stream: Option<Stream>) -> Result<(), Failure> {
    let Some(Stream { key, announced, last }) = stream else {
        return Ok(());
    };
    let last = last.map_or(0, |(revision, _)| revision.as_u64());
    if last == announced.as_u64() {
        return Ok(());
    }
    Err(Failure::new(
        Kind::Failed,
        format!("`{key}` is at revision {announced} by its header, and its events end at {last}"),
    ))
}

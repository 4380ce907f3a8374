//! `event-store append TYPE/ID EVENT-TYPE`

use std::io::{self, Read as _};

use clap::Args;
use event_store_client::types::{
    EventId, EventType, ExpectedRevision, Metadata, NewEvent, Payload, Revision, Stream,
};
use serde::Serialize;

use super::Asked;
use super::failure::{Failure, Kind};
use super::target::Target;

/// Append an event to a stream, and say at which revision it is
#[derive(Debug, Args)]
pub(crate) struct Append {
    /// The stream
    #[arg(value_name = "TYPE/ID")]
    stream: Target,

    /// What happened
    #[arg(value_name = "EVENT-TYPE")]
    event_type: EventType,

    /// What is to be known about it, as JSON; `-` reads it from stdin
    #[arg(value_name = "PAYLOAD", default_value = "null", allow_negative_numbers = true)]
    payload: String,

    /// The revision that the stream must be at, `none` for no stream yet, or `any`
    #[arg(long, value_name = "N|none|any", default_value = "any", value_parser = expected)]
    expect: ExpectedRevision,

    /// The event's id, a UUID: sent once more it is recognised at the revision that `--expect` names
    #[arg(long, value_name = "ID")]
    event_id: Option<EventId>,

    /// What stands beside the payload, a JSON object
    #[arg(long, value_name = "JSON")]
    metadata: Option<String>,

    #[command(flatten)]
    asked: Asked,
}

/// The stream as the append left it, and whether the event was there already.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    #[serde(flatten)]
    stream: Stream,
    replayed: bool,
}

impl Append {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (client, mut output) = self.asked.of_store().await?;
        let (client, output) = (&client, &mut output);
        let Target {
            stream_type,
            stream_id,
        } = &self.stream;
        let event = self.event()?;
        let appended = client.append(stream_type, *stream_id, self.expect, event).await?;
        let told = Told {
            stream: appended.stream,
            replayed: appended.replayed,
        };
        output.write(&told, |told| {
            let there = if told.replayed {
                ", where it was already"
            } else {
                ""
            };
            let Stream {
                stream_type,
                stream_id,
                revision,
                ..
            } = &told.stream;
            format!("{stream_type}/{stream_id} is at revision {revision}{there}")
        })?;
        output.flush()
    }

    fn event(&self) -> Result<NewEvent, Failure> {
        let text = match self.payload.as_str() {
            "-" => {
                let mut text = String::new();
                let read = io::stdin().lock().read_to_string(&mut text);
                read.map_err(|error| Failure::new(Kind::Failed, error))?;
                text
            }
            text => text.to_owned(),
        };
        let payload = Payload::from_text(&text).map_err(|error| {
            Failure::new(Kind::Usage, format!("the payload is no JSON: {error}"))
                .hint(r#"a text is written with its quotes: '"like this"'"#)
        })?;
        let mut event = NewEvent::new(self.event_type.clone(), payload);
        event.event_id = self.event_id;
        if let Some(text) = &self.metadata {
            let metadata = Metadata::from_text(text).map_err(|error| {
                Failure::new(Kind::Usage, format!("the metadata is no JSON object: {error}"))
            })?;
            event.metadata = Some(metadata);
        }
        Ok(event)
    }
}

fn expected(text: &str) -> Result<ExpectedRevision, String> {
    match text {
        "none" | "0" => Ok(ExpectedRevision::NoStream),
        "any" => Ok(ExpectedRevision::Any),
        text => text
            .parse::<Revision>()
            .map(ExpectedRevision::Exact)
            .map_err(|error| format!("{error}, or `none` or `any`")),
    }
}

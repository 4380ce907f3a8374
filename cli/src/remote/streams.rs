//! `event-store streams TYPE`

use clap::Args;
use event_store_client::types::{StreamType, Timestamp};
use futures::TryStreamExt as _;

use super::Asked;
use super::failure::Failure;

/// List the streams of a type, oldest update first: when, id, revision
#[derive(Debug, Args)]
pub(crate) struct Streams {
    /// The type
    #[arg(value_name = "TYPE")]
    stream_type: StreamType,

    /// Only those that were updated at this moment or later, such as `2026-01-25T10:11:12Z`
    #[arg(long, value_name = "TIME")]
    updated_after: Option<Timestamp>,

    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    #[command(flatten)]
    asked: Asked,
}

impl Streams {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (client, mut output) = self.asked.of_store().await?;
        let (client, output) = (&client, &mut output);
        let mut list = client.streams(&self.stream_type);
        if let Some(moment) = self.updated_after {
            list = list.updated_after(moment);
        }
        if let Some(limit) = self.limit {
            list = list.limit(limit);
        }
        let mut streams = list.into_stream();
        while let Some(stream) = streams.try_next().await? {
            output.write(&stream, |stream| {
                format!("{} {} #{}", stream.updated_at, stream.stream_id, stream.revision)
            })?;
        }
        output.flush()
    }
}

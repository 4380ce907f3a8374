//! `event-store read TYPE/ID`

use clap::Args;
use event_store_client::types::Revision;
use futures::TryStreamExt as _;

use super::Asked;
use super::failure::Failure;
use super::line;
use super::target::Target;

/// Read the events of a stream, oldest first
#[derive(Debug, Args)]
pub(crate) struct Read {
    /// The stream
    #[arg(value_name = "TYPE/ID")]
    stream: Target,

    /// Newest first
    #[arg(long)]
    backwards: bool,

    /// The revision to begin with
    #[arg(long, value_name = "N")]
    from: Option<Revision>,

    /// At most so many events
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    #[command(flatten)]
    asked: Asked,
}

impl Read {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (client, mut output) = self.asked.of_store().await?;
        let (client, output) = (&client, &mut output);
        let mut read = client.events(&self.stream.stream_type, self.stream.stream_id);
        if let Some(from) = self.from {
            read = match from.previous() {
                _ if self.backwards => read.until(from),
                Some(before) => read.after(before),
                None => read,
            };
        }
        if self.backwards {
            read = read.backwards();
        }
        if let Some(limit) = self.limit {
            read = read.limit(limit);
        }
        let mut events = read.into_stream();
        while let Some(event) = events.try_next().await? {
            let width = output.width();
            output.write(&event, |event| line::of_stream(event, width))?;
        }
        output.flush()
    }
}

//! `event-store export [TYPE…]`

use clap::Args;
use event_store_client::Client;
use event_store_client::types::StreamType;
use futures::TryStreamExt as _;

use super::Asked;
use super::failure::{Failure, Kind};
use super::output::Output;
use super::progress::Progress;
use super::record::Part;

/// Write all events to stdout, a line each, in the order of the feed: `event-store export > FILE`
///
/// Ctrl-C ends it behind a whole line, and says how to go on: `event-store export --from CURSOR >> FILE`. `event-store import` brings them
/// into another store.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Only of streams of these types
    #[arg(value_name = "TYPE")]
    types: Vec<StreamType>,

    /// The cursor that an earlier export ended with
    #[arg(long, value_name = "CURSOR")]
    from: Option<String>,

    #[command(flatten)]
    asked: Asked,
}

/// So many events are read at once.
const PAGE: u16 = 1_000;

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (client, mut output) = self.asked.of_store().await?;
        let (client, output) = (&client, &mut output);
        let total = match &self.from {
            None => Some(self.expected(client).await?),
            Some(_) => None,
        };
        let progress = Progress::of(total, "events");
        let mut feed = client.feed().stream_types(self.types).page_size(PAGE);
        if let Some(cursor) = self.from {
            feed = feed.after(cursor);
        }
        let mut pages = feed.pages();
        let mut part = Part::default();
        let mut has_ended = false;
        let end = tokio::signal::ctrl_c();
        tokio::pin!(end);
        while !has_ended {
            let page = tokio::select! {
                page = pages.next_page() => page,
                _ = &mut end => break,
            };
            let Some(page) = (match page {
                Ok(page) => page,
                Err(error) => {
                    close(&mut part, output, pages.cursor())?;
                    progress.end();
                    return Err(error.into());
                }
            }) else {
                has_ended = true;
                continue;
            };
            for event in &page.events {
                let line = part
                    .line(event)
                    .map_err(|error| Failure::new(Kind::Failed, error))?;
                output.line(&line)?;
            }
            progress.advance(page.events.len() as u64);
        }
        progress.end();
        close(&mut part, output, pages.cursor())
    }

    /// How many events there are about: what the listing says of each stream.
    async fn expected(&self, client: &Client) -> Result<u64, Failure> {
        let types = match self.types.as_slice() {
            [] => client.stream_types().await?,
            types => types.to_vec(),
        };
        let mut sum = 0;
        for stream_type in types {
            let mut streams = client.streams(&stream_type).into_stream();
            while let Some(stream) = streams.try_next().await? {
                sum += stream.revision.as_u64();
            }
        }
        Ok(sum)
    }
}

/// Marks the end of what was written, and says where it is.
fn close(part: &mut Part, output: &mut Output, cursor: Option<&str>) -> Result<(), Failure> {
    let events = part.events();
    let end = part.end().map_err(|error| Failure::new(Kind::Failed, error))?;
    output.line(&end)?;
    output.flush()?;
    eprintln!("{events} events");
    if let Some(cursor) = cursor {
        eprintln!("what comes later: event-store export --from {cursor} >> FILE");
    }
    Ok(())
}

//! `event-store tail [TYPE…]`

use clap::Args;
use event_store_client::types::{EventType, StreamType};

use super::Asked;
use super::failure::Failure;
use super::line;

/// Show events as they come, those of all streams or of some types
///
/// Ctrl-C ends it, and says how to go on.
#[derive(Debug, Args)]
pub(crate) struct Tail {
    /// Only of streams of these types
    #[arg(value_name = "TYPE")]
    types: Vec<StreamType>,

    /// Only events of this type; may be given more than once
    #[arg(long, value_name = "TYPE")]
    event_type: Vec<EventType>,

    /// Where to begin: `beginning`, `end`, so many events before it (`end-20`), or a cursor
    #[arg(long, value_name = "PLACE", default_value = "end")]
    from: String,

    #[command(flatten)]
    asked: Asked,
}

impl Tail {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (client, mut output) = self.asked.of_store().await?;
        let (client, output) = (&client, &mut output);
        let mut feed = client
            .feed()
            .stream_types(self.types)
            .event_types(self.event_type);
        if self.from != "beginning" {
            feed = feed.after(self.from);
        }
        let mut follow = feed.follow();
        let end = tokio::signal::ctrl_c();
        tokio::pin!(end);
        loop {
            let page = tokio::select! {
                page = follow.next_page() => page,
                _ = &mut end => break,
            };
            let page = match page {
                Ok(page) => page,
                Err(error) if error.is_retryable() => {
                    eprintln!("{error}; asking again");
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            for event in &page.events {
                let width = output.width();
                output.write(event, |event| line::of_feed(event, width))?;
            }
            output.flush()?;
        }
        if let Some(cursor) = follow.cursor() {
            eprintln!("go on with: event-store tail --from {cursor}");
        }
        Ok(())
    }
}

//! `event-store verify`

use clap::Args;
use event_store_integrity::{Counted, Part, Seen, verify};

use super::Asked;
use super::failure::{Failure, Kind};
use super::output::Output;
use super::progress::Progress;

/// Check that a store is whole: every stream from revision 1 on, the feed in order and complete, the listing right
///
/// It reads every event twice, once by the feed and once by its stream, and changes nothing. Events appended meanwhile are no mistake. At the
/// end it asks whether the store is ready: one that has found damage serves what can be read, and says so there.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    asked: Asked,
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (client, mut output) = self.asked.of_store().await?;
        let mut progress = None;
        let counted = verify(&client, |seen| tell(seen, &mut progress, &mut output)).await?;
        output.write(&counted, |counted| {
            let Counted {
                types,
                streams,
                events,
                in_feed,
                wrong,
            } = counted;
            format!(
                "{streams} streams of {types} types, {events} events, {in_feed} in the feed: {wrong} wrong"
            )
        })?;
        output.flush()?;
        match counted.wrong {
            0 => Ok(client.readiness().await.map(|_| ())?),
            1 => Err(Failure::new(Kind::Failed, "one thing is wrong")),
            wrong => Err(Failure::new(Kind::Failed, format!("{wrong} things are wrong"))),
        }
    }
}

fn tell(seen: Seen, progress: &mut Option<Progress>, output: &mut Output) -> Result<(), Failure> {
    match seen {
        Seen::Begun { what, total } => {
            let unit = match what {
                Part::Feed => "events of the feed",
                Part::Streams => "events of streams",
            };
            *progress = Some(Progress::of(Some(total), unit));
        }
        Seen::Read(events) => {
            if let Some(progress) = progress {
                progress.advance(events);
            }
        }
        Seen::Ended => {
            if let Some(progress) = progress.take() {
                progress.end();
            }
        }
        Seen::Wrong(wrong) => {
            return output.write(&wrong, |wrong| format!("{}: {}", wrong.stream, wrong.wrong));
        }
    }
    Ok(())
}

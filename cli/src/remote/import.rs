//! `event-store import FILE`

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use event_store_client::types::{Event, FeedEvent};
use event_store_function::store::StreamKey;
use event_store_function::store::import::Imported;
use event_store_function::store::limits;
use serde::Serialize;

use super::destination::Destination;
use super::failure::{Failure, Kind};
use super::go_import;
use super::output::{Output, OutputFormat};
use super::progress::Progress;
use super::record::Part;

/// Bring the events of an export into a store: at the same revisions, with their own ids and times
///
/// What is there and the same is passed over, so that an import that broke off is begun again. An event that differs is named, and ends it.
/// Events have times of their own only where the store's table is written: in the folder of a store that nobody serves at the moment, or in a
/// table of DynamoDB.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("destination").required(true))]
pub(crate) struct Import {
    /// The file that `event-store export` wrote; `-` is stdin
    #[arg(value_name = "FILE", required_unless_present = "from_go_table")]
    file: Option<PathBuf>,

    /// Instead of a file: the table of the Go system, from which events get ids that are made of stream and revision
    #[arg(long, value_name = "TABLE", conflicts_with = "file")]
    from_go_table: Option<String>,

    /// The folder of `event-store serve --data`, made if it is not there
    #[arg(long, value_name = "DIR", group = "destination")]
    data: Option<PathBuf>,

    /// The events table of a deployed store, in the account and region that the AWS CLI would use
    #[arg(long, value_name = "NAME", group = "destination")]
    table: Option<String>,

    /// What is written to stdout: a line for people, or JSON
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    output: OutputFormat,
}

/// No line of an export is longer: an event has at most 380,000 bytes, and a text of JSON at most six for each of them.
const LONGEST_LINE: u64 = 4_000_000;

/// What was brought in.
#[derive(Debug, Default, Serialize)]
pub(super) struct Counted {
    pub(super) events: u64,
    pub(super) written: u64,
    pub(super) there: u64,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        // Before anything is made for it.
        let file = self.file.as_deref().map(opened).transpose()?;
        let destination = match (self.data, self.table) {
            (Some(folder), _) => Destination::folder(&folder).await?,
            (None, table) => Destination::table(table.unwrap_or_default()).await,
        };
        let imported = match (file, &self.from_go_table) {
            (Some((file, size)), _) => {
                let progress = Progress::of_bytes(size);
                let imported = from_export(file, &destination, &progress).await;
                progress.end();
                imported
            }
            (None, table) => {
                let progress = Progress::of(None, "events");
                let table = table.as_deref().unwrap_or_default();
                let imported = go_import::import(table, &destination, &progress).await;
                progress.end();
                imported
            }
        };
        // What is there is listed and in the feed, whatever comes after it.
        let ended = destination.end().await;
        let counted = imported?;
        ended?;
        let mut output = Output::of(self.output);
        output.write(
            &counted,
            |Counted {
                 events,
                 written,
                 there,
             }| { format!("{events} events: {written} written, {there} there already") },
        )?;
        output.flush()
    }
}

async fn from_export(
    file: Box<dyn BufRead>,
    destination: &Destination,
    progress: &Progress,
) -> Result<Counted, Failure> {
    let mut importing = Importing {
        destination,
        group: Vec::new(),
        first_line: 0,
        size: 0,
        counted: Counted::default(),
    };
    importing.all(file, progress).await?;
    Ok(importing.counted)
}

fn opened(path: &Path) -> Result<(Box<dyn BufRead>, Option<u64>), Failure> {
    if path.as_os_str() == "-" {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let file = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (size, file) = file.map_err(|error| {
        Failure::new(
            Kind::Usage,
            format!("`{}` cannot be read: {error}", path.display()),
        )
    })?;
    Ok((Box::new(BufReader::new(file)), Some(size)))
}

/// An import on its way: events of one stream and moment are gathered, and brought in together.
struct Importing<'a> {
    destination: &'a Destination,
    group: Vec<FeedEvent>,
    /// The line of the first of them.
    first_line: u64,
    size: usize,
    counted: Counted,
}

impl Importing<'_> {
    async fn all(&mut self, mut file: Box<dyn BufRead>, progress: &Progress) -> Result<(), Failure> {
        let mut part = Part::default();
        let mut is_at_end_of_part = false;
        let mut text = Vec::new();
        for number in 1_u64.. {
            text.clear();
            let read = file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text);
            let count = read.map_err(|error| Failure::new(Kind::Failed, error))?;
            if count == 0 {
                if is_at_end_of_part {
                    return Ok(());
                }
                self.bring_in().await?;
                return Err(cut_off(number));
            }
            progress.advance(count as u64);
            let Some(line) = text.strip_suffix(b"\n") else {
                self.bring_in().await?;
                return Err(cut_off(number));
            };
            let read = match std::str::from_utf8(line) {
                Ok(line) => part.read(line).map_err(|damage| damaged(number, damage)),
                Err(_) => Err(damaged(number, "is no UTF-8")),
            };
            let event = match read {
                Ok(event) => event,
                Err(damage) => {
                    self.bring_in().await?;
                    return Err(damage);
                }
            };
            is_at_end_of_part = event.is_none();
            match event {
                Some(event) => self.add(number, event).await?,
                None => self.bring_in().await?,
            }
        }
        Ok(())
    }

    async fn add(&mut self, line: u64, event: FeedEvent) -> Result<(), Failure> {
        let metadata = event
            .metadata
            .as_ref()
            .map_or(0, |metadata| metadata.as_str().len());
        let size = event.event_type.as_str().len() + event.payload.as_str().len() + metadata;
        let follows = self.group.last().is_some_and(|last| {
            (&last.stream_type, last.stream_id, last.created_at)
                == (&event.stream_type, event.stream_id, event.created_at)
                && last.revision.checked_add(1) == Some(event.revision)
                && self.group.len() < limits::APPEND_EVENTS
                && self.size + size <= limits::APPEND_BYTES
                && self.group.iter().all(|other| other.event_id != event.event_id)
        });
        if !follows {
            self.bring_in().await?;
            self.first_line = line;
        }
        self.size += size;
        self.group.push(event);
        Ok(())
    }

    /// Brings in what was gathered.
    async fn bring_in(&mut self) -> Result<(), Failure> {
        self.size = 0;
        let group = std::mem::take(&mut self.group);
        let Some(first) = group.first() else {
            return Ok(());
        };
        let stream = StreamKey {
            stream_type: first.stream_type.clone(),
            stream_id: first.stream_id,
        };
        let start = first.revision.as_u64();
        let events: Vec<Event> = group.into_iter().map(|event| event.into_parts().1).collect();
        let line_of = |revision: u64| self.first_line + revision.saturating_sub(start);
        match self.destination.import(&stream, &events).await? {
            Imported::Done { there } => {
                self.counted.events += events.len() as u64;
                self.counted.there += there as u64;
                self.counted.written += (events.len() - there) as u64;
                Ok(())
            }
            Imported::Differs(revision) => {
                let line = line_of(revision.as_u64());
                Err(Failure::new(
                    Kind::Conflict,
                    format!("`{stream}` has another event at revision {revision} than line {line}"),
                )
                .hint("what came before it is there; the store is of another history than the file"))
            }
            Imported::Gap(revision) => Err(damaged(
                line_of(revision.as_u64()),
                format!("has revision {revision} of `{stream}`, which does not reach it"),
            )),
            Imported::GoesBack(revision) => Err(damaged(
                line_of(revision.as_u64()),
                format!("is older than what `{stream}` has before revision {revision}"),
            )),
        }
    }
}

fn damaged(line: u64, what: impl std::fmt::Display) -> Failure {
    Failure::new(Kind::Failed, format!("line {line} {what}"))
        .hint("what came before it is there; a whole export completes it")
}

fn cut_off(line: u64) -> Failure {
    damaged(
        line,
        "is cut off: an export ends with the line that counts its events",
    )
}

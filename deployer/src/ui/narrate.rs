//! PURE: the engine's events in words.

mod protection;
mod trial;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::outlook::{Left, Outlook};
use super::text::{duration, size};
use super::{changes, paint, releases};
use crate::artifact::{Artifact, BuildNote};
use crate::aws::TableRepair;
use crate::engine::{Event, Reconciled};
use crate::stack::{Estimate, Phase, Progress, StackEvent};

/// What an event is to a reader.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Telling {
    /// Lines that stay.
    pub(super) lines: Option<String>,
    /// What is going on from now on.
    pub(super) doing: Option<String>,
    /// How much longer that will go on.
    pub(super) left: Left,
}

impl Telling {
    /// Something is going on from now on.
    pub(super) fn doing(what: String) -> Self {
        Self {
            doing: Some(what),
            ..Self::default()
        }
    }

    fn said(lines: String) -> Self {
        Self {
            lines: Some(lines),
            ..Self::default()
        }
    }

    fn done(what: impl AsRef<str>) -> Self {
        Self::said(format!("  {} {}", paint::good("✓"), what.as_ref()))
    }

    /// Something out of the ordinary is going on.
    fn note(what: String) -> Self {
        Self {
            lines: Some(format!("  {} {what}", paint::warn("!"))),
            doing: Some(what),
            left: Left::Unknown,
        }
    }
}

/// Words the engine's events; it remembers when each resource was begun, to tell how long it took.
#[derive(Debug, Default)]
pub(super) struct Narrator {
    verbose: bool,
    began: BTreeMap<String, Timestamp>,
    outlook: Outlook,
}

impl Narrator {
    /// One that also tells what was not necessary, where `verbose`.
    pub(super) fn new(verbose: bool) -> Self {
        Self {
            verbose,
            ..Self::default()
        }
    }

    /// Words an event.
    pub(super) fn event(&mut self, event: &Event) -> Telling {
        match event {
            Event::AccountChecked { account, caller } => {
                Telling::done(format!("account {account}, as {}", paint::faint(caller)))
            }
            Event::BucketCreating { bucket, .. } => Telling::doing(format!("creating bucket {bucket}")),
            Event::BucketAwaited { stack } => Telling::doing(format!(
                "waiting for stack {stack}, which somebody else is creating"
            )),
            Event::Uploading { key, bytes } => uploading(key, *bytes),
            Event::UploadSkipped { key } if self.verbose => upload_skipped(key),
            Event::UploadSkipped { .. } => Telling::default(),
            Event::Awaiting {
                stack,
                status,
                since,
                by,
            } => {
                let by = by.as_deref().map_or_else(String::new, |by| format!(", by {by}"));
                Telling::note(format!("waiting for {stack}: {status} since {since:.0}{by}"))
            }
            Event::RemovingFailedCreation { stack, status } => Telling::note(format!(
                "removing {stack}, which was never created in full ({status})"
            )),
            Event::ChangeSetCreating { stack, creates } => Telling::doing(format!(
                "asking CloudFormation how to {} {stack}",
                if *creates { "create" } else { "change" }
            )),
            Event::DriftSearching { stack } => Telling::doing(format!("comparing {stack} with its template")),
            Event::Tried { .. } | Event::Returning { .. } => trial::told(event),
            Event::Started { stack, estimate } => self.started(stack, estimate.as_ref()),
            Event::Resource { event, progress } => self.resource(event, progress),
            Event::Adopting { table, items } => {
                let items = count(*items, "item");
                Telling::said(format!("  {} adopts {table} ({items})", paint::warn("!")))
            }
            Event::Repairing { table, repair } => Telling::note(format!("{table}: {}", setting(repair))),
            Event::Accepted { objection } => Telling::said(format!(
                "  {} accepted: {} — {}",
                paint::warn("!"),
                objection.acceptance(),
                objection.danger.consequence()
            )),
            Event::TrafficReturned { function, from, to } => Telling::said(format!(
                "  {} {function} was on version {from}, pushed past the stack; it is back on {to}",
                paint::warn("!")
            )),
            Event::Reconciling { done } => reconciling(done),
            Event::TerminationProtection { stack, on } => {
                Telling::done(format!("termination protection of {stack} is {}", on_or_off(*on)))
            }
            Event::StackPolicy { .. }
            | Event::StackPolicyLifted { .. }
            | Event::StackPolicyRestored { .. }
            | Event::AlarmsWatched { .. } => protection::told(event),
            Event::TableProtectionLifted { table } => {
                Telling::done(format!("deletion protection of {table} is off"))
            }
            Event::TableDeleting { table, items } => {
                Telling::note(format!("deleting table {table} ({})", count(*items, "item")))
            }
            Event::LogGroupDeleting { name } => {
                Telling::note(format!("deleting log group {name}, which came back"))
            }
            Event::Planned {
                stack,
                creates,
                changes,
                widenings,
            } => Telling::said(changes::planned(stack, *creates, changes, widenings)),
            Event::Pushed { function, from, to } => {
                Telling::done(format!("{function} runs version {to}; it was on {from}"))
            }
            Event::ArtifactDeleted { key } => Telling::doing(format!("deleting {key}")),
            Event::RollingBack { release } => {
                Telling::done(format!("going back to release {}", releases::in_short(release)))
            }
            Event::Recorded { release } => Telling::done(format!("recorded as release {release}")),
            Event::NotRecorded { reason } => Telling::said(format!(
                "  {} this release is not in the ledger, and cannot be returned to: {reason}",
                paint::warn("!")
            )),
            Event::CleanupFailed { what, reason } => {
                Telling::said(format!("  {} {what} is left behind: {reason}", paint::warn("!")))
            }
        }
    }

    fn started(&mut self, stack: &str, estimate: Option<&Estimate>) -> Telling {
        self.outlook = Outlook::by(estimate.cloned());
        let took = estimate.map(|estimate| {
            let (took, release) = (duration(estimate.whole()), estimate.release());
            paint::faint(format!("  ○ took {took} last time, for release {release}"))
        });
        Telling {
            lines: took,
            doing: Some(format!("waiting for {stack}")),
            left: estimate.map_or(Left::Unknown, |estimate| Left::About(estimate.whole())),
        }
    }

    fn resource(&mut self, event: &StackEvent, progress: &Progress) -> Telling {
        let running: Vec<_> = progress
            .running()
            .map(|resource| resource.logical_id.as_str())
            .collect();
        let what = if running.is_empty() {
            "finishing".to_owned()
        } else {
            running.join(", ")
        };
        Telling {
            lines: self.resource_line(event),
            doing: Some(format!("{}/{} {what}", progress.done(), progress.total())),
            left: self.outlook.after(event, progress),
        }
    }

    /// A line for each resource that has come to an end; the stack itself ends with the operation.
    fn resource_line(&mut self, event: &StackEvent) -> Option<String> {
        let phase = event.status.phase();
        if event.is_of_the_stack() {
            return None;
        }
        let mark = match phase {
            Phase::InProgress => {
                self.began
                    .entry(event.logical_id.clone())
                    .or_insert(event.timestamp);
                return None;
            }
            Phase::Complete => paint::good("✓"),
            Phase::Failed => paint::bad("✗"),
            Phase::Skipped => paint::faint("-"),
        };
        let took = self
            .began
            .remove(&event.logical_id)
            .and_then(|began| Duration::try_from(event.timestamp.duration_since(began)).ok())
            .filter(|took| took.as_secs() > 0)
            .map(|took| paint::faint(format!(" in {}", duration(took))))
            .unwrap_or_default();
        let reason = match (&event.reason, phase) {
            (Some(reason), Phase::Failed) => format!("\n      {reason}"),
            _ => String::new(),
        };
        let kind = paint::faint(event.resource_type.trim_start_matches("AWS::"));
        let verb = past(event.status.as_str());
        Some(format!(
            "  {mark} {} {kind} {verb}{took}{reason}",
            event.logical_id
        ))
    }
}

fn uploading(key: &str, bytes: usize) -> Telling {
    let what = format!("uploading {} ({})", content_of(key), size(bytes));
    Telling {
        lines: Some(format!("  {} {what}", paint::good("↑"))),
        doing: Some(what),
        left: Left::Unknown,
    }
}

fn upload_skipped(key: &str) -> Telling {
    let fact = paint::faint("is in the bucket already");
    Telling::done(format!("{} {fact}", content_of(key)))
}

fn reconciling(done: &Reconciled) -> Telling {
    let (commits, streams) = (count(done.commits, "commit"), count(done.streams, "stream"));
    Telling::doing(format!(
        "making the listing complete: {commits} read, {streams} met"
    ))
}

/// What became of a resource, in a word where there is one.
pub(super) fn past(status: &str) -> String {
    match status {
        "CREATE_COMPLETE" => "created".to_owned(),
        "UPDATE_COMPLETE" => "updated".to_owned(),
        "DELETE_COMPLETE" => "deleted".to_owned(),
        "IMPORT_COMPLETE" => "taken in".to_owned(),
        "DELETE_SKIPPED" => "kept".to_owned(),
        other => other.to_lowercase().replace('_', " "),
    }
}

/// Words what happens while building.
pub(super) fn build(note_of_build: BuildNote<'_>) -> Telling {
    match note_of_build {
        BuildNote::AddingTarget(target) => {
            Telling::note(format!("adding the Rust target {target} with rustup"))
        }
        BuildNote::Line(line) => Telling::doing(format!("building: {}", line.trim())),
    }
}

/// Words what was built or loaded.
pub(super) fn artifact(verb: &str, artifact: &Artifact) -> Telling {
    let size = paint::faint(format!(
        "{}, {}",
        size(artifact.zip().len()),
        &artifact.hash().hex()[..12]
    ));
    Telling::done(format!("{verb} {} {size}", artifact.binary()))
}

/// What lies at a key: the binary of `code/<binary>/…`, or the template; other keys are told as they are.
fn content_of(key: &str) -> &str {
    if key.starts_with("templates/") {
        return "the template";
    }
    key.strip_prefix("code/")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or(key)
}

/// A number of things, in English.
pub(super) fn count(items: u64, noun: &str) -> String {
    if items == 1 {
        format!("1 {noun}")
    } else {
        format!("{items} {noun}s")
    }
}

fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn setting(repair: &TableRepair) -> String {
    match repair {
        TableRepair::PointInTimeRecovery(on) => format!("turning point-in-time recovery {}", on_or_off(*on)),
        TableRepair::DeletionProtection(on) => format!("turning deletion protection {}", on_or_off(*on)),
        TableRepair::Stream(view) => format!("turning its stream on ({view})"),
        TableRepair::Tags(tags) => format!("setting {} tags", tags.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::estimate_testing::estimate;

    fn resource(second: i64, logical_id: &str, status: &str, reason: Option<&str>) -> StackEvent {
        StackEvent {
            id: format!("{second}"),
            timestamp: Timestamp::from_second(second).unwrap(),
            stack_id: "arn:stack/orders".to_owned(),
            logical_id: logical_id.to_owned(),
            physical_id: String::new(),
            resource_type: "AWS::SNS::Topic".to_owned(),
            status: status.into(),
            reason: reason.map(str::to_owned),
            token: None,
        }
    }

    fn told(events: &[StackEvent]) -> String {
        let (mut narrator, mut progress) = (Narrator::new(false), Progress::of(3));
        let mut told = Vec::new();
        for event in events {
            progress.apply(event);
            let telling = narrator.event(&Event::Resource {
                event: event.clone(),
                progress: progress.clone(),
            });
            told.extend(
                telling
                    .lines
                    .map(|lines| anstream::adapter::strip_str(&lines).to_string()),
            );
            told.push(format!("[{}]", telling.doing.unwrap_or_default()));
        }
        told.join("\n")
    }

    #[test]
    fn a_resource_is_told_when_it_ends_with_the_time_it_took() {
        let events = [
            resource(1, "Topic", "CREATE_IN_PROGRESS", None),
            resource(1, "Queue", "CREATE_IN_PROGRESS", None),
            resource(5, "Topic", "CREATE_COMPLETE", None),
            resource(6, "Queue", "CREATE_FAILED", Some("Invalid VisibilityTimeout")),
            resource(7, "Table", "DELETE_SKIPPED", None),
        ];
        insta::assert_snapshot!(told(&events), @"
        [0/3 Topic]
        [0/3 Topic, Queue]
          ✓ Topic SNS::Topic created in 4.0 s
        [1/3 Queue]
          ✗ Queue SNS::Topic create failed in 5.0 s
              Invalid VisibilityTimeout
        [2/3 finishing]
          - Table SNS::Topic kept
        [3/3 finishing]
        ");
    }

    #[test]
    fn an_operation_is_told_with_the_time_that_the_last_one_took() {
        let started = |estimate| Event::Started {
            stack: "orders".to_owned(),
            estimate,
        };
        let known = Narrator::default().event(&started(Some(estimate())));
        let line = known.lines.as_deref().map(anstream::adapter::strip_str);
        assert_eq!(
            line.unwrap().to_string(),
            "  ○ took 11 s last time, for release 20270115T080000.000Z"
        );
        assert_eq!(known.left, Left::About(Duration::from_secs(11)));
        let unknown = Narrator::default().event(&started(None));
        assert_eq!((unknown.lines, unknown.left), (None, Left::Unknown));
    }

    #[test]
    fn what_was_not_necessary_is_told_on_demand() {
        let skipped = Event::UploadSkipped {
            key: "code/orders-api/arm64/0123.zip".to_owned(),
        };
        assert_eq!(Narrator::new(false).event(&skipped), Telling::default());
        let told = Narrator::new(true).event(&skipped).lines.unwrap();
        assert!(told.contains("orders-api"), "{told}");
    }

    #[test]
    fn an_adopted_table_is_told_with_what_is_in_it() {
        let adopting = Event::Adopting {
            table: "orders-events".to_owned(),
            items: 1_200,
        };
        let told = Narrator::default().event(&adopting).lines.unwrap();
        assert_eq!(
            anstream::adapter::strip_str(&told).to_string(),
            "  ! adopts orders-events (1200 items)"
        );
    }
}

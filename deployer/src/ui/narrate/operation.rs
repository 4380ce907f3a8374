//! PURE: messages about a CloudFormation operation in progress.

use std::time::Duration;

use cfn_deploy::stack::{Estimate, Phase, Progress, StackEvent};

use super::{Narrator, Telling};
use crate::ui::outlook::{Left, Outlook};
use crate::ui::paint;
use crate::ui::text::duration;

impl Narrator {
    pub(super) fn started(&mut self, stack: &str, estimate: Option<&Estimate>) -> Telling {
        self.outlook = Outlook::by(estimate.cloned());
        self.failure = None;
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

    pub(super) fn resource(&mut self, event: &StackEvent, progress: &Progress) -> Telling {
        let running: Vec<_> = progress
            .running()
            .map(|resource| resource.logical_id.as_str())
            .collect();
        let what = if running.is_empty() {
            "finishing".to_owned()
        } else {
            running.join(", ")
        };
        self.take_note(event);
        let doing = match &self.failure {
            Some(failure) => format!("{failure}; {what}"),
            None => format!("{}/{} {what}", progress.done(), progress.total()),
        };
        Telling {
            lines: self.resource_line(event),
            doing: Some(doing),
            left: self.outlook.after(event, progress),
        }
    }

    /// Notes the first failure that is not a cancellation. It is shown while its consequences are awaited, and
    /// permanently at the end.
    fn take_note(&mut self, event: &StackEvent) {
        let is_failure = event.status.phase() == Phase::Failed && !event.is_of_the_stack();
        let reason = event.reason.as_deref().filter(|_| is_failure).unwrap_or_default();
        if self.failure.is_none() && !reason.is_empty() && !reason.contains("cancelled") {
            let reason = reason.lines().next().unwrap_or_default();
            self.failure = Some(format!("{} failed: {reason}", event.logical_id));
        }
    }

    /// A line for each resource that is finished; the stack itself finishes with the operation.
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
        let kind = paint::faint(event.resource_type.trim_start_matches("AWS::"));
        let is_purged = phase == Phase::Skipped && self.purged.contains(&event.physical_id);
        let verb = if is_purged {
            "left to be deleted after the stack".to_owned()
        } else {
            past(event.status.as_str())
        };
        Some(format!("  {mark} {} {kind} {verb}{took}", event.logical_id))
    }
}

/// The result for a resource, as a past participle if there is one.
pub(in crate::ui) fn past(status: &str) -> String {
    match status {
        "CREATE_COMPLETE" => "created".to_owned(),
        "UPDATE_COMPLETE" => "updated".to_owned(),
        "DELETE_COMPLETE" => "deleted".to_owned(),
        "IMPORT_COMPLETE" => "imported".to_owned(),
        "DELETE_SKIPPED" => "kept".to_owned(),
        other => other.to_lowercase().replace('_', " "),
    }
}

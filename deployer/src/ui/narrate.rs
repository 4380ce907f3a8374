//! PURE: puts the engine's events into words.

mod code;
mod drill;
mod earlier;
mod operation;
mod protection;
mod telling;
mod trial;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub(super) use self::code::{artifact, build};
use self::code::{upload_skipped, uploading};
pub(super) use self::drill::as_of;
pub(super) use self::operation::past;
pub(super) use self::telling::Telling;
use super::outlook::Outlook;
use super::text::{count, moment};
use super::{changes, paint, releases};
use cfn_deploy::cloud::TableRepair;
use cfn_deploy::stack::StackStatus;
use cfn_deploy::stack::guard::{Danger, Objection};
use cfn_deploy::{Event, Question, Reconciled};

/// Puts the engine's events into words. Remembers when each resource began, to report how long it took.
#[derive(Debug, Default)]
pub(super) struct Narrator {
    verbose: bool,
    width: Option<usize>,
    began: BTreeMap<String, Timestamp>,
    /// The tables being imported: during the import, their protection differs from the template.
    importing: BTreeSet<String>,
    /// The tables that are deleted after their stack, which has to keep them for that.
    purged: BTreeSet<String>,
    /// What was accepted and is told: several properties may be of one acceptance.
    accepted: BTreeSet<(String, Danger)>,
    outlook: Outlook,
    /// Why the current operation is rolled back.
    failure: Option<String>,
}

impl Narrator {
    /// Makes a narrator with lines of at most `width` characters. `verbose` also reports steps that were not
    /// necessary.
    pub(super) fn new(verbose: bool, width: Option<usize>) -> Self {
        Self {
            verbose,
            width,
            ..Self::default()
        }
    }

    /// Takes note of what is asked: what is done afterwards is told by that.
    pub(super) fn asked(&mut self, question: &Question<'_>) {
        if let Question::Destroy(deletion) = question {
            self.purged
                .extend(deletion.purges.iter().map(|table| table.name.clone()));
        }
    }

    /// Words an event.
    #[expect(clippy::too_many_lines, reason = "an arm for each event")]
    pub(super) fn event(&mut self, event: &Event) -> Telling {
        match event {
            Event::AccountChecked { account, caller } => {
                Telling::done(format!("account {account}, as {}", paint::faint(caller)))
            }
            Event::BucketCreating { bucket, .. } => Telling::doing(format!("creating bucket {bucket}")),
            Event::BucketAwaited { stack } => Telling::doing(format!(
                "waiting for stack {stack}, which somebody else is creating"
            )),
            Event::Stays { bucket, uploads } => code::stays(bucket, *uploads),
            Event::Uploading { key, bytes } => uploading(key, *bytes),
            Event::UploadSkipped { key } if self.verbose => upload_skipped(key),
            Event::UploadSkipped { .. } => Telling::default(),
            Event::Awaiting {
                stack,
                status,
                since,
                by,
            } => awaiting(stack, status, *since, by.as_deref()),
            Event::TakingOver { stack, owner } => taking_over(stack, owner.as_deref()),
            Event::Overtaken { stack } => {
                Telling::note(format!("another deployment of {stack} came first; looking again"))
            }
            Event::RemovingFailedCreation { stack, status } => Telling::note(format!(
                "removing {stack}, which was never created in full ({status})"
            )),
            Event::ChangeSetCreating { stack, creates } => Telling::doing(format!(
                "asking CloudFormation how to {} {stack}",
                if *creates { "create" } else { "change" }
            )),
            Event::DriftSearching { stack } => Telling::doing(format!("comparing {stack} with its template")),
            Event::Tried { step, took } => trial::tried(*step, *took),
            Event::NotSeenYet { reason, .. } => trial::not_seen_yet(reason),
            Event::Returning { stack, reason } => trial::returning(stack, reason),
            Event::Started { stack, estimate } => self.started(stack, estimate.as_ref()),
            Event::Resource { event, progress } => self.resource(event, progress),
            Event::Adopting { table, items } => {
                self.importing.insert(table.clone());
                let items = count(*items, "item");
                Telling::said(format!(
                    "  {} importing table {table} ({items})",
                    paint::warn("!")
                ))
            }
            Event::Repairing {
                table,
                repair: TableRepair::DeletionProtection(true),
            } if self.importing.remove(table) => {
                Telling::note(format!("{table}: protecting the table during the import"))
            }
            Event::Repairing { table, repair } => Telling::note(format!("{table}: {}", setting(repair))),
            Event::Accepted { objection } => self.accepted(objection),
            Event::TrafficReturned { function, from, to } => code::returned(function, from, to),
            Event::Reconciling { done } => reconciling(done),
            Event::Restoring { source, at, table } => drill::restoring(source, *at, table),
            Event::Verifying { stack } => Telling::doing(format!(
                "verifying {stack}: each stream, the feed and the listing"
            )),
            Event::Drilled { step, took } => drill::drilled(*step, *took),
            Event::TakingDown {
                stack,
                table,
                interrupted,
            } => drill::taking_down(stack, table, *interrupted),
            Event::TerminationProtection { stack, on } => {
                Telling::done(format!("termination protection of {stack} is {}", on_or_off(*on)))
            }
            Event::StackPolicy { stack, on } => protection::policy(stack, *on),
            Event::StackPolicyLifted { stack, resources } => protection::policy_lifted(stack, resources),
            Event::StackPolicyRestored { stack, goes_on } => protection::policy_restored(stack, *goes_on),
            Event::AlarmsWatched {
                alarms,
                unwatched,
                minutes,
            } => protection::alarms_watched(alarms, unwatched, *minutes),
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
                outline,
                widenings,
                ..
            } => Telling::said(changes::planned(stack, *creates, outline, widenings, self.width)),
            Event::PlanApplied { release, .. } => {
                let release = release
                    .as_ref()
                    .map_or_else(String::new, |release| format!(", as release {release}"));
                Telling::done(format!("the plan has been applied already{release}"))
            }
            Event::Pushed { function, from, to } => {
                Telling::done(format!("{function} runs version {to}; it was on {from}"))
            }
            Event::ArtifactDeleted { key } => Telling::doing(format!("deleting {key}")),
            Event::RollingBack { release } => Telling::said(format!(
                "  {} going back to release {}",
                paint::strong("←"),
                releases::in_short(release)
            )),
            Event::Recorded { release } => Telling::done(format!("recorded as release {release}")),
            Event::NotRecorded { reason } => Telling::said(format!(
                "  {} this release is not in the ledger, and cannot be returned to: {reason}",
                paint::warn("!")
            )),
            Event::NotMarked { release, reason } => Telling::said(format!(
                "  {} release {release} could not be marked as one whose smoke test failed: {reason}",
                paint::warn("!")
            )),
            Event::EarlierRun { stack, run, fate, .. } => earlier::told(stack, run, fate),
            Event::CleanupFailed { what, reason } => {
                Telling::said(format!("  {} {what} is left behind: {reason}", paint::warn("!")))
            }
        }
    }
}

impl Narrator {
    fn accepted(&mut self, objection: &Objection) -> Telling {
        let (acceptance, danger) = (objection.acceptance(), objection.danger);
        if !self.accepted.insert((acceptance.clone(), danger)) {
            return Telling::default();
        }
        Telling::said(format!(
            "  {} accepted: {acceptance} — {}",
            paint::warn("!"),
            danger.consequence()
        ))
    }
}

fn awaiting(stack: &str, status: &StackStatus, since: Timestamp, by: Option<&str>) -> Telling {
    let by = by.map_or_else(String::new, |by| format!(", by {by}"));
    Telling::note(format!(
        "waiting for {stack}: {status} since {}{by}",
        moment(since)
    ))
}

fn taking_over(stack: &str, owner: Option<&str>) -> Telling {
    let whose = owner.map_or_else(
        || "says of no environment that it is its".to_owned(),
        |owner| format!("was made by environment {owner}"),
    );
    Telling::note(format!("taking over {stack}, which {whose}"))
}

fn reconciling(done: &Reconciled) -> Telling {
    let (commits, streams) = (count(done.commits, "commit"), count(done.streams, "stream"));
    Telling::doing(format!(
        "completing the listing and the feed: {commits} read, {streams} met"
    ))
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

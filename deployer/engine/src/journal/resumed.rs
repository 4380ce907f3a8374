//! PURE: earlier runs that are being finished, and what has been done for them.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::stack::{ReleaseId, Unfinished};
use crate::{Event, RunFate};

use super::Life;

/// Something that was done for a run that had not come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finished {
    /// Its release is in the ledger.
    Recorded,
    /// The stack's policy is in force again.
    StackPolicy,
    /// Termination protection is what the environment asks for.
    TerminationProtection,
    /// Imported tables have the settings of the template.
    ImportedTables,
    /// Code that was pushed is taken back.
    PushedCode,
    /// Tables that lacked what the log has are complete.
    Listing,
    /// The store was tried.
    Trial,
    /// A log group, which came back after its deletion, is deleted.
    LogGroup(String),
}

/// Earlier runs that are being finished. They are told of once, with all that was done for them.
#[derive(Debug, Default)]
pub(crate) struct Resumed {
    /// The keys of the intents of all that were met: whoever begins anew meets them again.
    met: BTreeSet<String>,
    runs: Vec<Run>,
    done: Vec<Finished>,
    /// Whether anything was done, be it for a run that may still be at work.
    has_acted: bool,
}

#[derive(Debug)]
struct Run {
    stack: String,
    unfinished: Unfinished,
    life: Life,
    /// The release that it has brought, if the stack stands at it.
    release: Option<ReleaseId>,
}

impl Resumed {
    /// Takes a run up, by the key of its intent.
    pub(super) fn take_up(
        &mut self,
        key: &str,
        stack: &str,
        (run, life): (Unfinished, Life),
        release: Option<ReleaseId>,
    ) {
        if self.met.insert(key.to_owned()) {
            self.runs.push(Run {
                stack: stack.to_owned(),
                unfinished: run,
                life,
                release,
            });
        }
    }

    /// Whether there was anything to do about earlier runs.
    pub(crate) fn is_any(&self) -> bool {
        !self.runs.is_empty() || self.has_acted
    }

    /// Takes note of what was done while runs are being finished.
    pub(crate) fn note(&mut self, event: &Event) {
        let done = match event {
            Event::StackPolicyRestored { .. } | Event::StackPolicy { .. } => Finished::StackPolicy,
            Event::TerminationProtection { .. } => Finished::TerminationProtection,
            Event::Repairing { .. } => Finished::ImportedTables,
            Event::TrafficReturned { .. } => Finished::PushedCode,
            Event::LogGroupDeleting { name } => Finished::LogGroup(name.clone()),
            _ => return,
        };
        self.has_acted = true;
        self.done(done);
    }

    /// Takes note of what was done, if runs are being finished.
    pub(crate) fn done(&mut self, done: Finished) {
        if !self.runs.is_empty() && !self.done.contains(&done) {
            self.done.push(done);
        }
    }

    /// What is told of the runs, oldest first. What was done goes with the one that has brought what is deployed, or else with the last.
    pub(crate) fn told(&mut self) -> Vec<Event> {
        let mut done = std::mem::take(&mut self.done);
        let runs = std::mem::take(&mut self.runs);
        let brought = runs.iter().rposition(|run| run.release.is_some());
        let finished = brought.or(runs.len().checked_sub(1));
        let runs = runs.into_iter().enumerate();
        runs.map(|(place, run)| Event::EarlierRun {
            stack: run.stack,
            run: run.unfinished,
            life: run.life,
            fate: RunFate::Finished {
                release: run.release,
                done: if Some(place) == finished {
                    std::mem::take(&mut done)
                } else {
                    Vec::new()
                },
            },
        })
        .collect()
    }
}

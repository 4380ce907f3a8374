//! The outcome of a command.

use cfn_deploy::stack::StackStatus;
use cfn_deploy::stack::plan::Plan;
use cfn_deploy::{
    Collected, Deployed, Destroyed, Drilled, Outputs, Pushed, Reconciled, Recovery, RolledBack, Standing,
};

use super::{OutputFormat, Ui, error, garbage, json, outcome, paint, recovery, summary};
use crate::commands::error::CommandError;

impl Ui {
    /// Reports the outcome of a deployment, and prints its outputs.
    pub fn deployed(&self, stack: &str, deployed: &Deployed, outputs: &Outputs) {
        self.emit(&json::deployed(stack, deployed, outputs));
        self.end(&outcome::deployed(stack, deployed, self.took()));
        let asked = self.0.borrow_mut().asked.take();
        self.summarize(|| summary::deployed(stack, deployed, asked.as_ref(), outputs, self.took()));
        if self.output_format() == OutputFormat::Text {
            self.outputs(outputs);
        }
    }

    /// Reports the outcome of a push, and how to bring the stack back in line.
    pub fn pushed(&self, stack: &str, pushed: &Pushed, up: &str) {
        self.emit(&json::pushed(stack, pushed));
        self.end(&outcome::pushed(stack, pushed, up, self.took()));
    }

    /// Reports which artifacts were deleted, or would be.
    pub fn collected(&self, bucket: &str, collected: &Collected) {
        self.emit(&json::collected(bucket, collected));
        self.end(&garbage::collected(bucket, collected, self.width()));
    }

    /// Reports that a plan was written, and how to apply it.
    pub fn planned(&self, plan: &Plan, file: &str, apply: &str) {
        self.emit(&json::planned(plan, file));
        self.end(&outcome::planned(plan, file, apply));
    }

    /// Reports the outcome of a rollback to a release, and prints the stack's outputs.
    pub fn rolled_back(&self, rolled_back: &RolledBack, outputs: &Outputs) {
        self.emit(&json::rolled_back(rolled_back, outputs));
        self.end(&outcome::rolled_back(rolled_back, self.took()));
        if self.output_format() == OutputFormat::Text {
            self.outputs(outputs);
        }
    }

    /// Reports the outcome of a deletion, and that `up` imports what stays.
    pub fn destroyed(&self, stack: &str, destroyed: &Destroyed, up: &str) {
        self.emit(&json::destroyed(stack, destroyed));
        self.end(&outcome::destroyed(stack, destroyed, up, self.took()));
        self.summarize(|| summary::destroyed(stack, destroyed));
    }

    /// Reports that a store passed its test.
    pub fn tried(&self, stack: &str) {
        self.emit(&json::tried(stack));
        self.end(&outcome::tried(stack, self.took()));
    }

    /// Reports the state of a stack, and the moves out of it.
    pub fn standing(&self, standing: &Standing) {
        self.emit(&recovery::standing_event(standing));
        self.end(&recovery::standing(standing, self.width()));
    }

    /// Reports that there is no stack to recover.
    pub fn nothing_to_recover(&self, stack: &str) {
        self.emit(&serde_json::json!({"event": "finished", "outcome": "nothing-there", "stack": stack}));
        self.end(&format!(
            "{} there is no stack {}, nothing to recover",
            paint::good("✓"),
            paint::strong(stack)
        ));
    }

    /// Reports the outcome of a move.
    pub fn recovered(&self, recovery: &Recovery, status: &StackStatus) {
        self.emit(&recovery::recovered_event(recovery, status));
        self.end(&recovery::recovered(recovery, status));
    }

    /// Reports that the listing and the feed are complete.
    pub fn reconciled(&self, stack: &str, done: &Reconciled) {
        self.emit(&serde_json::json!({"event": "reconciled", "stack": stack, "done": done}));
        self.end(&outcome::reconciled(stack, done, self.took()));
    }

    /// Tells how long each step of a drill took, and what was found.
    pub fn drilled(&self, stack: &str, drilled: &Drilled) {
        self.emit(&json::drilled(stack, drilled));
        self.end(&outcome::drilled(stack, drilled, self.took()));
    }

    /// Adds a section about this command to the step's summary.
    pub(super) fn summarize(&self, section: impl FnOnce() -> String) {
        let command = self.0.borrow().command.clone();
        self.streams().summarize(|| summary::of(&command, &section()));
    }

    /// Reports why a command failed.
    pub fn fail(&self, failure: &CommandError) {
        self.emit(&json::failed(failure));
        let mut inner = self.0.borrow_mut();
        inner.screen.idle();
        let streams = &inner.streams;
        if let Some(details) = &failure.details {
            streams.tell(details.trim_end());
        }
        streams.tell(&error::text(failure));
        if inner.annotate
            && let Some(annotations) = error::annotations(failure)
        {
            streams.command(&annotations);
        }
        let command = &inner.command;
        streams.summarize(|| summary::of(command, &summary::failed(failure, inner.asked.as_ref())));
    }
}

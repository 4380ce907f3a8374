//! PURE: remedies for the engine's failures.

mod acceptance;
mod account;
mod deploy;
mod describe;
mod destroy;
mod drift;
mod drill;
mod gc;
mod ledger;
mod logs;
mod push;
mod reconciliation;
mod recovery;
mod rollback;
mod smoke;
mod validation;

use cfn_deploy::cloud::{CallError, CallErrorKind};
use cfn_deploy::stack::{Diagnosis, Failure, NextMove, SourceLine, StackStatus, Task, Unfinished, situation};
use cfn_deploy::{Stopped, Unready, shell};
use cfn_template::line_of;

use super::error::{CommandError, ErrorKind};
use crate::environment::Environment;

/// Writes the hints for failures of a command in its environment.
pub(super) struct Hints<'settings> {
    environment: &'settings Environment,
    /// The template's file name and text, if the command has them.
    template: Option<(&'settings str, &'settings str)>,
}

/// The cause of a failed operation, reported in place of the state that it ended in.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct RootCause(String);

impl<'settings> Hints<'settings> {
    /// Explains failures in `environment`.
    pub(super) fn of(environment: &'settings Environment) -> Self {
        Self {
            environment,
            template: None,
        }
    }

    /// Adds the template, so that hints can name the line of a resource.
    pub(super) fn with_template(mut self, file: &'settings str, text: &'settings str) -> Self {
        self.template = Some((file, text));
        self
    }

    /// Explains the cause of a failed operation.
    pub(super) fn diagnosis(&self, failure: Failure) -> Diagnosis {
        let place = self.place(&failure.logical_id);
        Diagnosis::of(failure, place)
    }

    fn place(&self, logical_id: &str) -> Option<SourceLine> {
        let (file, text) = self.template?;
        let line = line_of(text, logical_id)?;
        Some(SourceLine {
            file: file.to_owned(),
            line,
        })
    }

    /// A failure whose cause is known: reports the cause first, and the stack's final state among the notes.
    fn failed(&self, cause: Failure, status: &StackStatus, ended: &dyn std::error::Error) -> CommandError {
        let diagnosis = self.diagnosis(cause);
        let notes = diagnosis
            .notes()
            .into_iter()
            .chain([format!("so {ended}"), situation(status).meaning.to_owned()]);
        let stuck = (status.next_move() == NextMove::Recover).then(|| self.ways_out());
        let mark = diagnosis.place.clone().map(|place| (place, diagnosis.fact()));
        CommandError::new(ErrorKind::Failed, RootCause(diagnosis.fact()))
            .marks(mark)
            .notes(notes)
            .hints(diagnosis.hints().map(str::to_owned))
            .hints(stuck)
            .hint(self.see_events())
    }

    /// What can be done after an operation was stopped; `watch` is the command that shows how it goes on.
    fn after(&self, stopped: &Stopped, operation: &str, watch: &str) -> Vec<String> {
        match stopped {
            Stopped::Call(call) => self.call(call),
            Stopped::Unready(unready) => self.unready(unready),
            Stopped::Failed { .. } => vec![self.see_events()],
            Stopped::LostSight { .. } => vec![format!("watch it with `{}`", self.command(watch))],
            Stopped::Interrupted { going_on } => self.interrupted(operation, going_on.as_deref()),
        }
    }

    fn see_events(&self) -> String {
        format!("full timeline: `{}`", self.command("events"))
    }

    /// The failure of a call that Ctrl-C stopped before anything began in AWS.
    pub(super) fn stopped(&self) -> CommandError {
        CommandError::new(ErrorKind::Interrupted, "interrupted").hints(self.interrupted("deployment", None))
    }

    fn call(&self, error: &CallError) -> Vec<String> {
        if let Some(hint) = in_between(error) {
            return vec![hint.to_owned()];
        }
        let hint = match (&error.kind, &self.environment.endpoint) {
            (CallErrorKind::NoCredentials | CallErrorKind::ExpiredToken, None) => {
                "sign in with `aws login` or `aws sso login`, or choose other credentials with `AWS_PROFILE`"
            }
            (CallErrorKind::NoCredentials | CallErrorKind::ExpiredToken, Some(_)) => {
                "an emulator takes any: set `AWS_ACCESS_KEY_ID=test` and `AWS_SECRET_ACCESS_KEY=test`"
            }
            (CallErrorKind::Unreachable { .. }, Some(_)) => "start the emulator: `./justw emulator`",
            (CallErrorKind::Unreachable { .. }, None) => {
                "look at the network, and at the proxy if `HTTPS_PROXY` names one"
            }
            (CallErrorKind::NotAws { .. }, Some(_)) => {
                "this is not AWS, nor an emulator of it: look at what listens at the environment's `endpoint`"
            }
            (CallErrorKind::NotAws { .. }, None) => {
                "this is not AWS: look at the network, which may want a login, and at `HTTPS_PROXY`"
            }
            (CallErrorKind::AccessDenied { .. }, _) => "the credentials lack this permission",
            (CallErrorKind::Throttled, _) => "AWS is throttling calls: try again in a minute",
            _ => return Vec::new(),
        };
        vec![hint.to_owned()]
    }

    fn unready(&self, unready: &Unready) -> Vec<String> {
        match unready {
            Unready::Call(call) => self.call(call),
            Unready::Busy { by, .. } => {
                let who = by.as_ref().map(|by| format!("`{by}` started it"));
                who.into_iter()
                    .chain(["try again when it is done, or wait for it with `--wait-for-lock`".to_owned()])
                    .collect()
            }
            Unready::NeedsRecovery { reason, status, .. } => {
                let why = reason.as_ref().map(|reason| format!("AWS says: {reason}"));
                let meaning = situation(status).meaning.to_owned();
                [meaning]
                    .into_iter()
                    .chain(why)
                    .chain([self.ways_out()])
                    .collect()
            }
            Unready::NotOurs { stack, owner } => self.not_ours(stack, owner.as_deref()),
            Unready::UnknownState { status, .. } => vec![
                situation(status).meaning.to_owned(),
                format!("nothing was changed; if you know it, accept it by name: `--accept state:{status}`"),
            ],
            Unready::Interrupted => self.interrupted("deployment", None),
        }
    }

    fn not_ours(&self, stack: &str, owner: Option<&str>) -> Vec<String> {
        let file = &self.environment.file;
        let whose = match owner {
            Some(owner) => format!(
                "give `{file}` a `stack` of its own, or work with `--env {}`",
                owner.replacen('/', " --instance ", 1)
            ),
            None => format!(
                "it was made by hand, or by a deployer before stacks said whose they are; if it is not what `{file}` is for, choose another `stack` there"
            ),
        };
        let take_over = format!(
            "nothing was changed; to take the stack over, once: `{} --accept adopt:{stack}`",
            self.command("up")
        );
        vec![whose, take_over]
    }

    fn ways_out(&self) -> String {
        format!(
            "`{}` tells the ways out and what each loses, and takes one",
            self.command("recover")
        )
    }

    /// What happens to an operation, such as a deletion, whose command was interrupted.
    fn interrupted(&self, operation: &str, going_on: Option<&str>) -> Vec<String> {
        match going_on {
            None => vec!["nothing is under way in AWS; this command run again goes on from here".to_owned()],
            Some(stack) => vec![
                format!("the {operation} of `{stack}` continues in AWS; run this command again afterwards"),
                format!("watch it with `{}`", self.command("describe")),
            ],
        }
    }

    fn console(&self) -> String {
        format!(
            "all events are in the CloudFormation console, region `{}`, stack `{}`",
            self.environment.region, self.environment.stack
        )
    }

    /// Unfinished runs, each with the command that finishes it.
    pub(super) fn unfinished(&self, runs: &[Unfinished]) -> Vec<(Unfinished, String)> {
        runs.iter().map(|run| (run.clone(), self.finishes(run))).collect()
    }

    /// The command that finishes a run.
    pub(super) fn finishes(&self, run: &Unfinished) -> String {
        match &run.task {
            Task::Deploy => self.command("up"),
            Task::RollBack => self.command("rollback"),
            Task::RollBackTo(release) => format!("{} --to {release}", self.command("rollback")),
            Task::Delete => self.command("down"),
            Task::Try => self.command("smoke"),
            Task::Purge => format!("{} --purge", self.command("down")),
        }
    }

    /// A command as the user would type it for this environment.
    pub(super) fn command(&self, verb: &str) -> String {
        let instance = self.environment.instance.as_ref();
        let instance = instance
            .map(|name| format!(" --instance {}", shell::quoted(name.as_str())))
            .unwrap_or_default();
        let name = shell::quoted(self.environment.name.as_str());
        format!("deployer {verb} --env {name}{instance}")
    }
}

/// The intermediary that explains why there is no answer, such as a proxy, if there is one.
pub(super) fn in_between(error: &CallError) -> Option<&'static str> {
    if error.is_told_of("invalid peer certificate") {
        Some(
            "who vouches for the certificate is not trusted here; if it is right, name its certificates in a file by `AWS_CA_BUNDLE`",
        )
    } else if error.is_told_of("tunnel error") {
        Some(
            "the proxy that `HTTPS_PROXY` names does not let through: it may want a login, or not allow this",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests;

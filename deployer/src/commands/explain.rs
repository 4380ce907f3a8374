//! PURE: what can be done about what the engine could not do.

mod logs;
mod reconciliation;
mod recovery;

use super::error::{CommandError, ErrorKind};
use crate::aws::{CallError, CallErrorKind, ValidationFinding};
use crate::engine::{
    AccountError, DeployError, DescribeError, DestroyError, DriftError, GcError, LedgerError, PushError,
    RollbackError, SmokeError, SmokeStep, Unready,
};
use crate::environment::Environment;
use crate::stack::guard::{Danger, Objection};
use crate::stack::widening::{Widening, acceptances};
use crate::stack::{Diagnosis, Failure, NextMove, Place, StackStatus, remedy, situation};
use crate::template;

/// Knows the environment that a command ran for, and so what to tell about its failure.
pub(super) struct Explain<'settings> {
    environment: &'settings Environment,
    /// The template's file and its text, where the command has one.
    template: Option<(&'settings str, &'settings str)>,
}

/// What brought an operation down, in place of the state that it ended in.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct RootCause(String);

impl<'settings> Explain<'settings> {
    /// Explains failures in `environment`.
    pub(super) fn of(environment: &'settings Environment) -> Self {
        Self {
            environment,
            template: None,
        }
    }

    /// Knows the template, too, and so the line in which a resource is declared.
    pub(super) fn with_template(mut self, file: &'settings str, text: &'settings str) -> Self {
        self.template = Some((file, text));
        self
    }

    /// Explains what brought an operation down.
    pub(super) fn diagnosis(&self, failure: Failure) -> Diagnosis {
        let place = self.place(&failure.logical_id);
        Diagnosis::of(failure, place)
    }

    fn place(&self, logical_id: &str) -> Option<Place> {
        let (file, text) = self.template?;
        let line = template::line_of(text, logical_id)?;
        Some(Place {
            file: file.to_owned(),
            line,
        })
    }

    /// A failure whose cause is known: the cause first, the state that the stack ended in among what goes with it.
    fn failed(&self, cause: Failure, status: &StackStatus, ended: &dyn std::error::Error) -> CommandError {
        let diagnosis = self.diagnosis(cause);
        let notes = diagnosis
            .notes()
            .into_iter()
            .chain([format!("so {ended}"), situation(status).meaning.to_owned()]);
        let stuck = (status.next_move() == NextMove::Recover).then(|| self.ways_out());
        CommandError::new(ErrorKind::Failed, RootCause(diagnosis.fact()))
            .notes(notes)
            .hints(diagnosis.hints().map(str::to_owned))
            .hints(stuck)
            .hint(self.see_events())
    }

    fn see_events(&self) -> String {
        format!("all that happened is told by `{}`", self.command("events"))
    }

    /// What early validation found, each with the line of its resource.
    fn finding(&self, finding: &ValidationFinding) -> String {
        let path: Vec<&str> = finding
            .logical_id
            .iter()
            .chain(&finding.path)
            .map(String::as_str)
            .collect();
        let place = finding.logical_id.as_deref().and_then(|id| self.place(id));
        let place = place.map_or_else(String::new, |Place { file, line }| format!(" ({file}:{line})"));
        if path.is_empty() {
            finding.reason.clone()
        } else {
            format!("`{}`{place}: {}", path.join(" "), finding.reason)
        }
    }

    pub(super) fn account(&self, error: AccountError) -> CommandError {
        let kind = error.kind().into();
        let hints = match &error {
            AccountError::Call(call) => self.call(call),
            AccountError::WrongAccount { caller, .. } => vec![format!(
                "these are the credentials of `{caller}`: choose others with `AWS_PROFILE`, or another environment with `--env`"
            )],
        };
        CommandError::new(kind, error).hints(hints)
    }

    pub(super) fn deploy(&self, error: DeployError) -> CommandError {
        let kind = error.kind().into();
        let describe = self.command("describe");
        if let DeployError::Failed {
            cause: Some(cause),
            status,
            ..
        }
        | DeployError::NotRemoved {
            cause: Some(cause),
            status,
            ..
        } = &error
        {
            return self.failed((**cause).clone(), status, &error);
        }
        let notes: Vec<String> = match &error {
            DeployError::ChangeSetRejected { findings, .. } => {
                findings.iter().map(|finding| self.finding(finding)).collect()
            }
            _ => Vec::new(),
        };
        let hints = match &error {
            DeployError::Call(call) | DeployError::Unready(Unready::Call(call)) => self.call(call),
            DeployError::Unready(unready) => self.unready(unready),
            DeployError::Failed { .. } | DeployError::NotRemoved { .. } => vec![self.see_events()],
            // The events are of another stack than the environment's.
            DeployError::NoBucket { cause, .. } => cause
                .as_deref()
                .into_iter()
                .flat_map(because)
                .chain([self.console()])
                .collect(),
            DeployError::ChangeSetRejected { findings, reason, .. } => {
                let said = findings
                    .iter()
                    .map(|finding| finding.reason.as_str())
                    .chain([reason.as_str()]);
                let mut hints: Vec<String> = said
                    .filter_map(|said| remedy("", said))
                    .flat_map(|remedy| remedy.hints)
                    .map(|hint| (*hint).to_owned())
                    .collect();
                hints.dedup();
                hints
            }
            DeployError::UnknownCallers { .. } => {
                vec![
                    "create the roles first, or take them out of `Callers` in the environment's file"
                        .to_owned(),
                ]
            }
            DeployError::Leftovers { .. } => {
                vec![
                    "delete them if nobody needs them, or choose another `stack` in the environment's file"
                        .to_owned(),
                ]
            }
            DeployError::NotAdoptable { table, .. } => vec![format!(
                "delete or rename `{table}` if nobody needs it, or choose another `stack` in the environment's file"
            )],
            DeployError::Guarded { objections, .. } => guarded(objections),
            DeployError::PlanOutdated { .. } => vec![format!(
                "nothing was changed; plan again with `{}`",
                self.command("up --plan FILE")
            )],
            DeployError::NotPlannable { .. } => vec![format!(
                "`{}` deletes what is left and creates the stack",
                self.command("up")
            )],
            DeployError::ArtifactsGone { .. } => vec![format!(
                "nothing was changed; `{}` stores them again",
                self.command("up")
            )],
            DeployError::Declined { .. } => vec!["nothing was changed".to_owned()],
            DeployError::NeedsApproval { .. } => {
                vec!["nothing was changed; give the approval with `--yes`".to_owned()]
            }
            DeployError::WideningNeedsApproval { widenings, .. } => widened(widenings),
            DeployError::Interrupted { going_on } => self.interrupted(going_on.as_deref()),
            DeployError::LostSight { .. } => vec![format!("watch it with `{describe}`")],
            DeployError::NotReachable { .. } => vec![format!(
                "it was deleted past the stack; `{}` and then `{}` make it anew and keep the events",
                self.command("down"),
                self.command("up")
            )],
            DeployError::MissingArtifact { .. }
            | DeployError::Blueprint(_)
            | DeployError::TooManyTags { .. }
            | DeployError::TemplateTooLong { .. }
            | DeployError::NotRepaired { .. }
            | DeployError::LiveCodeDiffers { .. } => Vec::new(),
        };
        CommandError::new(kind, error).notes(notes).hints(hints)
    }

    pub(super) fn destroy(&self, error: DestroyError) -> CommandError {
        let kind = error.kind().into();
        if let DestroyError::Failed {
            cause: Some(cause),
            status,
            ..
        } = &error
        {
            return self.failed((**cause).clone(), status, &error);
        }
        let hints = match &error {
            DestroyError::Call(call) | DestroyError::Unready(Unready::Call(call)) => self.call(call),
            DestroyError::Unready(unready) => self.unready(unready),
            DestroyError::Failed { .. } => vec![self.see_events()],
            DestroyError::Protected { .. } => vec![format!(
                "set `protected: false` in `{}` and run `{}`, if it really has to go",
                self.environment.file,
                self.command("up")
            )],
            DestroyError::Leftovers { .. } => {
                vec![format!(
                    "run `{}` again, or delete them by hand",
                    self.command("down")
                )]
            }
            DestroyError::Declined { .. } => vec!["nothing was changed".to_owned()],
            DestroyError::NeedsApproval { stack, purges: true } => {
                vec![format!(
                    "nothing was changed; give the approval with `--purge --confirm {stack}`"
                )]
            }
            DestroyError::NeedsApproval { purges: false, .. } => {
                vec!["nothing was changed; give the approval with `--yes`".to_owned()]
            }
            DestroyError::Interrupted { going_on } => self.interrupted(going_on.as_deref()),
            DestroyError::LostSight { .. } => vec![format!("watch it with `{}`", self.command("describe"))],
            DestroyError::OwnedElsewhere { .. } | DestroyError::Blueprint(_) => Vec::new(),
        };
        CommandError::new(kind, error).hints(hints)
    }

    pub(super) fn ledger(&self, error: LedgerError) -> CommandError {
        let hints = match &error {
            LedgerError::Call(call) => self.call(call),
            LedgerError::Unreadable { .. } => {
                vec!["deploy with the latest deployer that is in use".to_owned()]
            }
            LedgerError::Gone { .. } => vec!["try again: the ledger was changed meanwhile".to_owned()],
        };
        CommandError::new(ErrorKind::Failed, error).hints(hints)
    }

    pub(super) fn push(&self, error: PushError) -> CommandError {
        let kind = error.kind().into();
        let hints = match error {
            PushError::Bucket(error) => return self.deploy(*error),
            PushError::Call(ref call) | PushError::Unready(Unready::Call(ref call)) => self.call(call),
            PushError::Unready(ref unready) => self.unready(unready),
            PushError::Protected { .. } => vec![format!("deploy it with `{}`", self.command("up"))],
            PushError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            PushError::NotReachable { .. } => vec![format!(
                "`{}` brings the stack to what the template says",
                self.command("up")
            )],
            PushError::Interrupted => vec![format!(
                "functions that were told already run the new code; `{}` puts it right",
                self.command("up")
            )],
            PushError::Blueprint(_) => Vec::new(),
        };
        CommandError::new(kind, error).hints(hints)
    }

    pub(super) fn gc(&self, error: GcError) -> CommandError {
        let kind = error.kind().into();
        let hints = match &error {
            GcError::Call(call)
            | GcError::Unproven {
                source: LedgerError::Call(call),
                ..
            }
            | GcError::NotDeleted { source: call, .. } => self.call(call),
            GcError::Unproven { .. } => vec!["tidy up with the latest deployer that is in use".to_owned()],
            GcError::Unsettled { .. } => vec!["try again when it is settled".to_owned()],
            GcError::Declined => vec!["nothing was deleted".to_owned()],
            GcError::NeedsApproval => {
                vec!["nothing was deleted; give the approval with `--yes`".to_owned()]
            }
            GcError::Interrupted { .. } => Vec::new(),
        };
        CommandError::new(kind, error).hints(hints)
    }

    pub(super) fn rollback(&self, error: RollbackError) -> CommandError {
        let kind = error.kind().into();
        let history = self.command("history");
        let hint = match error {
            RollbackError::Ledger(error) => return self.ledger(error),
            RollbackError::Deploy(error) => return self.deploy(error),
            RollbackError::NoChoice { .. } => format!("`{history}` lists the releases"),
            RollbackError::NoEarlierRelease { .. } => {
                format!("`{history}` lists the releases; one is recorded at each `up` that changes something")
            }
            RollbackError::Gone { .. } | RollbackError::Altered { .. } => {
                format!("nothing was changed; choose another release with `--to`: `{history}` lists them")
            }
        };
        CommandError::new(kind, error).hint(hint)
    }

    pub(super) fn smoke(&self, error: SmokeError) -> CommandError {
        let hints = match &error {
            SmokeError::Call(call) => self.call(call),
            SmokeError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            SmokeError::NoOutput { .. } => {
                vec!["the template is not an event store's: nothing can be tried of it".to_owned()]
            }
            SmokeError::Interrupted => vec!["the queue that listened is removed".to_owned()],
            SmokeError::LetsAnybodyIn { .. } => {
                vec!["look at `AuthType` of the function URL, and at the permissions on its alias".to_owned()]
            }
            SmokeError::Failed { step, .. } | SmokeError::Late { step, .. } => {
                vec![self.where_to_look(*step)]
            }
            SmokeError::Unreachable(_) => Vec::new(),
        };
        CommandError::new(error.kind().into(), error).hints(hints)
    }

    /// What carries out a step, and where it tells of itself.
    fn where_to_look(&self, step: SmokeStep) -> String {
        match step {
            SmokeStep::Announce => format!(
                "the relay announces: `{}` tells whether it reads the table's stream, its log whether it may publish",
                self.command("describe")
            ),
            SmokeStep::Subscribe | SmokeStep::RefuseUnsigned | SmokeStep::Append | SmokeStep::Read => {
                format!(
                    "the API's log tells more; `{}` tells which version of it is live",
                    self.command("describe")
                )
            }
        }
    }

    pub(super) fn drift(&self, error: DriftError) -> CommandError {
        let hints = match &error {
            DriftError::Call(call) => self.call(call),
            DriftError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            DriftError::Busy { .. } => vec!["try again when it is done".to_owned()],
            DriftError::Interrupted => vec!["nothing was changed".to_owned()],
            DriftError::Blueprint(_) => Vec::new(),
        };
        CommandError::new(error.kind().into(), error).hints(hints)
    }

    pub(super) fn describe(&self, error: DescribeError) -> CommandError {
        let hints = match &error {
            DescribeError::Call(call) => self.call(call),
            DescribeError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            DescribeError::Blueprint(_) => Vec::new(),
        };
        CommandError::new(ErrorKind::Failed, error).hints(hints)
    }

    /// A failure of a call that was stopped by Ctrl-C before anything began in AWS.
    pub(super) fn stopped(&self) -> CommandError {
        CommandError::new(ErrorKind::Interrupted, "interrupted").hints(self.interrupted(None))
    }

    fn call(&self, error: &CallError) -> Vec<String> {
        let hint = match (&error.kind, &self.environment.endpoint) {
            (CallErrorKind::NoCredentials | CallErrorKind::ExpiredToken, None) => {
                "sign in with `aws sso login`, or choose other credentials with `AWS_PROFILE`"
            }
            (CallErrorKind::NoCredentials | CallErrorKind::ExpiredToken, Some(_)) => {
                "an emulator takes any: set `AWS_ACCESS_KEY_ID=test` and `AWS_SECRET_ACCESS_KEY=test`"
            }
            (CallErrorKind::Unreachable { .. }, Some(_)) => "start the emulator: `./justw emulator`",
            (CallErrorKind::Unreachable { .. }, None) => {
                "look at the network, and at a proxy if there is one"
            }
            (CallErrorKind::AccessDenied { .. }, _) => "the credentials lack this permission",
            (CallErrorKind::Throttled, _) => "AWS is asked too much at the moment: try again in a minute",
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
                    .chain(["try again when it is done, or wait for it with `--wait`".to_owned()])
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
            Unready::Interrupted => self.interrupted(None),
        }
    }

    fn ways_out(&self) -> String {
        format!(
            "`{}` tells the ways out and what each loses, and takes one",
            self.command("recover")
        )
    }

    fn interrupted(&self, going_on: Option<&str>) -> Vec<String> {
        match going_on {
            None => vec!["nothing goes on in AWS".to_owned()],
            Some(stack) => vec![
                format!("AWS goes on with `{stack}` all the same"),
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

    /// A command as the user would type it for this environment.
    pub(super) fn command(&self, verb: &str) -> String {
        let instance = self.environment.instance.as_ref();
        let instance = instance
            .map(|name| format!(" --instance {name}"))
            .unwrap_or_default();
        format!("deployer {verb} --env {}{instance}", self.environment.name)
    }
}

/// What failed, in AWS's words, and what can be done about it, where that is known.
fn because(failure: &Failure) -> Vec<String> {
    let Failure {
        logical_id,
        resource_type,
        reason,
        ..
    } = failure;
    let remedy = remedy(resource_type, reason);
    let hints = remedy.into_iter().flat_map(|remedy| remedy.hints);
    std::iter::once(format!("`{logical_id}` ({resource_type}): {reason}"))
        .chain(hints.map(ToString::to_string))
        .collect()
}

/// What each refused change would cost, and how it is let pass.
fn guarded(objections: &[Objection]) -> Vec<String> {
    let costs = objections.iter().map(|objection| {
        let Objection {
            logical_id,
            danger,
            path,
        } = objection;
        let path = path.as_ref().map_or_else(String::new, |path| format!(" {path}"));
        format!("`{logical_id}`{path}: {}", danger.consequence())
    });
    let mut flags: Vec<String> = objections
        .iter()
        .map(|objection| format!("--accept {}", objection.acceptance()))
        .collect();
    flags.dedup();
    let replaces_a_table = objections
        .iter()
        .any(|objection| matches!(objection.danger, Danger::LogReplaced | Danger::LogReshaped));
    costs
        .chain(replaces_a_table.then(|| {
            "CloudFormation makes no table anew under the same name: with the acceptance, the table needs another `TableName`".to_owned()
        }))
        .chain([format!("nothing was changed; if this is meant, accept it by name: `{}`", flags.join(" "))])
        .collect()
}

/// What each widening lets whom do, and how it is approved.
fn widened(widenings: &[Widening]) -> Vec<String> {
    let flags: Vec<String> = acceptances(widenings)
        .into_iter()
        .map(|acceptance| format!("--accept {acceptance}"))
        .collect();
    let approval = format!(
        "nothing was changed; if this is meant, approve it by name: `{}`",
        flags.join(" ")
    );
    widenings
        .iter()
        .map(|widening| format!("`{}`: {}", widening.logical_id, widening.grant))
        .chain([approval])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::StackStatus;
    use crate::stack::plan::Moved;
    use crate::stack::release::NoChoice;
    use crate::stack::widening::{Effect, Grant};

    const ENVIRONMENT: &str = "account: '123456789012'\nregion: eu-central-1\nstack: orders\n";

    pub(super) fn explained(explain: impl FnOnce(&Explain<'_>) -> CommandError) -> String {
        let environment =
            Environment::parse("environments/staging.yaml", ENVIRONMENT, "staging", None).unwrap();
        let template = "Resources:\n  Topic: { Type: AWS::SNS::Topic }\n";
        let error = explain(&Explain::of(&environment).with_template("templates/orders.yaml", template));
        let fact = format!("{}: {}", error.kind.code(), error.source);
        let notes = error.notes.iter().map(|note| format!("  {note}"));
        let hints = error.hints.iter().map(|hint| format!("- {hint}"));
        std::iter::once(fact)
            .chain(notes)
            .chain(hints)
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn call(kind: CallErrorKind) -> CallError {
        CallError {
            operation: "sts:GetCallerIdentity".to_owned(),
            kind,
            source: None,
        }
    }

    #[test]
    fn the_wrong_account_is_refused_by_a_guard() {
        let error = AccountError::WrongAccount {
            expected: "123456789012".to_owned(),
            actual: "210987654321".to_owned(),
            caller: "arn:aws:iam::210987654321:user/ada".to_owned(),
        };
        insta::assert_snapshot!(explained(|explain| explain.account(error)), @"
        4: the credentials are of account `210987654321`, the environment is in `123456789012`
        - these are the credentials of `arn:aws:iam::210987654321:user/ada`: choose others with `AWS_PROFILE`, or another environment with `--env`
        ");
    }

    #[test]
    fn a_widening_is_told_with_the_flag_that_approves_it() {
        let widenings = vec![Widening {
            logical_id: "ApiUrl".to_owned(),
            grant: Grant {
                principal: "everybody".to_owned(),
                action: "call without a signature".to_owned(),
                resource: "!Ref ApiFunction".to_owned(),
                condition: None,
                effect: Effect::Allow,
            },
        }];
        let error = DeployError::WideningNeedsApproval {
            stack: "orders".to_owned(),
            widenings,
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        3: the changes to stack `orders` widen permissions and need approval of their own: widen:ApiUrl
        - `ApiUrl`: everybody may call without a signature on !Ref ApiFunction
        - nothing was changed; if this is meant, approve it by name: `--accept widen:ApiUrl`
        ");
    }

    #[test]
    fn a_smoke_test_that_fails_says_where_to_look() {
        let announce = SmokeError::Late {
            step: SmokeStep::Announce,
            timeout: std::time::Duration::from_mins(1),
        };
        let append = SmokeError::Failed {
            step: SmokeStep::Append,
            source: "503 Service Unavailable".into(),
        };
        let lets_in = SmokeError::LetsAnybodyIn { status: 200 };
        let told = [announce, append, lets_in].map(|error| explained(|explain| explain.smoke(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        1: the smoke test failed at `announce`: the 60 seconds that it may take are over
        - the relay announces: `deployer describe --env staging` tells whether it reads the table's stream, its log whether it may publish
        1: the smoke test failed at `append`
        - the API's log tells more; `deployer describe --env staging` tells which version of it is live
        1: the smoke test failed at `refuse-unsigned`: a call without a signature was answered with 200, not with 403
        - look at `AuthType` of the function URL, and at the permissions on its alias
        ");
    }

    #[test]
    fn missing_credentials_are_a_failure_with_a_remedy() {
        let error = AccountError::Call(call(CallErrorKind::NoCredentials));
        insta::assert_snapshot!(explained(|explain| explain.account(error)), @"
        1: `sts:GetCallerIdentity` failed: no credentials found
        - sign in with `aws sso login`, or choose other credentials with `AWS_PROFILE`
        ");
    }

    #[test]
    fn a_failed_deployment_names_the_resource_that_failed_first() {
        let cause = Failure {
            consequences: vec!["Queue".to_owned()],
            logical_id: "Topic".to_owned(),
            resource_type: "AWS::SNS::Topic".to_owned(),
            status: "CREATE_FAILED".into(),
            reason: "Invalid parameter".to_owned(),
        };
        let error = DeployError::Failed {
            stack: "orders".to_owned(),
            status: StackStatus::UpdateRollbackComplete,
            cause: Some(Box::new(cause)),
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        1: `Topic` (AWS::SNS::Topic) failed: Invalid parameter
          declared in templates/orders.yaml:2
          and 1 other cancelled or failed because of it
          so stack `orders` ended as `UPDATE_ROLLBACK_COMPLETE`
          the stack stands: an update failed and was undone, all is as it was before
        - all that happened is told by `deployer events --env staging`
        ");
    }

    #[test]
    fn what_is_not_pushed_says_why() {
        let stack = || "orders".to_owned();
        let errors = [
            PushError::Protected { stack: stack() },
            PushError::NoStack { stack: stack() },
            PushError::NotReachable {
                stack: stack(),
                function: "Api".to_owned(),
            },
        ];
        let told = errors.map(|error| explained(|explain| explain.push(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        4: stack `orders` is protected: its code is changed by a deployment alone
        - deploy it with `deployer up --env staging`
        1: there is no stack `orders`
        - `deployer up --env staging` makes it
        1: stack `orders` has no function `Api` that is reached through its alias
        - `deployer up --env staging` brings the stack to what the template says
        ");
    }

    #[test]
    fn what_is_not_deleted_says_why() {
        let denied = || {
            call(CallErrorKind::AccessDenied {
                message: "no".to_owned(),
            })
        };
        let errors = [
            GcError::Unproven {
                what: "the list of stacks".to_owned(),
                source: denied().into(),
            },
            GcError::Unsettled {
                stack: "orders".to_owned(),
                status: StackStatus::UpdateInProgress,
            },
            GcError::NeedsApproval,
            GcError::NotDeleted {
                key: "code/api.zip".to_owned(),
                deleted: 2,
                source: denied(),
            },
        ];
        let told = errors.map(|error| explained(|explain| explain.gc(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        1: nothing was deleted: what refers to artifacts is not known without the list of stacks
        - the credentials lack this permission
        4: nothing was deleted: stack `orders` is `UPDATE_IN_PROGRESS`, and may return to a template that cannot be read now
        - try again when it is settled
        3: the deletion needs approval
        - nothing was deleted; give the approval with `--yes`
        1: `code/api.zip` could not be deleted, after 2 others were
        - the credentials lack this permission
        ");
    }

    #[test]
    fn a_plan_that_is_out_of_date_says_what_has_moved_on() {
        let errors = [
            DeployError::PlanOutdated {
                stack: "orders".to_owned(),
                moved: vec![Moved::Gone, Moved::Template],
            },
            DeployError::NotPlannable {
                stack: "orders".to_owned(),
                status: StackStatus::RollbackComplete,
            },
            DeployError::ArtifactsGone {
                bucket: "artifacts".to_owned(),
                keys: vec!["code/api.zip".to_owned()],
            },
        ];
        let told = errors.map(|error| explained(|explain| explain.deploy(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        4: the plan for stack `orders` is out of date: the stack is gone; the deployed template is another one
        - nothing was changed; plan again with `deployer up --plan FILE --env staging`
        4: stack `orders` is `ROLLBACK_COMPLETE`, and what its failed creation left has to go before anything can be planned
        - `deployer up --env staging` deletes what is left and creates the stack
        1: gone from bucket `artifacts` are `code/api.zip`
        - nothing was changed; `deployer up --env staging` stores them again
        ");
    }

    #[test]
    fn a_release_that_cannot_be_returned_to_says_what_is_gone() {
        let release: crate::stack::ReleaseId = "20270115T080000.000Z".parse().unwrap();
        let errors = [
            RollbackError::NoEarlierRelease {
                stack: "orders".to_owned(),
            },
            RollbackError::Gone {
                release: release.clone(),
                bucket: "artifacts".to_owned(),
                keys: vec!["templates/orders/t1.json".to_owned(), "code/api.zip".to_owned()],
            },
            RollbackError::Altered {
                release,
                key: "templates/orders/t1.json".to_owned(),
            },
            RollbackError::NoChoice {
                stack: "orders".to_owned(),
                choice: NoChoice::Unknown("2028".to_owned()),
            },
        ];
        let told = errors.map(|error| explained(|explain| explain.rollback(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        1: stack `orders` has no release before the one that is deployed
        - `deployer history --env staging` lists the releases; one is recorded at each `up` that changes something
        1: release `20270115T080000.000Z` cannot be deployed again: gone from bucket `artifacts` are `templates/orders/t1.json`, `code/api.zip`
        - nothing was changed; choose another release with `--to`: `deployer history --env staging` lists them
        1: release `20270115T080000.000Z` cannot be deployed again: `templates/orders/t1.json` is not what was stored there
        - nothing was changed; choose another release with `--to`: `deployer history --env staging` lists them
        64: stack `orders`: no release is called `2028`
        - `deployer history --env staging` lists the releases
        ");
    }

    #[test]
    fn a_refused_change_says_what_it_would_cost_and_how_it_is_accepted() {
        let objection = |logical_id: &str, danger, path: Option<&str>| Objection {
            logical_id: logical_id.to_owned(),
            danger,
            path: path.map(str::to_owned),
        };
        let error = DeployError::Guarded {
            stack: "orders".to_owned(),
            objections: vec![
                objection("EventsTable", Danger::LogReshaped, Some("Properties.KeySchema")),
                objection("RelayMapping", Danger::FeedRemoved, None),
            ],
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        4: the changes to stack `orders` are refused: replace:EventsTable, remove:RelayMapping
        - `EventsTable` Properties.KeySchema: DynamoDB cannot change this of a table: it is made anew, and empty
        - `RelayMapping`: updates are neither listed nor announced; after 24 hours the stream has forgotten them
        - CloudFormation makes no table anew under the same name: with the acceptance, the table needs another `TableName`
        - nothing was changed; if this is meant, accept it by name: `--accept replace:EventsTable --accept remove:RelayMapping`
        ");
    }

    #[test]
    fn a_failure_that_is_known_comes_with_its_remedy() {
        let cause = Failure {
            consequences: Vec::new(),
            logical_id: "ApiFunction".to_owned(),
            resource_type: "AWS::Lambda::Function".to_owned(),
            status: "CREATE_FAILED".into(),
            reason: "The role defined for the function cannot be assumed by Lambda.".to_owned(),
        };
        let error = DeployError::Failed {
            stack: "orders".to_owned(),
            status: StackStatus::RollbackComplete,
            cause: Some(Box::new(cause)),
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        1: `ApiFunction` (AWS::Lambda::Function) failed: The role defined for the function cannot be assumed by Lambda.
          so stack `orders` ended as `ROLLBACK_COMPLETE`
          a failed first creation was undone: there is a stack without resources, which can only be deleted
        - a role that was just made takes some seconds to be known everywhere: run `up` again
        - if it stays so, look at the role's trust policy: it must name `lambda.amazonaws.com`
        - all that happened is told by `deployer events --env staging`
        ");
    }

    #[test]
    fn what_early_validation_found_is_told_with_the_lines_of_the_resources() {
        let finding = |logical_id: Option<&str>, path: Option<&str>, reason: &str| ValidationFinding {
            logical_id: logical_id.map(str::to_owned),
            path: path.map(str::to_owned),
            reason: reason.to_owned(),
        };
        let error = DeployError::ChangeSetRejected {
            stack: "orders".to_owned(),
            reason: "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]"
                .to_owned(),
            findings: vec![
                finding(
                    Some("Topic"),
                    Some("/Properties/TopicName"),
                    "orders-updates already exists",
                ),
                finding(None, None, "the template is too deep"),
            ],
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        1: no change set could be made for stack `orders`: The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]
          `Topic /Properties/TopicName` (templates/orders.yaml:2): orders-updates already exists
          the template is too deep
        - something of this name is there that is not part of the stack: delete it if nobody needs it, or choose another `stack` in the environment's file
        ");
    }

    #[test]
    fn a_stuck_stack_is_told_with_the_way_out() {
        let needs_recovery = Unready::NeedsRecovery {
            stack: "orders".to_owned(),
            status: StackStatus::UpdateRollbackFailed,
            since: jiff::Timestamp::from_second(1_700_000_000).unwrap(),
            reason: Some("The following resource(s) failed to update: [Topic].".to_owned()),
        };
        let failed = DestroyError::Failed {
            stack: "orders".to_owned(),
            status: StackStatus::DeleteFailed,
            cause: Some(Box::new(Failure {
                logical_id: "Bucket".to_owned(),
                resource_type: "AWS::S3::Bucket".to_owned(),
                status: "DELETE_FAILED".into(),
                reason: "The bucket you tried to delete is not empty.".to_owned(),
                consequences: Vec::new(),
            })),
        };
        let told = [
            explained(|explain| explain.deploy(DeployError::Unready(needs_recovery))),
            explained(|explain| explain.destroy(failed)),
        ];
        insta::assert_snapshot!(told.join("\n"), @"
        4: stack `orders` is `UPDATE_ROLLBACK_FAILED` since 2023-11-14T22:13:20Z and has to be recovered first
        - a failed update could not be undone: the stack takes no update until it is
        - AWS says: The following resource(s) failed to update: [Topic].
        - `deployer recover --env staging` tells the ways out and what each loses, and takes one
        1: `Bucket` (AWS::S3::Bucket) failed: The bucket you tried to delete is not empty.
          so stack `orders` ended as `DELETE_FAILED`
          the stack could not be deleted altogether: what is left takes no update
        - the bucket holds objects, and every version of them counts: empty it first if they may go
        - `deployer recover --env staging` tells the ways out and what each loses, and takes one
        - all that happened is told by `deployer events --env staging`
        ");
    }

    #[test]
    fn an_interrupted_deployment_says_what_goes_on_and_how_to_watch_it() {
        let error = DeployError::Interrupted {
            going_on: Some("orders".to_owned()),
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        130: interrupted
        - AWS goes on with `orders` all the same
        - watch it with `deployer describe --env staging`
        ");
        let error = DeployError::Interrupted { going_on: None };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        130: interrupted
        - nothing goes on in AWS
        ");
    }

    #[test]
    fn what_needs_an_approval_names_the_flag_that_gives_it() {
        let stack = || "orders".to_owned();
        insta::assert_snapshot!(explained(|explain| explain.deploy(DeployError::NeedsApproval { stack: stack() })), @"
        3: the changes to stack `orders` need approval
        - nothing was changed; give the approval with `--yes`
        ");
        let error = DestroyError::NeedsApproval {
            stack: stack(),
            purges: true,
        };
        insta::assert_snapshot!(explained(|explain| explain.destroy(error)), @"
        3: the deletion of stack `orders` needs approval
        - nothing was changed; give the approval with `--purge --confirm orders`
        ");
    }

    #[test]
    fn somebody_elses_operation_is_told_with_who_began_it() {
        let error = Unready::Busy {
            stack: "orders".to_owned(),
            status: StackStatus::UpdateInProgress,
            since: jiff::Timestamp::from_second(1_700_000_000).unwrap(),
            by: Some("ada".to_owned()),
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(DeployError::Unready(error))), @"
        4: stack `orders` is `UPDATE_IN_PROGRESS` since 2023-11-14T22:13:20Z
        - `ada` started it
        - try again when it is done, or wait for it with `--wait`
        ");
    }
}

//! PURE: remedies for a failed deployment.

use cfn_deploy::cloud::Owner;
use cfn_deploy::shell;
use cfn_deploy::stack::guard::Refusal;
use cfn_deploy::stack::{Failure, SourceLine, remedy};
use cfn_deploy::{DeployError, Stopped, Taken};

use super::Hints;
use super::acceptance::{guarded, widened};
use super::validation::remedies;
use crate::commands::error::CommandError;

/// The state after a deployment that was not approved.
const UNCHANGED: &str = "nothing was deployed";

impl Hints<'_> {
    pub(in crate::commands) fn deploy(&self, error: DeployError) -> CommandError {
        if let DeployError::Stopped(Stopped::Failed {
            cause: Some(cause),
            status,
            ..
        })
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
        let hints = self.deploy_hints(&error);
        let marks = self.deploy_marks(&error);
        CommandError::new(error.kind().into(), error)
            .marks(marks)
            .notes(notes)
            .hints(hints)
    }

    /// The mistakes in the template, with their lines.
    fn deploy_marks(&self, error: &DeployError) -> Vec<(SourceLine, String)> {
        let about: Vec<(String, String)> = match error {
            DeployError::ChangeSetRejected { findings, .. } => findings
                .iter()
                .filter_map(|finding| Some((finding.logical_id.clone()?, finding.reason.clone())))
                .collect(),
            DeployError::Guarded { objections, .. } => {
                let refusals = Refusal::of(objections);
                let told = |refusal: &Refusal| {
                    let Refusal { acceptance, .. } = refusal;
                    format!(
                        "refused unless `--accept {acceptance}`: {}",
                        refusal.consequences()
                    )
                };
                let about = refusals.iter();
                about
                    .map(|refusal| (refusal.logical_id.clone(), told(refusal)))
                    .collect()
            }
            DeployError::WideningNeedsApproval { widenings, .. } => widenings
                .iter()
                .map(|widening| {
                    let id = &widening.logical_id;
                    (
                        id.clone(),
                        format!("refused unless `--accept widen:{id}`: {}", widening.grant),
                    )
                })
                .collect(),
            _ => Vec::new(),
        };
        let about = about.into_iter();
        about
            .filter_map(|(id, message)| Some((self.place(&id)?, message)))
            .collect()
    }

    fn deploy_hints(&self, error: &DeployError) -> Vec<String> {
        match error {
            DeployError::Stopped(stopped) => self.after(stopped, "deployment", "describe"),
            DeployError::NotRemoved { .. } => vec![self.see_events()],
            // The events belong to another stack than the environment's.
            DeployError::NoBucket {
                stack,
                status: Some(status),
                ..
            } if status.is_success() => vec![format!(
                "the bucket was deleted by hand: delete its stack with `aws cloudformation delete-stack --stack-name {}`, and `{}` makes both anew",
                shell::quoted(stack),
                self.command("up")
            )],
            DeployError::NoBucket { cause, .. } => cause
                .as_deref()
                .into_iter()
                .flat_map(because)
                .chain([self.console()])
                .collect(),
            DeployError::ChangeSetRejected { findings, reason, .. } => remedies(findings, reason),
            DeployError::UnknownCallers { .. } => {
                vec![
                    "create the roles first, or take them out of `Callers` in the environment's file"
                        .to_owned(),
                ]
            }
            DeployError::NamesTaken { taken } => self.names_taken(taken),
            DeployError::NotAdoptable { table, owner, .. } => vec![self.way_past(&[format!("table `{table}`")], owner)],
            DeployError::Guarded { objections, .. } => guarded(objections),
            DeployError::PlanOutdated { .. } => vec![format!(
                "nothing was changed; plan again with `{}`",
                self.command("up --plan FILE")
            )],
            DeployError::Overtaken { .. } | DeployError::Stale { .. } => vec![format!(
                "nothing was changed; run `{}` again",
                self.command("up")
            )],
            DeployError::NotPlannable { .. } => vec![format!(
                "`{}` deletes what is left and creates the stack",
                self.command("up")
            )],
            DeployError::ArtifactsGone { .. } => vec![format!(
                "nothing was changed; `{}` stores them again",
                self.command("up")
            )],
            DeployError::ForeignObject { bucket, key, .. } => vec![
                "nothing was changed; whoever stored it may write to the bucket, or stored it before checksums were kept".to_owned(),
                format!(
                    "find out who did, take it away with `aws s3 rm {}`, and run `{}` again",
                    shell::quoted(&format!("s3://{bucket}/{key}")),
                    self.command("up")
                ),
            ],
            DeployError::LiveCodeDiffers { before: Some(_), .. } => {
                vec!["find out who stored it, and who may write to the bucket".to_owned()]
            }
            DeployError::LiveCodeDiffers { before: None, .. } => vec![format!(
                "it serves; find out who stored it, and go back with `{}`",
                self.command("rollback")
            )],
            DeployError::GivenUp { .. } => vec![format!(
                "an earlier run, which was interrupted, brought it there; `{}` tries once more",
                self.command("up")
            )],
            DeployError::Declined { .. } => vec![UNCHANGED.to_owned()],
            DeployError::NeedsApproval { .. } => {
                vec![UNCHANGED.to_owned(), "give the approval with `--yes`".to_owned()]
            }
            DeployError::WideningNeedsApproval { widenings, .. } => widened(widenings),
            DeployError::NotReachable { .. } => vec![format!(
                "it was deleted past the stack; `{}` and then `{}` make it anew and keep the events",
                self.command("down"),
                self.command("up")
            )],
            DeployError::MissingArtifact { .. } => vec![
                "the artifact bucket holds what the deployer builds: name the binary, with `artifact:<binary>` for the parameter under `Metadata.Deployer.Fill`".to_owned(),
                "code that is built elsewhere lies in a bucket of its own, and is deployed as the template says".to_owned(),
            ],
            DeployError::Blueprint(_)
            | DeployError::TooManyTags { .. }
            | DeployError::TemplateTooLong { .. }
            | DeployError::NotRepaired { .. } => Vec::new(),
        }
    }
}

impl Hints<'_> {
    /// One remedy for each kind of owner. Never suggests deleting what belongs to somebody else.
    fn names_taken(&self, taken: &[Taken]) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        for one in taken {
            let of_the_same = taken.iter().filter(|other| other.owner == one.owner);
            let names: Vec<_> = of_the_same.map(|other| other.resource.to_string()).collect();
            let hint = self.way_past(&names, &one.owner);
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints
    }

    fn way_past(&self, names: &[String], owner: &Owner) -> String {
        let other_name = format!("choose another `stack` in `{}`", self.environment.file);
        let names = names.join(", ");
        match owner {
            Owner::Nobody | Owner::Deleted(_) => {
                format!("delete {names} if nobody needs what is in it, or {other_name}")
            }
            Owner::Stack(stack) => format!(
                "stack `{stack}` has {names}: leave them to it, and {other_name}, or give the environment a name of its own"
            ),
            Owner::Unknown => format!(
                "find out whose {names} is, by `aws cloudformation describe-stack-resources --physical-resource-id`, or {other_name}"
            ),
        }
    }
}

/// The failure in AWS's words, and the remedy if it is known.
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

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;
    use cfn_deploy::Mismatch;
    use cfn_deploy::stack::plan::Moved;
    use cfn_deploy::stack::{NamedKind, NamedResource, StackStatus};

    #[test]
    fn a_failed_deployment_names_the_resource_that_failed_first() {
        let cause = Failure {
            consequences: vec!["Queue".to_owned()],
            logical_id: "Topic".to_owned(),
            resource_type: "AWS::SNS::Topic".to_owned(),
            status: "CREATE_FAILED".into(),
            reason: "Invalid parameter".to_owned(),
        };
        let error = DeployError::Stopped(Stopped::Failed {
            stack: "orders".to_owned(),
            status: StackStatus::UpdateRollbackComplete,
            cause: Some(Box::new(cause)),
        });
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        1: `Topic` (AWS::SNS::Topic) failed: Invalid parameter
          declared in templates/orders.yaml:2
          and 1 other cancelled or failed because of it
          so stack `orders` ended as `UPDATE_ROLLBACK_COMPLETE`
          the update failed and was rolled back; the stack is as it was before
        - full timeline: `deployer events --env staging`
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
        let error = DeployError::Stopped(Stopped::Failed {
            stack: "orders".to_owned(),
            status: StackStatus::RollbackComplete,
            cause: Some(Box::new(cause)),
        });
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        1: `ApiFunction` (AWS::Lambda::Function) failed: The role defined for the function cannot be assumed by Lambda.
          so stack `orders` ended as `ROLLBACK_COMPLETE`
          the first creation failed and was rolled back: the stack has no resources and can only be deleted
        - a role that was just made takes some seconds to be known everywhere: run `up` again
        - if it stays so, look at the role's trust policy: it must name `lambda.amazonaws.com`
        - full timeline: `deployer events --env staging`
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
        4: the plan for stack `orders` is out of date: the stack is gone; the deployed template has changed
        - nothing was changed; plan again with `deployer up --plan FILE --env staging`
        4: stack `orders` is `ROLLBACK_COMPLETE`, and what its failed creation left has to go before anything can be planned
        - `deployer up --env staging` deletes what is left and creates the stack
        1: gone from bucket `artifacts` are `code/api.zip`
        - nothing was changed; `deployer up --env staging` stores them again
        ");
    }

    #[test]
    fn only_what_is_in_no_stack_is_to_be_deleted() {
        let taken = |name: &str, owner: Owner| Taken {
            id: name.to_owned(),
            resource: NamedResource {
                kind: NamedKind::Topic,
                logical_id: "It".to_owned(),
                name: name.to_owned(),
                retained: false,
            },
            owner,
        };
        let error = DeployError::NamesTaken {
            taken: vec![
                taken("nobodys", Owner::Nobody),
                taken("theirs", Owner::Stack("payments".to_owned())),
                taken("also-theirs", Owner::Stack("payments".to_owned())),
                taken("left", Owner::Deleted("orders".to_owned())),
                taken("hidden", Owner::Unknown),
            ],
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        4: these exist already: topic `nobodys` (in no stack), topic `theirs` (part of stack `payments`), topic `also-theirs` (part of stack `payments`), topic `left` (left by stack `orders`, which is deleted), topic `hidden` (of a stack that may not be looked up, or of none)
        - delete topic `nobodys` if nobody needs what is in it, or choose another `stack` in `environments/staging.yaml`
        - stack `payments` has topic `theirs`, topic `also-theirs`: leave them to it, and choose another `stack` in `environments/staging.yaml`, or give the environment a name of its own
        - delete topic `left` if nobody needs what is in it, or choose another `stack` in `environments/staging.yaml`
        - find out whose topic `hidden` is, by `aws cloudformation describe-stack-resources --physical-resource-id`, or choose another `stack` in `environments/staging.yaml`
        ");
        let error = |owner, mismatch| DeployError::NotAdoptable {
            table: "orders-events".to_owned(),
            mismatch,
            owner,
        };
        let owned = error(
            Owner::Stack("payments".to_owned()),
            Mismatch::Owned("payments".to_owned()),
        );
        let other = error(
            Owner::Nobody,
            Mismatch::StreamView {
                wanted: "NEW_IMAGE".to_owned(),
                actual: "KEYS_ONLY".to_owned(),
            },
        );
        let told = [owned, other].map(|error| explained(|explain| explain.deploy(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        4: table `orders-events` exists and cannot be imported: it belongs to stack `payments`
        - stack `payments` has table `orders-events`: leave them to it, and choose another `stack` in `environments/staging.yaml`, or give the environment a name of its own
        4: table `orders-events` exists and cannot be imported: its stream carries `KEYS_ONLY`, the template's carries `NEW_IMAGE`
        - delete table `orders-events` if nobody needs what is in it, or choose another `stack` in `environments/staging.yaml`
        ");
    }
}

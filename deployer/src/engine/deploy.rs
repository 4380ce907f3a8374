//! Bringing a stack to what a template says.

use std::collections::BTreeMap;

use crate::aws::{ChangeSetType, Cloud, NewChangeSet};
use crate::stack::plan::Plan as PlanToApply;
use crate::stack::release::{Durations, ReleaseOutcome};
use crate::stack::{Blueprint, ChangeSummary, DeployedStack, Difference, Wanted, what_differs};

use super::adopt::{self, Adoptions};
use super::change_set::{self, Made, Prepared};
use super::find::{Found, find_for_update};
use super::ledger::{self, Succeeded};
use super::stack_policy::{Ending, Lifted};
use super::watch::{Operation, Unseen, watch};
use super::{
    Answer, DeployError, Deployment, Event, Question, Session, Talk, alarms, artifacts, failed_creation,
    guard, stack_policy, termination, traffic, widening,
};

/// A stack's outputs by name.
pub type Outputs = BTreeMap<String, String>;

/// What a deployment came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deployed {
    /// The stack was made.
    Created(Outputs),
    /// The stack was changed.
    Updated(Outputs),
    /// The stack already was as asked.
    Unchanged(Outputs),
}

impl Deployed {
    /// The stack's outputs.
    pub fn outputs(&self) -> &Outputs {
        match self {
            Self::Created(outputs) | Self::Updated(outputs) | Self::Unchanged(outputs) => outputs,
        }
    }
}

/// CloudFormation takes this many tags
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html)).
const MOST_TAGS: usize = 50;
/// CloudFormation takes a template of this size through S3.
const LONGEST_TEMPLATE: usize = 1_000_000;

/// Brings a stack to what a template says: looks whether there is anything to do, stores the code, makes a change set,
/// has it approved, executes it and follows it to its end.
///
/// # Errors
/// Nothing was changed but the artifact bucket, unless the error says that the deployment was tried.
pub async fn deploy<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
) -> Result<Deployed, DeployError> {
    deploy_as_planned(session, deployment, None).await
}

/// Deploys; where there was a plan, as planned and in no other way.
pub(super) async fn deploy_as_planned<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    planned: Option<&PlanToApply>,
) -> Result<Deployed, DeployError> {
    let blueprint = Blueprint::read(&deployment.template)?;
    check(deployment, &blueprint)?;
    let found = find_for_update(session, &deployment.stack).await?;
    let mut deployed = guard::Deployed::default();
    let template = match &found {
        Found::Standing(stack) => Some(session.cloud.original_template(&stack.id).await?),
        Found::Nothing | Found::FailedCreation(_) => None,
    };
    if let Some(planned) = planned {
        super::plan::check_state(planned, &found, template.as_deref())?;
    }
    if let (Found::Standing(stack), Some(template)) = (&found, &template) {
        let differences = differences(session, deployment, &blueprint, stack, template).await?;
        if differences.is_empty() {
            return Ok(Deployed::Unchanged(stack.outputs.clone()));
        }
        if !differences.iter().any(needs_a_change_set) {
            settle(session, deployment, &blueprint, stack).await?;
            let succeeded = Succeeded {
                stack,
                outcome: ReleaseOutcome::Updated,
                durations: Durations::default(),
            };
            ledger::record(session, deployment, succeeded).await;
            return Ok(Deployed::Updated(stack.outputs.clone()));
        }
        deployed = guard::Deployed::of(template);
        guard::check_templates(session, deployment, &mut deployed)?;
    }
    check_callers(session, &blueprint).await?;
    let plan = plan(session, deployment, &blueprint, found, deployed).await?;
    if let Some(planned) = planned
        && let Err(outdated) = super::plan::check_changes(planned, &plan.change_set)
    {
        if let Prepared::Ready(made, _) = &plan.change_set {
            change_set::discard(session, made).await;
        }
        return Err(outdated);
    }
    apply(session, deployment, &blueprint, plan).await
}

/// What a deployment will do once it is approved.
pub(super) struct Plan {
    /// The stack as it stands; none, if it is made.
    pub(super) standing: Option<DeployedStack>,
    adoptions: Adoptions,
    pub(super) change_set: Prepared,
    /// The template that is deployed.
    pub(super) deployed: guard::Deployed,
}

/// Refuses what CloudFormation would refuse later.
pub(super) fn check(deployment: &Deployment, blueprint: &Blueprint) -> Result<(), DeployError> {
    if deployment.tags.len() > MOST_TAGS {
        return Err(DeployError::TooManyTags {
            count: deployment.tags.len(),
        });
    }
    if deployment.template.len() > LONGEST_TEMPLATE {
        return Err(DeployError::TemplateTooLong {
            bytes: deployment.template.len(),
        });
    }
    let given = |key: &String| deployment.artifacts.iter().any(|artifact| &artifact.key == key);
    let missing = blueprint
        .functions
        .iter()
        .filter_map(|function| function.code_key.as_ref())
        .find(|key| !given(key));
    missing.map_or(Ok(()), |key| {
        Err(DeployError::MissingArtifact { key: key.clone() })
    })
}

/// Looks whether a standing stack is as asked. Byte equality of the templates implies the same artifacts, so that the
/// bucket is not asked.
pub(super) async fn differences<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    stack: &DeployedStack,
    template: &str,
) -> Result<Vec<Difference>, DeployError> {
    let wanted = Wanted {
        template: &deployment.template,
        tags: &deployment.tags,
        protected: deployment.protected,
    };
    let mut differences = what_differs(stack, template, &wanted);
    if !differences.iter().any(needs_a_change_set) {
        let resources = traffic::resources(session.cloud, &stack.id).await?;
        differences.extend(traffic::differences(session, deployment, blueprint, &resources).await?);
    }
    Ok(differences)
}

/// A change set sees templates and tags, and neither termination protection nor traffic.
pub(super) fn needs_a_change_set(difference: &Difference) -> bool {
    matches!(difference, Difference::Template | Difference::Tags)
}

/// The roles that are to call: an unknown one would fail the creation of its permission minutes later.
pub(super) async fn check_callers<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    blueprint: &Blueprint,
) -> Result<(), DeployError> {
    let mut unknown = Vec::new();
    for caller in &blueprint.callers {
        let Some(role) = role_of_account(caller, session.account()) else {
            continue;
        };
        if !session.cloud.role_exists(role).await? {
            unknown.push(caller.clone());
        }
    }
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(DeployError::UnknownCallers { roles: unknown })
    }
}

/// The name of a role in this account; other accounts' roles cannot be looked up from here.
fn role_of_account<'a>(caller: &'a str, account: &str) -> Option<&'a str> {
    let (prefix, path) = caller.split_once(":role/")?;
    (prefix.rsplit(':').next() == Some(account)).then(|| path.rsplit('/').next().unwrap_or(path))
}

/// Works out what a deployment will do, as far as CloudFormation can tell, and holds that against the guard.
pub(super) async fn plan<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    found: Found,
    mut deployed: guard::Deployed,
) -> Result<Plan, DeployError> {
    let standing = match found {
        Found::Standing(stack) => Some(stack),
        Found::Nothing => None,
        Found::FailedCreation(stack) => {
            failed_creation::remove(session, stack, deployment.execution_role.as_deref()).await?;
            None
        }
    };
    let adoptions = match standing {
        None => adopt::look_up(session, blueprint).await?,
        Some(_) => Adoptions::default(),
    };
    let rollback = alarms::triggers(session, deployment, standing.as_ref(), deployed.template()).await?;
    let request = NewChangeSet {
        stack: deployment.stack.clone(),
        name: change_set::NAME.to_owned(),
        kind: if standing.is_some() {
            ChangeSetType::Update
        } else {
            ChangeSetType::Create
        },
        template: artifacts::store(session, deployment).await?,
        tags: deployment.tags.clone(),
        role: deployment.execution_role.clone(),
        import_existing: !adoptions.is_empty(),
        rollback,
        token: session.new_token(),
    };
    let change_set = change_set::prepare(session, &request).await?;
    if let (Prepared::Ready(made, changes), Some(_)) = (&change_set, &standing)
        && let Err(refused) = guard::check_changes(session, deployment, &mut deployed, changes)
    {
        change_set::discard(session, made).await;
        return Err(refused);
    }
    Ok(Plan {
        standing,
        adoptions,
        change_set,
        deployed,
    })
}

async fn apply<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    plan: Plan,
) -> Result<Deployed, DeployError> {
    let (made, changes) = match (&plan.change_set, &plan.standing) {
        (Prepared::Ready(made, changes), _) => (made, changes),
        (Prepared::NothingToDo, Some(stack)) => {
            settle(session, deployment, blueprint, stack).await?;
            return Ok(Deployed::Unchanged(stack.outputs.clone()));
        }
        (Prepared::NothingToDo, None) => {
            return Err(DeployError::ChangeSetRejected {
                stack: deployment.stack.clone(),
                reason: "the template has no resources".to_owned(),
                findings: Vec::new(),
            });
        }
    };
    let begun = match begin(session, deployment, made, changes, &plan).await {
        Ok(begun) => begun,
        Err(error) => {
            change_set::discard(session, made).await;
            return Err(error);
        }
    };
    let (stack, durations) = match execute(session, made, &begun.operation).await {
        Ok(executed) => executed,
        Err(error) => {
            if let Some(lifted) = begun.lifted {
                stack_policy::put_back(session, lifted, ending(&error)).await;
            }
            return Err(error);
        }
    };
    adopt::bring_up_to_date(session, &plan.adoptions, &deployment.tags).await?;
    let outcome = if plan.standing.is_some() {
        settle(session, deployment, blueprint, &stack).await?;
        ReleaseOutcome::Updated
    } else {
        stack_policy::settle(session, deployment, &stack).await?;
        termination::settle(session, &stack, deployment.protected).await?;
        ReleaseOutcome::Created
    };
    let succeeded = Succeeded {
        stack: &stack,
        outcome,
        durations,
    };
    ledger::record(session, deployment, succeeded).await;
    Ok(match outcome {
        ReleaseOutcome::Created => Deployed::Created(stack.outputs),
        ReleaseOutcome::Updated => Deployed::Updated(stack.outputs),
    })
}

/// What stands just before an operation is started.
struct Begun {
    operation: Operation,
    /// The stack's policy, if it has to be put back.
    lifted: Option<Lifted>,
}

/// Everything up to the point of no return: asks, and makes ready what is taken in and what is to be let pass.
async fn begin<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    made: &Made,
    changes: &ChangeSummary,
    plan: &Plan,
) -> Result<Begun, DeployError> {
    approve(session, deployment, made, changes, plan).await?;
    adopt::make_ready(session, &plan.adoptions).await?;
    session.check_interrupt()?;
    let before = session.cloud.describe_stack(&made.handle.stack_id).await?;
    let before = before.ok_or_else(|| DeployError::ChangeSetRejected {
        stack: made.stack.clone(),
        reason: "somebody deleted the stack".to_owned(),
        findings: Vec::new(),
    })?;
    let token = session.new_token();
    let operation = Operation::about_to_begin(session, before, token, changes.changes.len()).await?;
    let lifted = match &plan.standing {
        Some(stack) => {
            stack_policy::lift(session, stack, plan.deployed.template(), plan.deployed.accepted()).await?
        }
        None => None,
    };
    Ok(Begun { operation, lifted })
}

/// Asks for what is to be done, and in a protected environment for what it lets others do.
async fn approve<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    made: &Made,
    changes: &ChangeSummary,
    plan: &Plan,
) -> Result<(), DeployError> {
    let widenings = match plan.standing {
        Some(_) => plan.deployed.widenings(deployment),
        None => Vec::new(),
    };
    let stack = made.stack.clone();
    let question = Question::Deploy {
        stack: &made.stack,
        creates: made.kind == ChangeSetType::Create,
        changes,
        widenings: &widenings,
    };
    match session.confirm(question).await? {
        Answer::Yes => widening::approve(session, deployment, &widenings).await,
        Answer::No => Err(DeployError::Declined { stack }),
        Answer::NobodyToAsk => Err(DeployError::NeedsApproval { stack }),
    }
}

/// Whether an operation that ended in an error has ended in AWS, too.
fn ending(error: &DeployError) -> Ending {
    match error {
        DeployError::LostSight { .. } | DeployError::Interrupted { going_on: Some(_) } => Ending::GoesOn,
        _ => Ending::Over,
    }
}

async fn execute<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    made: &Made,
    operation: &Operation,
) -> Result<(DeployedStack, Durations), DeployError> {
    let stack = || made.stack.clone();
    let began = session.cloud.now();
    if let Err(source) = session
        .cloud
        .execute_change_set(&made.handle, operation.token())
        .await
    {
        if source.is_transient() {
            // It may have begun all the same, and what has begun must not be cleaned away.
            return Err(DeployError::LostSight {
                stack: stack(),
                source,
            });
        }
        change_set::discard(session, made).await;
        return Err(source.into());
    }
    session.tell(Event::Started { stack: stack() });
    let ended = watch(session, operation).await.map_err(|unseen| match unseen {
        Unseen::Interrupted => DeployError::Interrupted {
            going_on: Some(stack()),
        },
        Unseen::LostSight(source) => DeployError::LostSight {
            stack: stack(),
            source,
        },
    })?;
    match ended.stack {
        Some(standing) if ended.status.is_success() => {
            let durations = Durations::of(&ended.progress, began, session.cloud.now());
            Ok((standing, durations))
        }
        _ => Err(DeployError::Failed {
            stack: stack(),
            status: ended.status,
            cause: ended.cause,
        }),
    }
}

/// Brings to what is asked for what a change set cannot. The policy goes first: it may have been lifted.
async fn settle<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    stack: &DeployedStack,
) -> Result<(), DeployError> {
    stack_policy::settle(session, deployment, stack).await?;
    traffic::settle(session, deployment, blueprint, stack).await?;
    Ok(termination::settle(session, stack, deployment.protected).await?)
}

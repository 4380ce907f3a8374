//! What earlier runs have come to, finished or undone before anything else is done.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::{CallError, Cloud};
use crate::stack::{
    Blueprint, Cause, DeployIntent, DeployedStack, Intent, KeptTable, LiftedPolicy, Release, StackPolicy,
    sha256_hex,
};
use crate::{
    Before, DeployError, Deployment, Event, RunFate, Session, adopt, ledger, log_groups, stack_policy,
};

use super::open::{Open, OpenTrial};
use super::unfinished::is_lifted;
use super::{Journal, Life, runs};

/// For so long a run may take from its intent to the execution of its change set. Afterwards it counts as ended.
const AT_WORK: SignedDuration = SignedDuration::from_mins(10);

/// For so long a run may keep a policy lifted before the execution, which is the next call.
const LIFTED: SignedDuration = SignedDuration::from_mins(1);

/// What earlier runs have come to.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// The deployment that the stack stands at.
    reached: Option<DeployIntent>,
    /// Whether it is the one that is asked for again.
    is_same: bool,
    /// What was deployed before it.
    before: Option<Before>,
    /// The policies that were lifted.
    policies: Vec<LiftedPolicy>,
    /// The functions that code was pushed to which runs were about to take back, and have recorded in no release.
    pushes_undone: Vec<String>,
    /// Whether there was any that is finished here.
    pub(crate) is_interrupted: bool,
}

impl Earlier {
    /// The release that is asked for, if an earlier run has made it.
    pub(crate) fn same(&self) -> Option<&Release> {
        let reached = self.reached.as_ref().filter(|_| self.is_same);
        reached.map(|intent| &intent.release)
    }

    /// What the stack was before the release that it stands at.
    pub(crate) fn before(&self) -> Option<&Before> {
        self.before.as_ref()
    }

    /// What the stack was before a release that was to be tried, and never was.
    pub(crate) fn before_untried(&self) -> Option<&Before> {
        let is_untried = self.reached.as_ref().is_some_and(|intent| intent.sequel.trial);
        self.before.as_ref().filter(|_| is_untried)
    }

    /// The functions whose pushes a run takes back that finds these, each once: an earlier run may have begun with it.
    pub(crate) fn pushes_undone<'a>(&'a self, found: impl Iterator<Item = &'a str>) -> Vec<String> {
        let earlier = self.pushes_undone.iter().map(String::as_str);
        let all: BTreeSet<&str> = earlier.chain(found).collect();
        all.into_iter().map(str::to_owned).collect()
    }

    /// The policy that was in force before it was lifted to this one.
    pub(crate) fn policy_before(&self, lifted: &StackPolicy) -> Option<StackPolicy> {
        policy_before(&self.policies, lifted)
    }
}

/// The oldest one counts: it was there before any was lifted.
fn policy_before(policies: &[LiftedPolicy], lifted: &StackPolicy) -> Option<StackPolicy> {
    let is_it =
        |known: &&LiftedPolicy| lifted.is_in_force(Some(&StackPolicy::of_stack(known.lifted.clone())));
    let known = policies.iter().rfind(is_it)?;
    Some(StackPolicy::of_stack(known.policy.clone()))
}

/// Finishes what earlier runs have begun, as far as their stack has come, and undoes what they left lifted. `standing` is the stack with its
/// template.
///
/// A release that the stack stands at is recorded here unless it is asked for again: then its own way to the end goes on.
///
/// # Errors
/// Something could not be finished, and the next run tries again; or an earlier run has taken back what is asked for.
pub(crate) async fn resume<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    standing: Option<(&DeployedStack, &str)>,
    journal: &Journal,
) -> Result<Earlier, DeployError> {
    session.open = Open::of(journal);
    if journal.is_empty() {
        return Ok(Earlier::default());
    }
    let Some((stack, template)) = standing else {
        take_up(session, &deployment.stack, journal, None);
        remove_log_groups(session, journal).await?;
        return Ok(Earlier {
            is_interrupted: true,
            ..Earlier::default()
        });
    };
    let reached = undo(session, stack, template, journal).await?.cloned();
    finish_imports(session, stack, template, journal).await?;
    note_void(session, stack, template, journal);
    let asked = sha256_hex(deployment.template.text());
    let mut earlier = Earlier {
        is_same: reached
            .as_ref()
            .is_some_and(|intent| intent.brings(&asked, &deployment.tags)),
        before: None,
        reached: None,
        policies: lifted_policies(stack, journal)
            .map(|(_, policy)| policy)
            .collect(),
        pushes_undone: journal
            .deployments()
            .filter(|intent| intent.release.stack_id == stack.id && !intent.is_reached(stack, template))
            .flat_map(|intent| intent.release.pushes_undone.clone())
            .collect(),
        is_interrupted: journal.intents.iter().any(|(key, _)| !session.open.spares(key)),
    };
    let Some(intent) = reached else {
        return Ok(earlier);
    };
    if let Some(before) = &intent.before {
        earlier.before = Before::stored(session, &deployment.bucket.name, before).await?;
    }
    if earlier.is_same && intent.sequel.trial {
        session.open.trial = Some(OpenTrial {
            release: Some(intent.release.id.clone()),
            before: earlier.before.clone(),
        });
    }
    let Release {
        template: stood,
        tags,
        ..
    } = &intent.release;
    if !earlier.is_same && !deployment.cause.gives_up(&stood.sha256, tags) {
        ledger::record_late(session, &deployment.bucket.name, &late(&intent)).await;
    }
    if let Cause::GivesUp(given_up) = &intent.cause
        && intent.cause.gives_up(&asked, &deployment.tags)
    {
        super::close(session, &deployment.bucket.name, stack, Some(template)).await;
        return Err(DeployError::GivenUp {
            stack: stack.name.clone(),
            reason: given_up.reason.clone(),
        });
    }
    earlier.reached = Some(intent);
    Ok(earlier)
}

/// Finishes what earlier runs have begun, for a run that asks for nothing of its own; gives the deployment that the stack stands at.
///
/// # Errors
/// Something could not be finished, and the next run tries again.
pub(crate) async fn finish_others<C: Cloud>(
    session: &mut Session<'_, C>,
    bucket: &str,
    stack: &DeployedStack,
    journal: &Journal,
) -> Result<Option<DeployIntent>, DeployError> {
    if journal.is_empty() {
        return Ok(None);
    }
    let template = session.cloud.original_template(&stack.id).await?;
    let reached = undo(session, stack, &template, journal).await?;
    if let Some(intent) = reached {
        ledger::record_late(session, bucket, &late(intent)).await;
    }
    Ok(reached.cloned())
}

/// Takes up the runs that have ended, and puts the policy back that they have left lifted. Gives the deployment that the stack stands at.
async fn undo<'journal, C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &DeployedStack,
    template: &str,
    journal: &'journal Journal,
) -> Result<Option<&'journal DeployIntent>, CallError> {
    spare_those_at_work(session, stack, journal).await?;
    let reached = journal
        .deployments()
        .find(|intent| intent.is_reached(stack, template));
    take_up(session, &stack.name, journal, reached);
    put_policy_back(session, stack, journal).await?;
    tell_spared(session, &stack.name, journal).await;
    Ok(reached)
}

/// The release that an interrupted run has brought, whose trial is not made up for: who comes next asks for another.
fn late(intent: &DeployIntent) -> Release {
    Release {
        untried: intent.sequel.trial,
        ..intent.release.clone()
    }
}

/// Tells of all runs on a stack that is about to be deleted, before that is asked about: one may still be at work. `kept` are the tables that
/// outlive the stack, whatever a run was to do with them.
pub(crate) fn tell_deleted<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &str,
    journal: &Journal,
    kept: &[KeptTable],
) {
    for (_, intent, run) in runs(&journal.intents) {
        let purges = match intent {
            Intent::Delete(intent) => intent.purges.as_slice(),
            Intent::Deploy(_) => &[],
        };
        let kept = kept.iter().map(|table| &table.name);
        let stay = kept.filter(|name| purges.contains(name)).cloned().collect();
        let life = Life::after(session.cloud.now().duration_since(run.since));
        session.tell_once(Event::EarlierRun {
            stack: stack.to_owned(),
            run,
            life,
            fate: RunFate::Deleted { stay },
        });
    }
}

/// Takes up the runs that are not this one and have ended. `reached` is the deployment that the stack stands at.
fn take_up<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &str,
    journal: &Journal,
    reached: Option<&DeployIntent>,
) {
    for (key, intent, run) in runs(&journal.intents) {
        if session.written.contains(key) || session.open.spares(key) {
            continue;
        }
        let life = Life::after(session.cloud.now().duration_since(run.since));
        let release = match intent {
            Intent::Deploy(intent) => reached.filter(|reached| *reached == &**intent),
            Intent::Delete(_) => None,
        };
        let release = release.map(|intent| intent.release.id.clone());
        session.resumed.take_up(key, stack, (run, life), release);
    }
}

/// Tells of runs that may still be at work.
async fn tell_spared<C: Cloud>(session: &mut Session<'_, C>, stack: &str, journal: &Journal) {
    for (key, intent, mut run) in runs(&journal.intents) {
        if !session.open.spares(key) {
            continue;
        }
        run.policy_lifted = is_lifted(session, intent).await;
        session.tell_once(Event::EarlierRun {
            stack: stack.to_owned(),
            run,
            life: Life::AtWork,
            fate: RunFate::Spared,
        });
    }
}

/// Leaves the intents of runs alone that may still be at work: nobody has executed their change sets, and they are young.
async fn spare_those_at_work<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &DeployedStack,
    journal: &Journal,
) -> Result<(), CallError> {
    for (key, intent) in &journal.intents {
        if is_at_work(session, stack, intent).await? {
            session.open.spare(key);
        }
    }
    Ok(())
}

/// Takes note of the intents that say nothing of a stack as it stands: it does not stand at what they bring, and has not imported what they
/// import.
fn note_void<C>(session: &mut Session<'_, C>, stack: &DeployedStack, template: &str, journal: &Journal) {
    for (key, intent) in &journal.intents {
        let is_void = match intent {
            Intent::Deploy(intent) => {
                let has_imported = intent.release.stack_id == stack.id && !intent.imports.is_empty();
                !intent.is_reached(stack, template) && !has_imported
            }
            Intent::Delete(_) => true,
        };
        if is_void && !session.open.spares(key) {
            session.open.void(key);
        }
    }
}

async fn is_at_work<C: Cloud>(
    session: &Session<'_, C>,
    stack: &DeployedStack,
    intent: &Intent,
) -> Result<bool, CallError> {
    let Intent::Deploy(intent) = intent else {
        return Ok(false);
    };
    let age = session.cloud.now().duration_since(intent.release.time());
    let Some(change_set) = intent.change_set.as_ref().filter(|_| age < AT_WORK) else {
        return Ok(false);
    };
    let page = session
        .cloud
        .describe_change_set(&stack.id, change_set, None)
        .await?;
    Ok(page.is_some_and(|page| !page.is_executed))
}

/// The policies that were lifted on a stack, newest first, each with when its run began.
fn lifted_policies<'journal>(
    stack: &'journal DeployedStack,
    journal: &'journal Journal,
) -> impl Iterator<Item = (Timestamp, LiftedPolicy)> {
    let intents = journal.deployments();
    intents
        .filter(|intent| intent.release.stack_id == stack.id)
        .filter_map(|intent| Some((intent.release.time(), intent.policy.clone()?)))
}

/// Puts a policy back that was left lifted. A run that may still be at work has a minute: what it does later, CloudFormation then refuses, and
/// that costs nothing, where a policy that is lifted for longer may.
async fn put_policy_back<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &DeployedStack,
    journal: &Journal,
) -> Result<(), CallError> {
    let latest = session.cloud.now() - LIFTED;
    let is_fresh = |(begun, _): &(Timestamp, LiftedPolicy)| *begun > latest;
    let spares = journal.intents.iter().any(|(key, _)| session.open.spares(key));
    let policies: Vec<_> = lifted_policies(stack, journal).collect();
    if policies.is_empty() || spares && policies.iter().any(is_fresh) {
        return Ok(());
    }
    let Some(actual) = session.cloud.stack_policy(&stack.id).await? else {
        return Ok(());
    };
    let policies: Vec<_> = policies.into_iter().map(|(_, policy)| policy).collect();
    match policy_before(&policies, &actual) {
        Some(before) => stack_policy::set_back(session, stack, &before).await,
        None => Ok(()),
    }
}

/// Brings imported tables to what the template says, and has the listing made complete.
async fn finish_imports<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &DeployedStack,
    template: &str,
    journal: &Journal,
) -> Result<(), DeployError> {
    let imports = |intent: &&DeployIntent| {
        let is_incomplete = !intent.imports.is_empty() || intent.sequel.reconciler.is_some();
        intent.release.stack_id == stack.id && is_incomplete
    };
    let Some(intent) = journal.deployments().find(imports) else {
        return Ok(());
    };
    let blueprint = Blueprint::read(template)?;
    adopt::finish(session, &blueprint, &intent.imports, &stack.tags).await?;
    session.open.reconciler.clone_from(&intent.sequel.reconciler);
    Ok(())
}

/// Deletes the log groups of stacks that are gone, which functions have made anew.
pub(crate) async fn remove_log_groups<C: Cloud>(
    session: &mut Session<'_, C>,
    journal: &Journal,
) -> Result<Vec<String>, CallError> {
    let mut removed = Vec::new();
    for name in journal.deletions().flat_map(|intent| &intent.log_groups) {
        if log_groups::delete(session, name).await? {
            removed.push(name.clone());
        }
    }
    Ok(removed)
}

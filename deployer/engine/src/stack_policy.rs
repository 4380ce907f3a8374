//! The stack policy of a protected environment: set, made equal, lifted for one operation and put back.
//!
//! A change set cannot carry a policy of its own, neither for good nor for one update. So the stack's is set beside it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cloud::{CallError, Cloud};
use crate::stack::guard::Objection;
use crate::stack::{DeployedStack, LiftedPolicy, StackPolicy};

use super::journal::Earlier;
use super::{Deployment, Event, Session};

/// A policy that does not hold for the time of an operation.
#[derive(Debug)]
pub(super) struct Lifted {
    stack_id: String,
    stack: String,
    /// What was in force before.
    policy: StackPolicy,
}

/// A policy that has to be lifted for one operation.
#[derive(Debug)]
pub(super) struct Lifting {
    stack_id: String,
    stack: String,
    /// What is in force before.
    policy: StackPolicy,
    /// What is in force meanwhile.
    lifted: StackPolicy,
    /// What may be replaced or deleted meanwhile.
    resources: BTreeSet<String>,
}

/// Why a lifted policy is put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The operation has failed, or was never begun.
    Over,
    /// It goes on in AWS, unwatched.
    GoesOn,
}

/// Makes a stack's policy what its environment asks for.
///
/// Of a stack that was never protected nothing is asked: `stack` is as it was before, with the termination protection that goes
/// with the policy, and is lifted after it.
pub(super) async fn settle<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    stack: &DeployedStack,
) -> Result<(), CallError> {
    if !is_settled(deployment, stack) {
        return Ok(());
    }
    let wanted = if deployment.protected {
        StackPolicy::protecting(deployment.template.value(), &BTreeSet::new())
    } else {
        StackPolicy::permissive()
    };
    let actual = session.cloud.stack_policy(&stack.id).await?;
    if wanted.is_in_force(actual.as_ref()) {
        return Ok(());
    }
    session.cloud.set_stack_policy(&stack.id, &wanted).await?;
    session.tell(Event::StackPolicy {
        stack: stack.name.clone(),
        on: deployment.protected,
    });
    Ok(())
}

/// Whether the environment has a say in the stack's policy. Where it has none, somebody else has set it, and it is theirs.
pub(super) fn is_settled(deployment: &Deployment, stack: &DeployedStack) -> bool {
    deployment.protected || stack.termination_protection
}

/// Finds out whether a stack's policy has to be lifted for what was accepted by name, and changes nothing. `earlier` knows what was in force
/// before an ended run has lifted it.
pub(super) async fn to_lift<C: Cloud>(
    session: &Session<'_, C>,
    stack: &DeployedStack,
    deployed: Option<&Value>,
    accepted: &[Objection],
    earlier: &Earlier,
) -> Result<Option<Lifting>, CallError> {
    let resources: BTreeSet<String> = accepted
        .iter()
        .filter(|objection| objection.danger.is_denied_by_policy())
        .map(|objection| objection.logical_id.clone())
        .collect();
    if resources.is_empty() {
        return Ok(None);
    }
    let Some(actual) = session.cloud.stack_policy(&stack.id).await? else {
        return Ok(None);
    };
    let lifted = match deployed {
        Some(deployed) => StackPolicy::protecting(deployed, &resources),
        None => StackPolicy::permissive(),
    };
    let policy = if lifted.is_in_force(Some(&actual)) {
        earlier.policy_before(&lifted)
    } else {
        Some(actual).filter(|actual| !StackPolicy::permissive().is_in_force(Some(actual)))
    };
    Ok(policy.map(|policy| Lifting {
        stack_id: stack.id.clone(),
        stack: stack.name.clone(),
        policy,
        lifted,
        resources,
    }))
}

impl Lifting {
    /// What the next run is told of it.
    pub(super) fn written(&self) -> LiftedPolicy {
        LiftedPolicy {
            policy: self.policy.as_str().to_owned(),
            lifted: self.lifted.as_str().to_owned(),
        }
    }
}

/// Lifts a stack's policy for what was accepted by name, and for nothing else.
pub(super) async fn lift<C: Cloud>(
    session: &mut Session<'_, C>,
    lifting: Lifting,
) -> Result<Lifted, CallError> {
    let Lifting {
        stack_id,
        stack,
        policy,
        lifted,
        resources,
    } = lifting;
    session.cloud.set_stack_policy(&stack_id, &lifted).await?;
    session.tell(Event::StackPolicyLifted {
        stack: stack.clone(),
        resources: resources.into_iter().collect(),
    });
    Ok(Lifted {
        stack_id,
        stack,
        policy,
    })
}

/// Puts a lifted policy back, and tells whether it is. What cannot be put back is told and is no error: the operation has a better one.
///
/// Also while the operation goes on: whoever no longer watches it must not leave the door open. What has not been replaced or deleted
/// by then, CloudFormation refuses, and takes the whole update back.
pub(super) async fn put_back<C: Cloud>(session: &mut Session<'_, C>, lifted: Lifted, ending: Ending) -> bool {
    let Lifted {
        stack_id,
        stack,
        policy,
    } = lifted;
    match session.cloud.set_stack_policy(&stack_id, &policy).await {
        Ok(()) => {
            session.tell(Event::StackPolicyRestored {
                stack,
                goes_on: ending == Ending::GoesOn,
            });
            true
        }
        Err(error) => {
            session.tell(Event::CleanupFailed {
                what: format!("the lifted policy of stack {stack}"),
                reason: format!("{error}; the next `up` puts it back"),
            });
            false
        }
    }
}

/// Puts a policy back that an earlier run has left lifted.
pub(super) async fn set_back<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &DeployedStack,
    policy: &StackPolicy,
) -> Result<(), CallError> {
    session.cloud.set_stack_policy(&stack.id, policy).await?;
    session.tell(Event::StackPolicyRestored {
        stack: stack.name.clone(),
        goes_on: false,
    });
    Ok(())
}

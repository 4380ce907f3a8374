//! Whether a stack is as asked, and what a change set cannot bring there.

use crate::aws::Cloud;
use crate::engine::{DeployError, Deployment, Session, Talk, stack_policy, termination, traffic};
use crate::stack::{Blueprint, DeployedStack, Difference, Wanted, what_differs};

/// Looks whether a standing stack is as asked. Byte equality of the templates implies the same artifacts, so that the
/// bucket is not asked.
pub(in crate::engine) async fn differences<C: Cloud, T: Talk>(
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
pub(in crate::engine) fn needs_a_change_set(difference: &Difference) -> bool {
    matches!(difference, Difference::Template | Difference::Tags)
}

/// Brings to what is asked for what a change set cannot. The policy goes first: it may have been lifted.
pub(super) async fn settle<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    stack: &DeployedStack,
) -> Result<(), DeployError> {
    stack_policy::settle(session, deployment, stack).await?;
    traffic::settle(session, deployment, blueprint, stack).await?;
    Ok(termination::settle(session, stack, deployment.protected).await?)
}

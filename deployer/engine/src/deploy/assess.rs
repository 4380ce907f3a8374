//! What a deployment has to do: what stands, held against what is asked for. Nothing is changed, and nothing is sent.

use crate::cloud::{CallError, Cloud};
use crate::find::Found;
use crate::stack::plan::StackState;
use crate::stack::{DeployedStack, Difference, Wanted, what_differs};
use crate::{DeployError, Deployment, Session, traffic};

/// A stack that stands, with the template that is deployed.
pub(super) struct Current {
    pub(super) stack: DeployedStack,
    pub(super) template: String,
}

/// Where a deployment starts.
pub(super) enum Start {
    /// There is nothing, or only the shell that an unexecuted change set left.
    Nothing,
    /// There is what a failed creation left.
    FailedCreation(DeployedStack),
    /// There is a stack.
    Standing(Current),
}

impl Start {
    /// Reads the template of a stack that was found, unless it is `known`.
    pub(super) async fn read<C: Cloud>(
        session: &Session<'_, C>,
        found: Found,
        known: Option<String>,
    ) -> Result<Self, CallError> {
        Ok(match found {
            Found::Nothing => Self::Nothing,
            Found::FailedCreation(stack) => Self::FailedCreation(stack),
            Found::Standing(stack) => {
                let template = match known {
                    Some(template) => template,
                    None => session.cloud.original_template(&stack.id).await?,
                };
                Self::Standing(Current { stack, template })
            }
        })
    }

    /// The stack with its template, if it stands.
    pub(super) fn standing(&self) -> Option<(&DeployedStack, &str)> {
        match self {
            Self::Standing(current) => Some((&current.stack, &current.template)),
            Self::Nothing | Self::FailedCreation(_) => None,
        }
    }

    /// What a plan remembers of it.
    pub(super) fn state(&self) -> Option<StackState> {
        match self {
            Self::Nothing => None,
            Self::FailedCreation(stack) => Some(StackState::of(stack, "")),
            Self::Standing(current) => Some(current.state()),
        }
    }
}

impl Current {
    fn state(&self) -> StackState {
        StackState::of(&self.stack, &self.template)
    }
}

/// What a deployment has to do.
pub(super) enum Assessment {
    /// The stack is as asked.
    Unchanged(Current),
    /// Template and tags are as asked. What differs is settled without a change set.
    SettleOnly(Current, Vec<Difference>),
    /// Only a change set brings the stack to what is asked for.
    Changes(Start),
}

impl Assessment {
    /// What a plan remembers of the stack that was assessed.
    pub(super) fn state(&self) -> Option<StackState> {
        match self {
            Self::Unchanged(current) | Self::SettleOnly(current, _) => Some(current.state()),
            Self::Changes(start) => start.state(),
        }
    }
}

/// Holds what stands against what is asked for.
///
/// # Errors
/// A call failed, or code is live that nothing here can replace.
pub(super) async fn assess<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    start: Start,
) -> Result<Assessment, DeployError> {
    let Start::Standing(current) = start else {
        return Ok(Assessment::Changes(start));
    };
    let differences = differences(session, deployment, &current).await?;
    Ok(if differences.is_empty() {
        Assessment::Unchanged(current)
    } else if differences.iter().any(needs_a_change_set) {
        Assessment::Changes(Start::Standing(current))
    } else {
        Assessment::SettleOnly(current, differences)
    })
}

/// Byte equality of the templates implies the same artifacts, so that the bucket is not asked.
async fn differences<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    Current { stack, template }: &Current,
) -> Result<Vec<Difference>, DeployError> {
    let wanted = Wanted {
        template: deployment.template.text(),
        tags: &deployment.tags,
        protected: deployment.protected,
    };
    let mut differences = what_differs(stack, template, &wanted);
    if !differences.iter().any(needs_a_change_set) {
        let resources = traffic::resources(session.cloud, &stack.id).await?;
        let blueprint = deployment.template.blueprint();
        differences.extend(traffic::differences(session, deployment, blueprint, &resources).await?);
    }
    Ok(differences)
}

/// A change set sees templates and tags, and neither termination protection nor traffic.
fn needs_a_change_set(difference: &Difference) -> bool {
    matches!(difference, Difference::Template | Difference::Tags)
}

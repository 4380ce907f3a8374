//! Holding changes against the guard of the log of record.

use serde_json::Value;

use crate::aws::Cloud;
use crate::stack::ChangeSummary;
use crate::stack::guard::{Objection, in_changes, in_templates};
use crate::stack::widening::{Widening, widenings};

use super::{DeployError, Deployment, Event, Session, Talk};

/// The template that is deployed, as far as the guard can read it.
#[derive(Debug, Default)]
pub(super) struct Deployed(Value);

impl Deployed {
    /// Takes the template as AWS told it. One that is no JSON was not sent by this deployer: then only the change set
    /// tells what would be lost.
    pub(super) fn of(template: &str) -> Self {
        Self(serde_json::from_str(template).unwrap_or_default())
    }

    /// The template; null where it cannot be read.
    pub(super) fn template(&self) -> &Value {
        &self.0
    }

    /// What the deployment lets somebody do that could not be done before; nothing, of a stack that is made.
    pub(super) fn widenings(&self, deployment: &Deployment) -> Vec<Widening> {
        let wanted = serde_json::from_str(&deployment.template).unwrap_or_default();
        widenings(&self.0, &wanted)
    }
}

/// Looks for guarded changes between the templates, before anything is sent. Answers those that were accepted by name.
pub(super) fn check_templates<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    deployed: &Deployed,
) -> Result<Vec<Objection>, DeployError> {
    let wanted = serde_json::from_str(&deployment.template).unwrap_or_default();
    if deployed.0.is_null() {
        return Ok(Vec::new());
    }
    decide(session, deployment, in_templates(&deployed.0, &wanted))
}

/// Looks for guarded changes in the change set, which knows what would be replaced. Answers those that were accepted by name.
pub(super) fn check_changes<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    deployed: &Deployed,
    changes: &ChangeSummary,
) -> Result<Vec<Objection>, DeployError> {
    decide(session, deployment, in_changes(&deployed.0, changes))
}

fn decide<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    deployment: &Deployment,
    objections: Vec<Objection>,
) -> Result<Vec<Objection>, DeployError> {
    let (accepted, refused) = deployment.accepted.part(objections);
    if !refused.is_empty() {
        return Err(DeployError::Guarded {
            stack: deployment.stack.clone(),
            objections: refused,
        });
    }
    for objection in &accepted {
        session.tell(Event::Accepted {
            objection: objection.clone(),
        });
    }
    Ok(accepted)
}

//! Checks changes with the guard of the log of record.

use serde_json::Value;

use crate::cloud::Cloud;
use crate::stack::guard::{Objection, in_changes, in_templates};
use crate::stack::outline::Outline;
use crate::stack::widening::{Widening, widenings};
use crate::stack::{Blueprint, ChangeSummary, deployed_template};

use super::{DeployError, Deployment, Event, Session};

/// The deployed template, and the changes that were accepted despite the guard.
#[derive(Debug, Default)]
pub(super) struct Deployed {
    /// `None` if the stack is new, or if another tool wrote the template. Then only the change set shows what would
    /// be lost.
    template: Option<Value>,
    accepted: Vec<Objection>,
}

impl Deployed {
    /// Reads the template that AWS returned.
    pub(super) fn of(template: &str) -> Self {
        Self {
            template: deployed_template(template),
            accepted: Vec::new(),
        }
    }

    /// The template; `None` if it cannot be read.
    pub(super) fn template(&self) -> Option<&Value> {
        self.template.as_ref()
    }

    /// What the template says of what has to be looked at; of one that cannot be read nothing is known to be there.
    pub(super) fn blueprint(&self) -> Blueprint {
        let read = self.template().map(Blueprint::of);
        read.and_then(Result::ok).unwrap_or_default()
    }

    /// The guarded changes that were accepted by name.
    pub(super) fn accepted(&self) -> &[Objection] {
        &self.accepted
    }

    /// The changes of the deployment, starting from their causes.
    pub(super) fn outline(&self, deployment: &Deployment, changes: &ChangeSummary) -> Outline {
        let wanted = deployment.template.value();
        Outline::of(self.template(), wanted, Some(changes), &deployment.value_sources)
    }

    /// The permissions that the deployment newly grants; empty for a new stack.
    pub(super) fn widenings(&self, deployment: &Deployment) -> Vec<Widening> {
        widenings(self.template(), deployment.template.value())
    }
}

/// Looks for guarded changes between the templates, before anything is sent.
pub(super) fn check_templates<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    deployed: &mut Deployed,
) -> Result<(), DeployError> {
    let Some(template) = deployed.template() else {
        return Ok(());
    };
    let objections = in_templates(template, deployment.template.value());
    decide(session, deployment, deployed, objections)
}

/// Looks for guarded changes in the change set, which shows what would be replaced.
pub(super) fn check_changes<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    deployed: &mut Deployed,
    changes: &ChangeSummary,
) -> Result<(), DeployError> {
    let objections = in_changes(deployed.template(), changes);
    decide(session, deployment, deployed, objections)
}

fn decide<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    deployed: &mut Deployed,
    objections: Vec<Objection>,
) -> Result<(), DeployError> {
    let (accepted, refused) = deployment.accepted.part(objections);
    if !refused.is_empty() {
        return Err(DeployError::Guarded {
            stack: deployment.stack.clone(),
            objections: refused,
        });
    }
    for objection in accepted {
        // The change set repeats what the templates have shown.
        let is_told = deployed
            .accepted
            .iter()
            .any(|told| (&told.logical_id, told.danger) == (&objection.logical_id, objection.danger));
        if !is_told {
            session.tell(Event::Accepted {
                objection: objection.clone(),
            });
            deployed.accepted.push(objection);
        }
    }
    Ok(())
}

//! The questions that a deployment asks before it does anything.

use crate::cloud::Cloud;
use crate::stack::ChangeSummary;
use crate::stack::outline::{Beside, Outline};
use crate::stack::widening::Widening;
use crate::{Answer, DeployError, Deployment, Question, Session, widening};

/// What is asked about.
pub(super) struct Asked<'a> {
    /// Whether the stack is made.
    pub(super) creates: bool,
    /// What CloudFormation would do.
    pub(super) changes: &'a ChangeSummary,
    /// All that would be done, told from its causes.
    pub(super) outline: &'a Outline,
    /// What somebody could do that could not be done before.
    pub(super) widenings: &'a [Widening],
}

/// Asks for what is to be done, and in a protected environment for what it lets others do.
pub(super) async fn approve<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    asked: Asked<'_>,
) -> Result<(), DeployError> {
    let stack = deployment.stack.clone();
    let question = Question::Deploy {
        stack: &deployment.stack,
        creates: asked.creates,
        changes: asked.changes,
        outline: asked.outline,
        widenings: asked.widenings,
    };
    match session.confirm(question).await? {
        Answer::Yes => widening::approve(session, deployment, asked.widenings).await,
        Answer::No | Answer::Mismatch => Err(DeployError::Declined { stack }),
        Answer::NobodyToAsk => Err(DeployError::NeedsApproval { stack }),
    }
}

/// Asks for what no change set brings: settings of the stack, and code that was pushed. Where there is nothing of that, nobody is asked.
pub(super) async fn approve_beside<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    beside: Beside,
) -> Result<(), DeployError> {
    if beside.is_empty() {
        return Ok(());
    }
    session.tell_finished();
    let asked = Asked {
        creates: false,
        changes: &ChangeSummary::default(),
        outline: &Outline::default().and(beside),
        widenings: &[],
    };
    approve(session, deployment, asked).await
}

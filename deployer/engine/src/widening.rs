//! The approval of a protected environment for what somebody could not do before.

use crate::cloud::Cloud;
use crate::stack::widening::Widening;

use super::{Answer, DeployError, Deployment, Question, Session};

/// Has the widenings approved that were not accepted by name. The approval of the deployment as a whole does not cover them.
///
/// # Errors
/// They were declined, or there is nobody to ask.
pub(super) async fn approve<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    widenings: &[Widening],
) -> Result<(), DeployError> {
    if !deployment.protected {
        return Ok(());
    }
    let open: Vec<Widening> = widenings
        .iter()
        .filter(|widening| !deployment.accepted.widens(&widening.logical_id))
        .cloned()
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let stack = deployment.stack.clone();
    let question = Question::Widen {
        stack: &deployment.stack,
        widenings: &open,
    };
    match session.confirm(question).await? {
        Answer::Yes => Ok(()),
        Answer::No | Answer::Mismatch => Err(DeployError::Declined { stack }),
        Answer::NobodyToAsk => Err(DeployError::WideningNeedsApproval {
            stack,
            widenings: open,
        }),
    }
}

//! Termination protection, which a change set cannot set.

use crate::cloud::{CallError, Cloud};
use crate::stack::DeployedStack;

use super::{Event, Session};

/// Makes a stack's termination protection what is asked for.
pub(super) async fn settle<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &DeployedStack,
    protected: bool,
) -> Result<(), CallError> {
    if stack.termination_protection == protected {
        return Ok(());
    }
    session
        .cloud
        .set_termination_protection(&stack.id, protected)
        .await?;
    session.tell(Event::TerminationProtection {
        stack: stack.name.clone(),
        on: protected,
    });
    Ok(())
}

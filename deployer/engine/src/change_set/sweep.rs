//! What runs that could not tidy up left behind.

use jiff::SignedDuration;

use crate::cloud::{CallError, Cloud, ListedChangeSet, Prospect};
use crate::stack::is_of_a_deployer;
use crate::{Event, Session};

/// What is older is nobody's any more: a run executes its change set within half that time (`deploy/begin.rs`), or not at all.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(24);

/// Removes the change sets of runs that were killed. That one stays is told and stops nothing: each run has a name of its own.
pub(super) async fn sweep<C: Cloud>(session: &mut Session<'_, C>, stack: &str) {
    if let Err(error) = try_sweep(session, stack).await {
        session.tell(Event::CleanupFailed {
            what: format!("change sets of earlier runs of stack {stack}"),
            reason: error.to_string(),
        });
    }
}

async fn try_sweep<C: Cloud>(session: &Session<'_, C>, stack: &str) -> Result<(), CallError> {
    let now = session.cloud.now();
    for known in all(session, stack).await? {
        // One that was executed is the stack's history, and goes with the next execution.
        if is_of_a_deployer(&known.name)
            && known.prospect != Prospect::Executed
            && now.duration_since(known.made) > LEFT_BEHIND
        {
            session
                .cloud
                .delete_change_set(&known.handle.stack_id, &known.handle.id)
                .await?;
        }
    }
    Ok(())
}

/// All change sets of a stack; none, if there is no such stack.
pub(super) async fn all<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
) -> Result<Vec<ListedChangeSet>, CallError> {
    let mut listed = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = match session.cloud.change_sets(stack, next.as_deref()).await {
            Ok(page) => page,
            Err(error) if error.is_not_found() => return Ok(listed),
            Err(error) => return Err(error),
        };
        listed.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(listed);
        }
    }
}

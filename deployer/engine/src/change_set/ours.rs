//! What a request began whose answer was lost.
//!
//! A request may be carried out and its answer never arrive. The SDK sends it again, and is told that there is such a thing already, or
//! that the change set cannot be executed any more: because it was. So what a refusal means is looked up under the request's own name and
//! token.

use crate::backoff::Backoff;
use crate::cloud::{CallError, ChangeSetHandle, Cloud, NewChangeSet};
use crate::watch::Operation;
use crate::{DeployError, Session, Stopped};

use super::{Made, PATIENCE};

/// How often a request is sent whose fate is unknown. It changes nothing to send it again: its name and token are the same.
const ATTEMPTS: usize = 3;

/// Asks for a change set, or finds the one that was already made for this request.
pub(super) async fn create<C: Cloud>(
    session: &mut Session<'_, C>,
    request: &NewChangeSet,
) -> Result<ChangeSetHandle, DeployError> {
    let mut backoff = Backoff::up_to(PATIENCE);
    let mut attempt = 0;
    loop {
        attempt += 1;
        let error = match session.cloud.create_change_set(request).await {
            Ok(handle) => return Ok(handle),
            Err(error) => error,
        };
        if (error.is_already_exists() || error.may_have_been_done())
            && let Some(handle) = find(session, request).await?
        {
            return Ok(handle);
        }
        if !error.may_have_been_done() || attempt == ATTEMPTS {
            return Err(error.into());
        }
        session.pause(backoff.next()).await?;
    }
}

/// The change set that was made for a request. To get no answer again is not to find it.
async fn find<C: Cloud>(
    session: &Session<'_, C>,
    request: &NewChangeSet,
) -> Result<Option<ChangeSetHandle>, CallError> {
    let found = session
        .cloud
        .describe_change_set(&request.stack, &request.name, None)
        .await;
    match found {
        Ok(page) => Ok(page.map(|page| page.handle)),
        Err(error) if error.may_have_been_done() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Begins to execute a change set, or finds that this request has begun it.
///
/// # Errors
/// The request was refused; or nobody knows what became of it.
pub(crate) async fn begin_execution<C: Cloud>(
    session: &mut Session<'_, C>,
    made: &Made,
    operation: &Operation,
) -> Result<(), DeployError> {
    let mut backoff = Backoff::up_to(PATIENCE);
    let mut attempt = 0;
    loop {
        attempt += 1;
        let sent = session
            .cloud
            .execute_change_set(&made.handle, operation.token())
            .await;
        let Err(error) = sent else { return Ok(()) };
        if has_begun(session, made, operation).await {
            return Ok(());
        }
        if !error.may_have_been_done() {
            return Err(error.into());
        }
        if attempt == ATTEMPTS {
            // It may have begun all the same, and what has begun must not be cleaned away.
            return Err(DeployError::Stopped(Stopped::LostSight {
                stack: made.stack.clone(),
                source: error,
            }));
        }
        if session.pause(backoff.next()).await.is_err() {
            return Err(DeployError::Stopped(Stopped::Interrupted {
                going_on: Some(made.stack.clone()),
            }));
        }
    }
}

/// Whether the execution has begun: nobody else executes a change set of this name, and nobody else has the token. What cannot be asked is
/// not known to have begun.
async fn has_begun<C: Cloud>(session: &Session<'_, C>, made: &Made, operation: &Operation) -> bool {
    let (stack, id) = (&made.handle.stack_id, &made.handle.id);
    let described = session.cloud.describe_change_set(stack, id, None).await;
    if described.is_ok_and(|page| page.is_some_and(|page| page.is_executed)) {
        return true;
    }
    operation.has_left_events(session).await.unwrap_or_default()
}

//! Having tables completed from the log that they are derived from, by the function that can.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::cloud::{CallError, Cloud, Invoked};

use super::backoff::Backoff;
use super::reconciliation::{Reconciled, Reconciliation, Turn, Unintelligible};
use super::session::Interrupted;
use super::{ErrorKind, Event, Session, Unready, ownership, traffic};

/// The longest wait before a request that may come no further than the last.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the tables are not certain to be complete.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// A call to AWS failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The stack is another environment's.
    #[error(transparent)]
    Unready(#[from] Unready),
    /// There is no such stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// The stack has no such function.
    #[error("stack `{stack}` has no `{logical_id}`, which the template says reconciles")]
    NotDeployed {
        stack: String,
        /// The name in the template.
        logical_id: String,
    },
    /// The function failed.
    #[error("`{function}` failed: {message}")]
    FunctionFailed {
        function: String,
        /// What Lambda says of it.
        message: String,
    },
    /// The function answered something else.
    #[error("`{function}` does not answer as a function that reconciles does")]
    Unintelligible { function: String },
    /// The function came no further.
    #[error("`{function}` comes no further: {failure}")]
    Stuck {
        function: String,
        /// What keeps it, in its own words.
        failure: String,
    },
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl ReconcileError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Unready(unready) => unready.kind(),
            _ => ErrorKind::Failed,
        }
    }
}

impl From<Interrupted> for ReconcileError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

/// Asks the function behind `logical_id` to reconcile, from one invocation to the next until it is done; with a moment, events since
/// then are announced again.
///
/// It may be cut off anywhere and begun again: whatever is done twice does no harm.
///
/// # Errors
/// The stack is another environment's, or the function failed, or came no further.
pub async fn reconcile<C: Cloud>(
    session: &mut Session<'_, C>,
    stack: &str,
    logical_id: &str,
    notify_since: Option<Timestamp>,
) -> Result<Reconciled, ReconcileError> {
    let function = function(session, stack, logical_id).await?;
    let mut reconciliation = Reconciliation::begin(notify_since);
    let mut backoff = Backoff::up_to(PATIENCE);
    loop {
        session.check_interrupt()?;
        session.tell(Event::Reconciling {
            done: reconciliation.done(),
        });
        let invoked = session.cloud.invoke(&function, &reconciliation.request()).await?;
        if invoked.failed {
            return Err(ReconcileError::FunctionFailed {
                message: message(&invoked),
                function,
            });
        }
        match reconciliation.take_in(&invoked.payload) {
            Ok(Turn::Done) => return Ok(reconciliation.done()),
            Ok(Turn::Again) => {}
            Ok(Turn::Later) => session.pause(backoff.next()).await?,
            Ok(Turn::Stuck { failure }) => return Err(ReconcileError::Stuck { function, failure }),
            Err(Unintelligible) => return Err(ReconcileError::Unintelligible { function }),
        }
    }
}

/// The name in AWS of what the template says reconciles.
async fn function<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
    logical_id: &str,
) -> Result<String, ReconcileError> {
    let found = session.cloud.describe_stack(stack).await?;
    let found = found.ok_or_else(|| ReconcileError::NoStack {
        stack: stack.to_owned(),
    })?;
    ownership::check(session, &found).await?;
    let mut resources = traffic::resources(session.cloud, &found.id).await?;
    let resource = resources
        .remove(logical_id)
        .filter(|resource| !resource.physical_id.is_empty());
    resource
        .map(|resource| resource.physical_id)
        .ok_or_else(|| ReconcileError::NotDeployed {
            stack: stack.to_owned(),
            logical_id: logical_id.to_owned(),
        })
}

/// What Lambda says of a function that failed: `{"errorType":…,"errorMessage":…}`.
fn message(invoked: &Invoked) -> String {
    let payload: Value = serde_json::from_str(&invoked.payload).unwrap_or_default();
    let text = payload["errorMessage"].as_str().unwrap_or(&invoked.payload);
    text.to_owned()
}

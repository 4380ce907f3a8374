//! What a run has still to do before its intent can go.

use crate::cloud::{CallError, Cloud};
use crate::stack::{DeployedStack, ReleaseId, is_receipt, receipt_key};
use crate::{Before, Event, Session};

use super::Journal;

/// What is still to be done, and written, by a run.
#[derive(Debug, Default)]
pub(crate) struct Open {
    /// What goes when all is done: intents, this run's and those of earlier ones, and outdated receipts.
    pub(super) keys: Vec<String>,
    /// Those among them that say nothing of the stack as it stands.
    void: Vec<String>,
    /// Intents of runs that may still be at work.
    spared: Vec<String>,
    /// The receipt that is written then.
    receipt: Option<String>,
    /// What is to make the listing complete.
    pub(crate) reconciler: Option<String>,
    /// The store is to be tried.
    pub(crate) trial: Option<OpenTrial>,
}

/// A store that is to be tried.
#[derive(Clone, Debug)]
pub(crate) struct OpenTrial {
    /// The release that is tried, if this or an earlier run has made it.
    pub(crate) release: Option<ReleaseId>,
    /// What was deployed before it; none, if nothing was.
    pub(crate) before: Option<Before>,
}

impl Open {
    /// What an earlier run has written goes with what this run will write.
    pub(super) fn of(journal: &Journal) -> Self {
        Self {
            keys: journal.keys(),
            ..Self::default()
        }
    }

    /// Leaves an intent where it is: its run may still be at work.
    pub(super) fn spare(&mut self, key: &str) {
        self.keys.retain(|known| known != key);
        self.spared.push(key.to_owned());
    }

    /// Takes note of an intent that says nothing of the stack as it stands. It goes when an operation has ended: until then, what it says may be
    /// under way, and the stack described as it was before.
    pub(super) fn void(&mut self, key: &str) {
        self.void.push(key.to_owned());
    }

    /// No change set of another run can be executed any more: CloudFormation has deleted them.
    pub(crate) fn outdo(&mut self) {
        self.keys.append(&mut self.spared);
        self.keys.sort();
    }

    /// Whether an intent is left where it is.
    pub(super) fn spares(&self, key: &str) -> bool {
        self.spared.iter().any(|spared| spared == key)
    }

    /// The intents of earlier runs that go when this run has come to its end.
    pub(crate) fn taken_up(&self) -> Vec<String> {
        let keys = self.keys.iter().filter(|key| !is_receipt(key));
        keys.cloned().collect()
    }

    /// Whether nothing follows any more.
    pub(crate) fn is_done(&self) -> bool {
        self.reconciler.is_none() && self.trial.is_none()
    }
}

/// Says that a stack is as asked: all is done, unless something follows. Where the deployed template is not `template` to the byte, there is
/// no receipt.
pub(crate) async fn close<C: Cloud>(
    session: &mut Session<'_, C>,
    bucket: &str,
    stack: &DeployedStack,
    template: Option<&str>,
) {
    session.open.receipt = template.map(|template| receipt_key(stack, template));
    conclude(session, bucket).await;
}

/// Says that something which follows a deployment is done, too.
pub(crate) async fn conclude<C: Cloud>(session: &mut Session<'_, C>, bucket: &str) {
    if !session.open.is_done() {
        return;
    }
    let receipt = session.open.receipt.take();
    let written = write_receipt(session, bucket, receipt.as_deref()).await;
    let done = match written {
        Ok(()) => delete(session, bucket, receipt.as_deref()).await,
        Err(error) => Err(error),
    };
    tell_failure(session, done);
}

/// Removes what says nothing of a stack any more, after an operation that has ended in an error.
pub(crate) async fn clear<C: Cloud>(session: &mut Session<'_, C>, bucket: &str) {
    let mut void = std::mem::take(&mut session.open.void);
    void.append(&mut session.open.spared);
    session.open.keys.retain(|key| !void.contains(key));
    let mut cleared = Ok(());
    for key in void {
        if cleared.is_ok() {
            cleared = session.cloud.delete_object(bucket, session.account(), &key).await;
        }
    }
    tell_failure(session, cleared);
}

/// Forgets all that was written about a stack that is gone.
pub(crate) async fn forget<C: Cloud>(session: &mut Session<'_, C>, bucket: &str, journal: &Journal) {
    let own = std::mem::take(&mut session.open).keys;
    session.open.keys = journal.keys();
    session.open.keys.extend(own);
    let forgotten = delete(session, bucket, None).await;
    tell_failure(session, forgotten);
}

async fn write_receipt<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    receipt: Option<&str>,
) -> Result<(), CallError> {
    match receipt {
        Some(key) if !session.open.keys.iter().any(|known| known == key) => {
            session
                .cloud
                .store_object(bucket, session.account(), key, Vec::new())
                .await
        }
        _ => Ok(()),
    }
}

/// Receipts go first: while an intent is there, a receipt does not count. The newest intent goes last: it tells the most.
async fn delete<C: Cloud>(
    session: &mut Session<'_, C>,
    bucket: &str,
    but: Option<&str>,
) -> Result<(), CallError> {
    let mut keys = std::mem::take(&mut session.open.keys);
    keys.retain(|key| Some(key.as_str()) != but);
    keys.sort_by_key(|key| !is_receipt(key));
    for key in keys {
        session
            .cloud
            .delete_object(bucket, session.account(), &key)
            .await?;
    }
    Ok(())
}

pub(super) fn tell_failure<C: Cloud>(session: &mut Session<'_, C>, outcome: Result<(), CallError>) {
    if let Err(error) = outcome {
        session.tell(Event::CleanupFailed {
            what: "the note of this run, which the next one reads,".to_owned(),
            reason: error.to_string(),
        });
    }
}

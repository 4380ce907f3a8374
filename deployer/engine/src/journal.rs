//! What runs write down before they change a stack, and what is made of one that was ended before its time.
//!
//! An intent stands for a run that is at work or was ended. Which of the two, nobody can tell for certain, and no run holds a lease: whatever
//! another run finishes comes out the same when it is done twice. While an operation is under way no run gets here; before it, a run is at
//! work for as long as its change set can be executed.

mod earlier;
mod life;
mod open;
mod resumed;
mod unfinished;

use uuid::Uuid;

use crate::cloud::{CallError, Cloud};
use crate::stack::{
    DeleteIntent, DeployIntent, DeployedStack, Intent, Unfinished, intent_key, is_receipt, receipt_key,
    run_prefix,
};

use super::Session;
use super::objects::objects;

pub(super) use self::earlier::{Earlier, finish_others, remove_log_groups, resume, tell_deleted};
pub use self::life::Life;
pub(super) use self::open::{Open, OpenTrial, clear, close, conclude, forget};
pub use self::resumed::Finished;
pub(super) use self::resumed::Resumed;
use self::unfinished::runs;
pub use self::unfinished::unfinished;
pub(super) use self::unfinished::{intents_among, told};

/// What earlier runs have left written about a stack.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// Intents with their keys, oldest first.
    intents: Vec<(String, Intent)>,
    receipts: Vec<String>,
    /// Whether there is a bucket to write to.
    has_bucket: bool,
}

impl Journal {
    /// Whether all is done about a stack that was deployed with this template.
    pub(super) fn is_settled(&self, stack: &DeployedStack, template: &str) -> bool {
        self.intents.is_empty() && self.receipts.contains(&receipt_key(stack, template))
    }

    /// Whether no run was ended before its time.
    pub(super) fn is_empty(&self) -> bool {
        self.intents.is_empty()
    }

    /// Whether anything can be written.
    pub(super) fn has_bucket(&self) -> bool {
        self.has_bucket
    }

    /// The deployments that were begun, newest first.
    pub(super) fn deployments(&self) -> impl Iterator<Item = &DeployIntent> {
        self.intents.iter().rev().filter_map(|(_, intent)| match intent {
            Intent::Deploy(intent) => Some(&**intent),
            Intent::Delete(_) => None,
        })
    }

    /// The deletions that were begun.
    pub(super) fn deletions(&self) -> impl Iterator<Item = &DeleteIntent> {
        self.intents.iter().filter_map(|(_, intent)| match intent {
            Intent::Delete(intent) => Some(intent),
            Intent::Deploy(_) => None,
        })
    }

    /// The run that began first among those that have not come to their end.
    pub(super) fn first(&self) -> Option<Unfinished> {
        let first = runs(&self.intents).next();
        first.map(|(_, _, run)| run)
    }

    /// All keys, intents oldest first.
    fn keys(&self) -> Vec<String> {
        let intents = self.intents.iter().map(|(key, _)| key);
        intents.chain(&self.receipts).cloned().collect()
    }
}

/// Reads what earlier runs have left: one call, and one more for each intent. One that cannot be read is of a later deployer, which will read
/// it.
pub(super) async fn read<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    stack: &str,
) -> Result<Journal, CallError> {
    let Some(objects) = objects(session, bucket, &run_prefix(stack)).await? else {
        return Ok(Journal::default());
    };
    let receipts = objects.iter().map(|object| &object.key);
    Ok(Journal {
        intents: intents_among(session, bucket, &objects).await?,
        receipts: receipts.filter(|key| is_receipt(key)).cloned().collect(),
        has_bucket: true,
    })
}

pub(super) async fn read_intent<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    key: &str,
) -> Result<Option<Intent>, CallError> {
    let text = session.cloud.read_object(bucket, session.account(), key).await?;
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()))
}

/// Writes down what is about to be done, and returns where.
///
/// # Errors
/// It could not be written; then nothing may be done.
pub(super) async fn write<C: Cloud>(
    session: &mut Session<'_, C>,
    bucket: &str,
    stack: &str,
    intent: &Intent,
) -> Result<String, CallError> {
    let key = intent_key(stack, session.cloud.now(), Uuid::new_v4());
    // An intent holds nothing that JSON cannot.
    let body = serde_json::to_vec_pretty(intent).unwrap_or_default();
    session
        .cloud
        .store_object(bucket, session.account(), &key, body)
        .await?;
    session.open.keys.push(key.clone());
    session.written.push(key.clone());
    Ok(key)
}

/// Takes an intent back: what it says was not begun, or has ended in an error that is told.
pub(super) async fn withdraw<C: Cloud>(session: &mut Session<'_, C>, bucket: &str, key: &str) {
    let deleted = session.cloud.delete_object(bucket, session.account(), key).await;
    session.open.keys.retain(|open| open != key);
    open::tell_failure(session, deleted);
}

//! Deleting artifacts that can be proven to be referred to by nothing.

mod error;
mod evidence;

use jiff::SignedDuration;

use crate::cloud::Cloud;
use crate::stack::garbage::{Garbage, young_since};

pub use self::error::GcError;
use self::evidence::evidence;
use super::objects::objects;
use super::session::Interrupted;
use super::{Answer, Event, Question, Session};

/// What is to be tidied up.
#[derive(Clone, Debug)]
pub struct GarbageCollection {
    /// The artifact bucket.
    pub bucket: String,
    /// How many of the newest releases of each stack keep what they were made of.
    pub keep: usize,
    /// For how long after it was stored an object is kept in any case.
    pub young_for: SignedDuration,
    /// Whether to tell what would be deleted, and delete nothing.
    pub dry_run: bool,
}

/// What was deleted, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    /// Nothing is there that could be deleted.
    Nothing(Garbage),
    /// This would be deleted.
    WouldDelete(Garbage),
    /// This was deleted.
    Deleted(Garbage),
}

/// Deletes the artifacts that nothing refers to, after they were shown and approved.
///
/// # Errors
/// Something that may refer to an artifact cannot be read; then nothing is deleted.
pub async fn collect_garbage<C: Cloud>(
    session: &mut Session<'_, C>,
    collection: &GarbageCollection,
) -> Result<Collected, GcError> {
    let garbage = look(session, collection).await?;
    if garbage.objects.is_empty() {
        return Ok(Collected::Nothing(garbage));
    }
    if collection.dry_run {
        return Ok(Collected::WouldDelete(garbage));
    }
    let question = Question::DeleteArtifacts {
        bucket: &collection.bucket,
        garbage: &garbage,
    };
    match session.confirm(question).await? {
        Answer::Yes => {}
        Answer::No | Answer::Mismatch => return Err(GcError::Declined),
        Answer::NobodyToAsk => return Err(GcError::NeedsApproval),
    }
    // Somebody may have deployed while the question stood.
    let garbage = garbage.still(&look(session, collection).await?);
    for (deleted, object) in garbage.objects.iter().enumerate() {
        session
            .check_interrupt()
            .map_err(|Interrupted| GcError::Interrupted { deleted })?;
        session
            .cloud
            .delete_object(&collection.bucket, session.account(), &object.key)
            .await
            .map_err(|source| GcError::NotDeleted {
                key: object.key.clone(),
                deleted,
                source,
            })?;
        session.tell(Event::ArtifactDeleted {
            key: object.key.clone(),
        });
    }
    Ok(Collected::Deleted(garbage))
}

/// Lists first and looks for references afterwards: what is stored in between is not among the objects.
async fn look<C: Cloud>(
    session: &mut Session<'_, C>,
    collection: &GarbageCollection,
) -> Result<Garbage, GcError> {
    let objects = objects(session, &collection.bucket, "")
        .await?
        .unwrap_or_default();
    let evidence = evidence(session, collection, &objects).await?;
    let young_since = young_since(session.cloud.now(), collection.young_for);
    Ok(Garbage::among(&objects, &evidence, young_since))
}

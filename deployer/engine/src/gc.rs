//! Deletes artifacts that are proven to be unreferenced.

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

/// What to collect.
#[derive(Clone, Debug)]
pub struct GarbageCollection {
    /// The artifact bucket.
    pub bucket: String,
    /// How many of the newest releases of each stack keep their artifacts.
    pub keep: usize,
    /// How long an object is kept in any case after it was stored.
    pub young_for: SignedDuration,
    /// Whether to report what would be deleted without deleting it.
    pub dry_run: bool,
}

/// What was deleted, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    /// There is nothing to delete.
    Nothing(Garbage),
    /// This would be deleted.
    WouldDelete(Garbage),
    /// This was deleted.
    Deleted(Garbage),
}

/// Deletes unreferenced artifacts, after they were shown and approved.
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
    // Another deployment may have begun while the question was open.
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

/// Lists objects first and references afterwards, so that objects stored in between are not candidates.
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

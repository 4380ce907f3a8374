//! Deleting artifacts that can be proven to be referred to by nothing.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::aws::{CallError, Cloud};
use crate::stack::garbage::{Evidence, Garbage, StoredObject, young_since};
use crate::stack::{ArtifactKey, NextMove, ReleaseId, StackStatus};

use super::ledger::{self, LedgerError};
use super::session::Interrupted;
use super::{Answer, ErrorKind, Event, Question, Session, Talk};

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

/// Why nothing was deleted, or not all.
#[derive(Debug, thiserror::Error)]
pub enum GcError {
    /// The bucket could not be listed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Something could not be read that may refer to an artifact.
    #[error("nothing was deleted: what refers to artifacts is not known without {what}")]
    Unproven {
        /// What could not be read.
        what: String,
        /// Why.
        #[source]
        source: LedgerError,
    },
    /// A stack is between two templates.
    #[error(
        "nothing was deleted: stack `{stack}` is `{status}`, and may return to a template that cannot be read now"
    )]
    Unsettled {
        /// The stack.
        stack: String,
        /// Its state.
        status: StackStatus,
    },
    /// The deletion was not approved.
    #[error("the deletion was declined")]
    Declined,
    /// The deletion needs an approval, and there is nobody to give it.
    #[error("the deletion needs approval")]
    NeedsApproval,
    /// An object could not be deleted.
    #[error("`{key}` could not be deleted, after {deleted} others were")]
    NotDeleted {
        /// Its key.
        key: String,
        /// How many were deleted before it.
        deleted: usize,
        /// Why.
        #[source]
        source: CallError,
    },
    /// Somebody asked to stop.
    #[error("interrupted, after {deleted} objects were deleted")]
    Interrupted {
        /// How many were deleted before.
        deleted: usize,
    },
}

impl From<Interrupted> for GcError {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted { deleted: 0 }
    }
}

impl GcError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unsettled { .. } => ErrorKind::Refused,
            Self::Declined | Self::NeedsApproval => ErrorKind::NeedsApproval,
            Self::Interrupted { .. } => ErrorKind::Interrupted,
            Self::Call(_) | Self::Unproven { .. } | Self::NotDeleted { .. } => ErrorKind::Failed,
        }
    }
}

/// Deletes the artifacts that nothing refers to, after they were shown and approved.
///
/// # Errors
/// Something that may refer to an artifact cannot be read; then nothing is deleted.
pub async fn collect_garbage<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
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
        Answer::No => return Err(GcError::Declined),
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
async fn look<C: Cloud, T: Talk>(
    session: &mut Session<'_, C, T>,
    collection: &GarbageCollection,
) -> Result<Garbage, GcError> {
    let objects = objects(session, &collection.bucket).await?;
    let evidence = evidence(session, collection, &objects).await?;
    let young_since = young_since(session.cloud.now(), collection.young_for);
    Ok(Garbage::among(&objects, &evidence, young_since))
}

async fn objects<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    bucket: &str,
) -> Result<Vec<StoredObject>, CallError> {
    let mut objects = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let listed = session
            .cloud
            .list_objects(bucket, session.account(), "", next.as_deref())
            .await;
        let page = match listed {
            Ok(page) => page,
            // Nothing was deployed here yet.
            Err(error) if error.is_not_found() => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        objects.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(objects);
        }
    }
}

async fn evidence<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    collection: &GarbageCollection,
    objects: &[StoredObject],
) -> Result<Evidence, GcError> {
    let mut evidence = Evidence::default();
    if objects.is_empty() {
        return Ok(evidence);
    }
    let mut releases: Vec<(String, ReleaseId)> = objects.iter().filter_map(release).collect();
    releases.sort();
    let users: BTreeSet<&str> = releases.iter().map(|(stack, _)| stack.as_str()).collect();
    read_releases(session, collection, &releases, &mut evidence).await?;
    evidence.templates = templates(session, &collection.bucket, &users).await?;
    evidence.code = code(session).await.map_err(unproven("the functions' code"))?;
    Ok(evidence)
}

fn release(object: &StoredObject) -> Option<(String, ReleaseId)> {
    match ArtifactKey::parse(&object.key)? {
        ArtifactKey::Release { stack, id } => Some((stack, id)),
        ArtifactKey::Code { .. } | ArtifactKey::Template { .. } => None,
    }
}

async fn read_releases<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    collection: &GarbageCollection,
    releases: &[(String, ReleaseId)],
    evidence: &mut Evidence,
) -> Result<(), GcError> {
    for of_one_stack in releases.chunk_by(|one, other| one.0 == other.0) {
        for (age, (stack, id)) in of_one_stack.iter().rev().enumerate() {
            let read = ledger::read(session, &collection.bucket, stack, id).await;
            if age >= collection.keep {
                // An older release keeps nothing, whether it can be read or not.
                evidence.older.extend(read.ok());
                continue;
            }
            let kept = read.map_err(|source| GcError::Unproven {
                what: format!("release `{id}` of stack `{stack}`"),
                source,
            })?;
            evidence.kept.entry(stack.clone()).or_default().push(kept);
        }
    }
    Ok(())
}

/// The templates of all stacks of the account and region, whoever deployed them.
async fn templates<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    bucket: &str,
    users: &BTreeSet<&str>,
) -> Result<Vec<String>, GcError> {
    let mut templates = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let page = session.cloud.stacks(next.as_deref()).await;
        let page = page.map_err(unproven("the list of stacks"))?;
        for listed in page.items {
            let stack = listed.stack;
            if stack.status == StackStatus::ReviewInProgress {
                // It was never deployed and has no template; what a change set of it needs is young.
                continue;
            }
            let what = format!("the template of stack `{}`", stack.name);
            let template = session.cloud.original_template(&stack.id).await;
            let mut text = template.map_err(unproven(&what))?;
            for value in listed.parameters {
                text.push('\n');
                text.push_str(&value);
            }
            let uses_the_bucket = users.contains(stack.name.as_str()) || text.contains(bucket);
            let is_settled = !matches!(stack.status.next_move(), NextMove::Wait | NextMove::Recover);
            if uses_the_bucket && !is_settled {
                return Err(GcError::Unsettled {
                    stack: stack.name,
                    status: stack.status,
                });
            }
            templates.push(text);
        }
        next = page.next;
        if next.is_none() {
            return Ok(templates);
        }
    }
}

/// The code of all functions of the account and region and of all their versions.
async fn code<C: Cloud, T: Talk>(session: &Session<'_, C, T>) -> Result<BTreeSet<String>, CallError> {
    let mut code = BTreeSet::new();
    let mut next: Option<String> = None;
    loop {
        let page = session.cloud.code_of_all_functions(next.as_deref()).await?;
        code.extend(page.items);
        next = page.next;
        if next.is_none() {
            return Ok(code);
        }
    }
}

fn unproven(what: &str) -> impl FnOnce(CallError) -> GcError {
    let what = what.to_owned();
    |source| GcError::Unproven {
        what,
        source: source.into(),
    }
}

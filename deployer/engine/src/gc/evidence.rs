//! The proof that nothing refers to an artifact: reads everything that could.

use std::collections::BTreeSet;

use super::{GarbageCollection, GcError};
use crate::cloud::{CallError, Cloud};
use crate::stack::garbage::{Evidence, StoredObject};
use crate::stack::{ArtifactKey, Intent, NextMove, Release, ReleaseId, StackStatus, is_intent};
use crate::{Session, journal, ledger};

/// Reads everything that may refer to one of `objects`; reads nothing if there are none.
///
/// # Errors
/// Something could not be read, or a stack is between two templates: nothing is proven.
pub(super) async fn evidence<C: Cloud>(
    session: &Session<'_, C>,
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
    read_intents(session, collection, objects, &mut evidence).await?;
    evidence
        .templates
        .extend(templates(session, &collection.bucket, &users).await?);
    evidence.code = code(session).await.map_err(unproven("the functions' code"))?;
    Ok(evidence)
}

fn release(object: &StoredObject) -> Option<(String, ReleaseId)> {
    match ArtifactKey::parse(&object.key)? {
        ArtifactKey::Release { stack, id } => Some((stack, id)),
        ArtifactKey::Code { .. } | ArtifactKey::Template { .. } => None,
    }
}

async fn read_releases<C: Cloud>(
    session: &Session<'_, C>,
    collection: &GarbageCollection,
    releases: &[(String, ReleaseId)],
    evidence: &mut Evidence,
) -> Result<(), GcError> {
    for of_one_stack in releases.chunk_by(|one, other| one.0 == other.0) {
        for (age, (stack, id)) in of_one_stack.iter().rev().enumerate() {
            let read = ledger::read(session, &collection.bucket, stack, id).await;
            if age >= collection.keep {
                // An older release keeps nothing, whether it is readable or not.
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

/// The releases that runs in progress or interrupted runs deploy, or may return to.
async fn read_intents<C: Cloud>(
    session: &Session<'_, C>,
    collection: &GarbageCollection,
    objects: &[StoredObject],
    evidence: &mut Evidence,
) -> Result<(), GcError> {
    for key in objects
        .iter()
        .map(|object| &object.key)
        .filter(|key| is_intent(key))
    {
        let read = journal::read_intent(session, &collection.bucket, key).await;
        let Some(Intent::Deploy(intent)) = read.map_err(unproven(&format!("`{key}`")))? else {
            continue;
        };
        let (release, before) = (intent.release, intent.before);
        let kept = evidence.kept.entry(release.stack.clone()).or_default();
        if let Some(before) = before {
            let account = session.account();
            let text = session
                .cloud
                .read_object(&collection.bucket, account, &before.template.key)
                .await
                .map_err(unproven(&format!("`{}`", before.template.key)))?;
            let text = String::from_utf8_lossy(&text.unwrap_or_default()).into_owned();
            evidence.templates.push(text);
            kept.push(Release {
                template: before.template,
                ..release.clone()
            });
        }
        kept.push(release);
    }
    Ok(())
}

/// The templates of all stacks in the account and region, whoever deployed them.
async fn templates<C: Cloud>(
    session: &Session<'_, C>,
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
                // The stack was never deployed and has no template; the artifacts of its change set are young.
                continue;
            }
            let what = format!("the template of stack `{}`", stack.name);
            let mut text = match session.cloud.original_template(&stack.id).await {
                Ok(text) => text,
                // The stack was deleted after it was listed, so it refers to nothing.
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(unproven(&what)(error)),
            };
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

/// The code of all functions in the account and region, and of all their versions.
async fn code<C: Cloud>(session: &Session<'_, C>) -> Result<BTreeSet<String>, CallError> {
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

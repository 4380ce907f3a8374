//! What was released, and when.

use std::collections::BTreeSet;

use crate::cloud::{CallError, Cloud};
use crate::stack::{
    ArtifactKey, Intent, NextMove, Release, ReleaseId, Unfinished, release_prefix, sha256_hex,
};

use super::objects::objects;
use super::{LedgerError, Session, journal, ledger};

/// The releases of a stack.
#[derive(Debug, Default)]
pub struct History {
    /// Those asked for, newest first.
    pub releases: Vec<Release>,
    /// Records among them that could not be read, each with why.
    pub unreadable: Vec<LedgerError>,
    /// How many older ones there are.
    pub older: usize,
    /// Those among them that can no longer be gone back to: their template or code is not in the bucket.
    pub gone: BTreeSet<ReleaseId>,
    /// What became of the stack.
    pub live: Live,
    /// Runs that have not come to their end. What they bring may be live, and is in no record yet.
    pub unfinished: Vec<Unfinished>,
}

/// Which release a stack is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Live {
    /// There is no stack, or none that could serve.
    #[default]
    None,
    /// This one.
    Release(ReleaseId),
    /// One that a run has brought which has not come to its end, so that it is in no record yet.
    Unrecorded(ReleaseId),
    /// None of those that were read: it was deployed in another way, or is older.
    Other,
}

/// Reads the newest releases of a stack, at most `limit`.
///
/// # Errors
/// A call failed. A record that cannot be read is among the results.
pub async fn history<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    stack: &str,
    limit: usize,
) -> Result<History, LedgerError> {
    let objects = objects(session, bucket, &release_prefix(stack)).await?;
    let objects = objects.unwrap_or_default();
    let ids = ledger::ids_among(&objects);
    let intents = journal::intents_among(session, bucket, &objects).await?;
    let mut history = History {
        older: ids.len().saturating_sub(limit),
        unfinished: journal::told(session, &intents).await,
        ..History::default()
    };
    if ids.is_empty() && intents.is_empty() {
        return Ok(history);
    }
    for id in ids.iter().rev().take(limit) {
        match ledger::read(session, bucket, stack, id).await {
            Ok(release) => history.releases.push(release),
            Err(LedgerError::Call(error)) => return Err(error.into()),
            Err(unreadable) => history.unreadable.push(unreadable),
        }
    }
    // One that is to be tried is recorded before that is done.
    let untried: Vec<&ReleaseId> = intents
        .iter()
        .filter_map(|(_, intent)| match intent {
            Intent::Deploy(intent) if intent.sequel.trial => Some(&intent.release.id),
            _ => None,
        })
        .collect();
    for release in &mut history.releases {
        release.untried |= untried.contains(&&release.id);
    }
    history.gone = gone(session, bucket, &history.releases).await?;
    let begun = intents.into_iter().filter_map(|(_, intent)| match intent {
        Intent::Deploy(intent) => Some(intent.release),
        Intent::Delete(_) => None,
    });
    history.live = live(
        session,
        bucket,
        stack,
        &history.releases,
        &begun.collect::<Vec<_>>(),
    )
    .await?;
    Ok(history)
}

/// The releases that were made of something that is no longer in the bucket. It is listed once for each kind of object, however many releases
/// there are. Code that others have stored is not looked for.
async fn gone<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    releases: &[Release],
) -> Result<BTreeSet<ReleaseId>, CallError> {
    let mut stored = BTreeSet::new();
    let keys = |release: &Release| {
        let code = release.artifacts.iter().map(|artifact| artifact.key.clone());
        let keys = code.chain([release.template.key.clone()]);
        keys.filter(|key| ArtifactKey::parse(key).is_some())
            .collect::<Vec<_>>()
    };
    let kinds: BTreeSet<String> = releases
        .iter()
        .flat_map(keys)
        .filter_map(|key| Some(format!("{}/", key.split('/').next()?)))
        .collect();
    for kind in &kinds {
        let objects = objects(session, bucket, kind).await?.unwrap_or_default();
        stored.extend(objects.into_iter().map(|object| object.key));
    }
    let is_gone = |release: &&Release| keys(release).iter().any(|key| !stored.contains(key));
    let gone = releases.iter().filter(is_gone);
    Ok(gone.map(|release| release.id.clone()).collect())
}

/// The release that stands, by the bytes of its template; where none has those, by what its template says.
async fn live<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    stack: &str,
    releases: &[Release],
    begun: &[Release],
) -> Result<Live, CallError> {
    let standing = session.cloud.describe_stack(stack).await?.filter(|stack| {
        !matches!(
            stack.status.next_move(),
            NextMove::Create | NextMove::CreateInShell | NextMove::DeleteThenCreate
        )
    });
    let Some(standing) = standing else {
        return Ok(Live::None);
    };
    let template = session.cloud.original_template(&standing.id).await?;
    let sha256 = sha256_hex(&template);
    let among = |releases: &[Release]| {
        let is_it = |release: &&Release| release.stack_id == standing.id && release.template.sha256 == sha256;
        releases.iter().find(is_it).map(|release| release.id.clone())
    };
    // A run that goes back to what was deployed before brings the same template as an older record: the newer one counts.
    let unrecorded = among(begun).filter(|id| releases.first().is_none_or(|newest| newest.id < *id));
    if let Some(unrecorded) = unrecorded {
        return Ok(Live::Unrecorded(unrecorded));
    }
    if let Some(release) = among(releases) {
        return Ok(Live::Release(release));
    }
    for release in releases.iter().filter(|release| release.stack_id == standing.id) {
        if ledger::is_of(session, bucket, release, &template).await? {
            return Ok(Live::Release(release.id.clone()));
        }
    }
    Ok(Live::Other)
}

//! What was released, and when.

use crate::cloud::{CallError, Cloud};
use crate::stack::{NextMove, Release, ReleaseId, sha256_hex};

use super::{LedgerError, Session, Talk, ledger};

/// The releases of a stack.
#[derive(Debug, Default)]
pub struct History {
    /// Those asked for, newest first.
    pub releases: Vec<Release>,
    /// Records among them that could not be read, each with why.
    pub unreadable: Vec<LedgerError>,
    /// How many older ones there are.
    pub older: usize,
    /// What became of the stack.
    pub live: Live,
}

/// Which release a stack is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Live {
    /// There is no stack, or none that could serve.
    #[default]
    None,
    /// This one.
    Release(ReleaseId),
    /// None of those that were read: it was deployed in another way, or is older.
    Other,
}

/// Reads the newest releases of a stack, at most `limit`.
///
/// # Errors
/// A call failed. A record that cannot be read is among the results.
pub async fn history<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    bucket: &str,
    stack: &str,
    limit: usize,
) -> Result<History, LedgerError> {
    let ids = ledger::ids(session, bucket, stack).await?;
    let mut history = History {
        older: ids.len().saturating_sub(limit),
        ..History::default()
    };
    if ids.is_empty() {
        return Ok(history);
    }
    for id in ids.iter().rev().take(limit) {
        match ledger::read(session, bucket, stack, id).await {
            Ok(release) => history.releases.push(release),
            Err(LedgerError::Call(error)) => return Err(error.into()),
            Err(unreadable) => history.unreadable.push(unreadable),
        }
    }
    history.live = live(session, bucket, stack, &history.releases).await?;
    Ok(history)
}

/// The release that stands, by the bytes of its template; where none has those, by what its template says.
async fn live<C: Cloud, T: Talk>(
    session: &Session<'_, C, T>,
    bucket: &str,
    stack: &str,
    releases: &[Release],
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
    let of_it = || releases.iter().filter(|release| release.stack_id == standing.id);
    let sha256 = sha256_hex(&template);
    if let Some(release) = of_it().find(|release| release.template.sha256 == sha256) {
        return Ok(Live::Release(release.id.clone()));
    }
    for release in of_it() {
        if ledger::is_of(session, bucket, release, &template).await? {
            return Ok(Live::Release(release.id.clone()));
        }
    }
    Ok(Live::Other)
}

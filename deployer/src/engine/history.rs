//! What was released, and when.

use crate::aws::Cloud;
use crate::stack::Release;

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
    for id in ids.iter().rev().take(limit) {
        match ledger::read(session, bucket, stack, id).await {
            Ok(release) => history.releases.push(release),
            Err(LedgerError::Call(error)) => return Err(error.into()),
            Err(unreadable) => history.unreadable.push(unreadable),
        }
    }
    Ok(history)
}

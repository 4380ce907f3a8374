//! The log that a drill restores.

use jiff::Timestamp;
use serde::Serialize;

use crate::cloud::{Cloud, RestoreWindow};
use crate::stack::{Blueprint, StackStatus};
use crate::{CodeArtifact, LedgerError, Session, ledger, ownership};

use super::DrillError;

/// A log that can be restored, and the code that is deployed to read it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DrillSource {
    pub stack: String,
    /// The name of its log in the template.
    #[serde(skip)]
    pub logical_id: String,
    /// The log.
    pub table: String,
    /// How many items it holds, by AWS's last count.
    pub items: u64,
    /// How large it is in bytes, counted as often.
    pub bytes: u64,
    #[serde(skip)]
    window: RestoreWindow,
    /// The code of the newest release.
    #[serde(skip)]
    pub code: Vec<CodeArtifact>,
}

impl DrillSource {
    /// Refuses a moment as of which the log cannot be restored.
    pub(super) fn check(&self, at: Option<Timestamp>) -> Result<(), DrillError> {
        let RestoreWindow { earliest, latest } = self.window;
        let Some(at) = at else { return Ok(()) };
        let too_early = earliest.is_some_and(|earliest| at < earliest);
        let too_late = latest.is_some_and(|latest| at > latest);
        if too_early || too_late {
            return Err(DrillError::OutOfReach {
                table: self.table.clone(),
                at,
                window: self.window,
            });
        }
        Ok(())
    }
}

/// Finds the log of a stack whose rendered template is given: its table with a stream and point-in-time recovery. It has to be
/// there, and to have that.
///
/// # Errors
/// There is no such stack or log, or it cannot be restored, or nothing tells which code is deployed.
pub async fn find_source<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
    template: &str,
    bucket: &str,
) -> Result<DrillSource, DrillError> {
    let no_stack = || DrillError::NoStack {
        stack: stack.to_owned(),
    };
    let standing = session.cloud.describe_stack(stack).await?;
    let standing = standing
        .filter(|found| found.status != StackStatus::ReviewInProgress)
        .ok_or_else(no_stack)?;
    ownership::check(session, &standing).await?;
    let mut logs = Blueprint::read(template)?.tables;
    logs.retain(|table| table.stream_view.is_some());
    // What can be made anew has no recovery, even if it has a stream.
    logs.sort_by_key(|table| !table.point_in_time_recovery);
    let log = logs.into_iter().next().ok_or(DrillError::NoLog)?;
    let table = session.cloud.describe_table(&log.name).await?;
    let table = table.ok_or_else(|| DrillError::NoTable {
        table: log.name.clone(),
    })?;
    let window = session.cloud.point_in_time_recovery(&table.name).await?;
    let window = window.ok_or_else(|| DrillError::NoRecovery {
        table: table.name.clone(),
    })?;
    Ok(DrillSource {
        stack: standing.name,
        logical_id: log.logical_id,
        table: table.name,
        items: table.items,
        bytes: table.bytes,
        window,
        code: released_code(session, bucket, stack).await?,
    })
}

/// The code of the newest release of a stack.
async fn released_code<C: Cloud>(
    session: &Session<'_, C>,
    bucket: &str,
    stack: &str,
) -> Result<Vec<CodeArtifact>, DrillError> {
    let no_release = || DrillError::NoRelease {
        stack: stack.to_owned(),
    };
    let ids = ledger::ids(session, bucket, stack).await?;
    let newest = ids.last().ok_or_else(no_release)?;
    let release = match ledger::read(session, bucket, stack, newest).await {
        Err(LedgerError::Gone { .. }) => return Err(no_release()),
        read => read?,
    };
    let code = release.artifacts.into_iter().map(|code| CodeArtifact {
        key: code.key,
        body: None,
        code_sha256: code.code_sha256,
    });
    Ok(code.collect())
}

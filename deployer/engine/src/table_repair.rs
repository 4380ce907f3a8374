//! One setting of a table changed.

use std::time::Duration;

use crate::cloud::{CallError, Cloud, DeployedTable, TableRepair};

use super::backoff::Backoff;
use super::{Event, Session, Unready};

const PATIENCE: Duration = Duration::from_secs(3);

/// Makes one change and waits until the table takes the next.
///
/// A refusal may mean that the change was made and its answer was lost: the SDK sends it again, to a table that is being changed. So the
/// table is asked.
pub(super) async fn repair<C: Cloud>(
    session: &mut Session<'_, C>,
    table: &DeployedTable,
    needed: TableRepair,
) -> Result<(), Unready> {
    let sent = session.cloud.repair_table(table, &needed).await;
    if sent.as_ref().is_err_and(CallError::is_not_found) {
        return Ok(sent?);
    }
    session.tell(Event::Repairing {
        table: table.name.clone(),
        repair: needed.clone(),
    });
    at_rest(session, &table.name).await?;
    match sent {
        Err(error) if !holds(session, table, &needed).await? => Err(error.into()),
        _ => Ok(()),
    }
}

/// Waits until a table takes a change, and gives it; none, if it is gone or goes.
pub(super) async fn at_rest<C: Cloud>(
    session: &mut Session<'_, C>,
    name: &str,
) -> Result<Option<DeployedTable>, Unready> {
    let mut backoff = Backoff::up_to(PATIENCE);
    loop {
        match session.cloud.describe_table(name).await? {
            Some(table) if table.is_going() => return Ok(None),
            Some(table) if !table.is_active() => session.pause(backoff.next()).await?,
            found => return Ok(found),
        }
    }
}

/// Whether a table is as a change would make it.
async fn holds<C: Cloud>(
    session: &Session<'_, C>,
    table: &DeployedTable,
    wanted: &TableRepair,
) -> Result<bool, CallError> {
    let cloud = session.cloud;
    Ok(match wanted {
        TableRepair::PointInTimeRecovery(on) => {
            cloud.point_in_time_recovery(&table.name).await?.is_some() == *on
        }
        TableRepair::Tags(tags) => {
            let has = cloud.table_tags(&table.arn).await?;
            tags.iter().all(|(key, value)| has.get(key) == Some(value))
        }
        TableRepair::DeletionProtection(on) => {
            let now = cloud.describe_table(&table.name).await?;
            now.is_some_and(|now| now.deletion_protection == *on)
        }
        TableRepair::Stream(view) => {
            let now = cloud.describe_table(&table.name).await?;
            now.is_some_and(|now| now.stream_view.as_ref() == Some(view))
        }
    })
}

//! Tables deleted with all that is in them.

use std::time::Duration;

use crate::backoff::Backoff;
use crate::cloud::{Cloud, Owner, TableRepair};
use crate::stack::KeptTable;
use crate::{DestroyError, Event, Session, table_repair};

use super::Destruction;

const PATIENCE: Duration = Duration::from_secs(3);

/// Deletes a table with all that is in it. Its own protection is lifted first: that is what was asked for.
pub(super) async fn purge<C: Cloud>(
    session: &mut Session<'_, C>,
    destruction: &Destruction,
    kept: &KeptTable,
) -> Result<(), DestroyError> {
    let Some(table) = table_repair::at_rest(session, &kept.name).await? else {
        return wait_until_gone(session, &kept.name).await;
    };
    if let Owner::Stack(stack) = session.cloud.owner(&kept.name).await? {
        // Somebody deployed again while the stack was being deleted.
        if stack != destruction.stack {
            return Err(DestroyError::OwnedElsewhere {
                table: kept.name.clone(),
                stack,
            });
        }
    }
    if table.deletion_protection {
        table_repair::repair(session, &table, TableRepair::DeletionProtection(false)).await?;
        session.tell(Event::TableProtectionLifted {
            table: kept.name.clone(),
        });
    }
    session.tell(Event::TableDeleting {
        table: kept.name.clone(),
        items: kept.items,
    });
    if let Err(error) = session.cloud.delete_table(&kept.name).await {
        // Its answer was lost, and it was sent again to a table that was going already.
        let now = session.cloud.describe_table(&kept.name).await?;
        if now.is_some_and(|table| !table.is_going()) {
            return Err(error.into());
        }
    }
    wait_until_gone(session, &kept.name).await
}

async fn wait_until_gone<C: Cloud>(session: &mut Session<'_, C>, table: &str) -> Result<(), DestroyError> {
    let mut backoff = Backoff::up_to(PATIENCE);
    while session.cloud.describe_table(table).await?.is_some() {
        session.pause(backoff.next()).await?;
    }
    Ok(())
}

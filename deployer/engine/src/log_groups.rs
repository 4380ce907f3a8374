//! Deleting log groups that nothing else deletes.

use std::time::Duration;

use crate::cloud::{CallError, Cloud};

use super::backoff::Backoff;
use super::{DestroyError, Event, Session};

/// How often a log group that a function makes anew is deleted. An invocation lasts seconds here, and so do the pauses.
const DELETED_AT_MOST: usize = 5;

const PATIENCE: Duration = Duration::from_secs(3);

/// Deletes a log group if it is there, and says whether it was.
pub(super) async fn delete<C: Cloud>(session: &mut Session<'_, C>, name: &str) -> Result<bool, CallError> {
    let is_there = session.cloud.log_group_exists(name).await?;
    if is_there {
        session.tell(Event::LogGroupDeleting {
            name: name.to_owned(),
        });
        session.cloud.delete_log_group(name).await?;
    }
    Ok(is_there)
}

/// Deletes log groups where they are back, until a look finds none: a function that is still at work while its stack goes
/// makes its group anew, if its role may, and the next creation would find it in its way. What comes back for ever stays.
pub(super) async fn delete_while_they_come_back<C: Cloud>(
    session: &mut Session<'_, C>,
    names: &[&str],
) -> Result<(), DestroyError> {
    let mut backoff = Backoff::up_to(PATIENCE);
    for _ in 0..DELETED_AT_MOST {
        let mut back = false;
        for name in names {
            back |= delete(session, name).await?;
        }
        if !back {
            break;
        }
        session.pause(backoff.next()).await?;
    }
    Ok(())
}

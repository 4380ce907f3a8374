//! The alarms that undo an update of a protected environment.

use serde_json::Value;

use crate::cloud::{CallError, Cloud, RollbackTriggers};
use crate::stack::{DeployedStack, MOST_ALARMS, rollback_alarms};

use super::{Deployment, Event, Session, traffic};

/// Chooses the alarms that watch over an update; none over a creation, since a trigger has to exist beforehand.
pub(super) async fn triggers<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    standing: Option<&DeployedStack>,
    deployed: Option<&Value>,
) -> Result<RollbackTriggers, CallError> {
    let Some(stack) = standing.filter(|_| deployment.protected) else {
        return Ok(RollbackTriggers::default());
    };
    let resources = traffic::resources(session.cloud, &stack.id).await?;
    let wanted = deployment.template.value();
    let mut alarms = rollback_alarms(&stack.id, &resources, deployed, wanted);
    alarms.retain(|alarm| !deployment.accepted.ignores(&alarm.logical_id));
    let unwatched = alarms.split_off(alarms.len().min(MOST_ALARMS));
    if alarms.is_empty() {
        // Without a trigger CloudFormation would wait all the same.
        return Ok(RollbackTriggers::default());
    }
    let names = |alarms: &[crate::stack::RollbackAlarm]| {
        alarms.iter().map(|alarm| alarm.logical_id.clone()).collect()
    };
    session.tell(Event::AlarmsWatched {
        alarms: names(&alarms),
        unwatched: names(&unwatched),
        minutes: deployment.watch_alarms_minutes,
    });
    Ok(RollbackTriggers {
        alarms: alarms.into_iter().map(|alarm| alarm.arn).collect(),
        minutes: deployment.watch_alarms_minutes,
    })
}

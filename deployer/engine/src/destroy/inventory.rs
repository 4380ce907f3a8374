//! What there is to delete, and what outlives it.

use serde::Serialize;

use crate::cloud::{CallError, CallErrorKind, Cloud, Owner};
use crate::stack::{Blueprint, DeployedStack, KeptTable, StackResource, StackStatus};
use crate::{DestroyError, Session, Stopped, Unready, ownership, traffic};

use super::{Destruction, Purge};

/// Messages in a queue that goes with its stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LostMessages {
    /// The queue's name in the template.
    pub queue: String,
    /// The queue whose dead letters it holds, by its name in the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letters_of: Option<String>,
    /// How many, by SQS's count; none, if whoever deletes may not count them.
    pub messages: Option<u64>,
}

/// What goes with the stack, and what outlives it.
pub(super) struct Inventory {
    pub(super) goes: Vec<(String, String)>,
    /// What outlives the stack and is no table of its own name.
    pub(super) stays: Vec<(String, String)>,
    /// What the queues hold that go.
    pub(super) lost: Vec<LostMessages>,
    pub(super) tables: Vec<KeptTable>,
    pub(super) blueprint: Blueprint,
}

impl Inventory {
    /// The tables in an order that is safe wherever the run ends: what is derived from a log goes before the log. The next deployment would
    /// import a feed without its log, and the feed would name commits that are not there.
    pub(super) fn derived_first<'a>(&self, tables: &'a [KeptTable]) -> Vec<&'a KeptTable> {
        let is_derived = |table: &&KeptTable| {
            let mut designs = self.blueprint.tables.iter();
            let design = designs.find(|design| design.name == table.name);
            design.is_some_and(|design| self.blueprint.derived.contains(&design.logical_id))
        };
        let (derived, logs): (Vec<_>, Vec<_>) = tables.iter().partition(is_derived);
        [derived, logs].concat()
    }

    /// The log groups that go with the stack.
    pub(super) fn log_groups(&self) -> impl Iterator<Item = &str> {
        let went = |logical_id: &str| self.goes.iter().any(|(gone, _)| gone == logical_id);
        let groups = self.blueprint.log_groups();
        groups
            .filter(move |group| !group.retained && went(&group.logical_id))
            .map(|group| group.name.as_str())
    }
}

/// The deployed template says what outlives the stack; the rendering does, when the stack is gone.
pub(super) async fn take_inventory<C: Cloud>(
    session: &Session<'_, C>,
    destruction: &Destruction,
    standing: Option<&DeployedStack>,
) -> Result<Inventory, DestroyError> {
    let has_resources = standing.filter(|stack| stack.status != StackStatus::ReviewInProgress);
    let (blueprint, resources) = match has_resources {
        Some(stack) => {
            let template = session.cloud.original_template(&stack.id).await?;
            // A template that somebody deployed by hand may be YAML; the rendering is the next best witness.
            let blueprint =
                Blueprint::read(&template).unwrap_or_else(|_| destruction.template.blueprint().clone());
            (blueprint, traffic::resources(session.cloud, &stack.id).await?)
        }
        None => (
            destruction.template.blueprint().clone(),
            traffic::Resources::new(),
        ),
    };
    let mut tables = Vec::new();
    for design in blueprint.retained_tables() {
        let Some(table) = session.cloud.describe_table(&design.name).await? else {
            continue;
        };
        if has_resources.is_none()
            && let Owner::Stack(stack) = session.cloud.owner(&table.name).await?
        {
            return Err(DestroyError::OwnedElsewhere {
                table: table.name,
                stack,
            });
        }
        if has_resources.is_none()
            && destruction.purge == Purge::DeleteTables
            && !destruction.accepted.adopts(&destruction.stack)
            && let Some(owner) = ownership::other_owner(session, &table).await?
        {
            return Err(DestroyError::Stopped(Stopped::Unready(Unready::NotOurs {
                stack: destruction.stack.clone(),
                owner: Some(owner),
            })));
        }
        tables.push(KeptTable {
            name: table.name,
            items: table.items,
        });
    }
    let is_table = |logical_id: &str| {
        let mut tables = blueprint.retained_tables();
        tables.any(|design| design.logical_id == logical_id)
    };
    let (stay, go): (Vec<_>, Vec<_>) = resources
        .into_values()
        .partition(|resource| blueprint.retained.contains(&resource.logical_id));
    let lost = lost_messages(session, &blueprint, &go).await?;
    let named = |resource: StackResource| (resource.logical_id, resource.resource_type);
    let stays = stay
        .into_iter()
        .map(named)
        .filter(|(id, _)| !is_table(id))
        .collect();
    Ok(Inventory {
        goes: go.into_iter().map(named).collect(),
        stays,
        lost,
        tables,
        blueprint,
    })
}

/// What is in the queues among what goes; those that are empty are left out. Who may not count it, is told that it is not known.
async fn lost_messages<C: Cloud>(
    session: &Session<'_, C>,
    blueprint: &Blueprint,
    goes: &[StackResource],
) -> Result<Vec<LostMessages>, CallError> {
    let mut lost = Vec::new();
    let queues = goes
        .iter()
        .filter(|resource| resource.resource_type == "AWS::SQS::Queue");
    for queue in queues {
        let messages = match session.cloud.queue_depth(&queue.physical_id).await {
            Ok(None | Some(0)) => continue,
            Ok(messages) => messages,
            Err(error) if matches!(error.kind, CallErrorKind::AccessDenied { .. }) => None,
            Err(error) => return Err(error),
        };
        lost.push(LostMessages {
            queue: queue.logical_id.clone(),
            dead_letters_of: blueprint.dead_letters.get(&queue.logical_id).cloned(),
            messages,
        });
    }
    Ok(lost)
}

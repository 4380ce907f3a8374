//! Adopts resources that outlived an earlier stack with the same names.

use std::collections::BTreeMap;

use crate::cloud::{Cloud, DeployedTable, Owner, TableRepair};
use crate::stack::guard::Accepted;
use crate::stack::{
    Action, Blueprint, ChangeSummary, KeptTable, Key, NamedKind, NamedResource, Replacement, ResourceChange,
    TableDesign,
};

use super::table_repair::{self, repair};
use super::taken::{Taken, taken};
use super::{DeployError, Event, Mismatch, Session, ownership};

/// Existing resources that a creation would collide with, and that it adopts instead.
#[derive(Debug, Default)]
pub(super) struct Adoptions {
    tables: Vec<(TableDesign, DeployedTable)>,
    /// Log groups that outlive their stack, by their names in the template: taken in as they are.
    log_groups: Vec<String>,
}

impl Adoptions {
    /// Tells whether there is nothing to adopt.
    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.log_groups.is_empty()
    }

    /// The tables that are taken in, with what is in them.
    pub(super) fn tables(&self) -> Vec<KeptTable> {
        let tables = self.tables.iter().map(|(_, table)| KeptTable {
            name: table.name.clone(),
            items: table.items,
        });
        tables.collect()
    }

    /// What CloudFormation would say of them.
    pub(super) fn changes(&self) -> ChangeSummary {
        let tables = self.tables.iter();
        let tables = tables.map(|(design, _)| (&design.logical_id, "AWS::DynamoDB::Table"));
        let log_groups = self.log_groups.iter().map(|id| (id, "AWS::Logs::LogGroup"));
        let import = |(logical_id, resource_type): (&String, &str)| ResourceChange {
            logical_id: logical_id.clone(),
            physical_id: None,
            resource_type: resource_type.to_owned(),
            action: Action::Import,
            replacement: Replacement::Never,
            policy_action: None,
            causes: Vec::new(),
        };
        ChangeSummary {
            changes: tables.chain(log_groups).map(import).collect(),
        }
    }

    /// The tables that are taken in, by their names.
    pub(super) fn table_names(&self) -> Vec<String> {
        self.tables.iter().map(|(_, table)| table.name.clone()).collect()
    }
}

/// Looks up every literal name in the template that is not in `deployed` already. `deployed` is absent if the stack
/// is new.
///
/// # Errors
/// A table to adopt does not match the template, or something in the way cannot be adopted.
pub(super) async fn look_up<C: Cloud>(
    session: &Session<'_, C>,
    stack: &str,
    blueprint: &Blueprint,
    deployed: Option<&Blueprint>,
    accepted: &Accepted,
) -> Result<Adoptions, DeployError> {
    let is_deployed = |named: &&NamedResource| {
        let mut has = deployed.iter().flat_map(|deployed| &deployed.named);
        has.any(|has| has.is_same_as(named))
    };
    let names = blueprint.named.iter().filter(|named| !is_deployed(named));
    let mut adoptions = Adoptions::default();
    let mut in_the_way = Vec::new();
    for found in taken(session.cloud, session.account(), names).await {
        let found = found?;
        if found.owner.stack() == Some(stack) {
            match deployed {
                Some(_) => continue,
                // Another run has created this very stack in the meantime.
                None => {
                    return Err(DeployError::Overtaken {
                        stack: stack.to_owned(),
                    });
                }
            }
        }
        let NamedResource {
            kind,
            logical_id,
            retained,
            ..
        } = &found.resource;
        match kind {
            NamedKind::Table if *retained => {
                adoptions
                    .tables
                    .extend(adoptable(session, blueprint, &found, accepted.adopts(stack)).await?);
            }
            NamedKind::LogGroup if *retained && found.owner.stack().is_none() => {
                adoptions.log_groups.push(logical_id.clone());
            }
            _ => in_the_way.push(found),
        }
    }
    if in_the_way.is_empty() {
        Ok(adoptions)
    } else {
        Err(DeployError::NamesTaken { taken: in_the_way })
    }
}

/// The table to adopt; `None` if it was deleted in the meantime.
async fn adoptable<C: Cloud>(
    session: &Session<'_, C>,
    blueprint: &Blueprint,
    found: &Taken,
    of_anybody: bool,
) -> Result<Option<(TableDesign, DeployedTable)>, DeployError> {
    let name = &found.resource.name;
    let design = blueprint.tables.iter().find(|design| design.name == *name);
    let table = session.cloud.describe_table(name).await?;
    let (Some(design), Some(table)) = (design, table) else {
        return Ok(None);
    };
    let mismatch = match mismatch(design, &table, &found.owner) {
        None if !of_anybody => ownership::other_owner(session, &table)
            .await?
            .map(Mismatch::OfAnother),
        mismatch => mismatch,
    };
    if let Some(mismatch) = mismatch {
        return Err(DeployError::NotAdoptable {
            table: table.name,
            mismatch,
            owner: found.owner.clone(),
        });
    }
    Ok(Some((design.clone(), table)))
}

fn mismatch(design: &TableDesign, table: &DeployedTable, owner: &Owner) -> Option<Mismatch> {
    if let Some(stack) = owner.stack() {
        return Some(Mismatch::Owned(stack.to_owned()));
    }
    if table.key != design.key {
        return Some(Mismatch::Key {
            wanted: in_words(&design.key),
            actual: in_words(&table.key),
        });
    }
    // A stream that is off can be turned on. One with another view would have to be deleted first.
    let actual = table.stream_view.as_ref()?;
    (table.stream_view != design.stream_view).then(|| Mismatch::StreamView {
        wanted: design.stream_view.clone().unwrap_or_else(|| "nothing".to_owned()),
        actual: actual.clone(),
    })
}

fn in_words(key: &[Key]) -> String {
    let attributes = key
        .iter()
        .map(|key| format!("{} {}", key.attribute, key.attribute_type));
    attributes.collect::<Vec<_>>().join(", ")
}

/// Prepares the tables for the import, so that an import that fails cannot delete them.
///
/// It also turns the stream on, because the mapping that is created with the stack needs it.
pub(super) async fn make_ready<C: Cloud>(
    session: &mut Session<'_, C>,
    adoptions: &Adoptions,
) -> Result<(), DeployError> {
    for (design, table) in &adoptions.tables {
        session.tell(Event::Adopting {
            table: table.name.clone(),
            items: table.items,
        });
        if !table.deletion_protection {
            repair(session, table, TableRepair::DeletionProtection(true)).await?;
        }
        if let (None, Some(view)) = (&table.stream_view, &design.stream_view) {
            repair(session, table, TableRepair::Stream(view.clone())).await?;
        }
    }
    Ok(())
}

/// Brings the tables in line with the template, which an import does not do, and verifies the result.
pub(super) async fn bring_up_to_date<C: Cloud>(
    session: &mut Session<'_, C>,
    adoptions: &Adoptions,
    stack_tags: &BTreeMap<String, String>,
) -> Result<(), DeployError> {
    for (design, table) in &adoptions.tables {
        for needed in needed_repairs(session, design, table, stack_tags).await? {
            repair(session, table, needed).await?;
        }
        let left = needed_repairs(session, design, table, stack_tags).await?;
        if !left.is_empty() {
            return Err(DeployError::NotRepaired {
                table: table.name.clone(),
                settings: format!("{left:?}"),
            });
        }
    }
    Ok(())
}

/// Brings tables that an earlier run imported in line with the template.
pub(super) async fn finish<C: Cloud>(
    session: &mut Session<'_, C>,
    blueprint: &Blueprint,
    imports: &[String],
    stack_tags: &BTreeMap<String, String>,
) -> Result<(), DeployError> {
    let mut adoptions = Adoptions::default();
    for design in blueprint
        .tables
        .iter()
        .filter(|design| imports.contains(&design.name))
    {
        // The interrupted run may have begun to change the table.
        if let Some(table) = table_repair::at_rest(session, &design.name).await? {
            adoptions.tables.push((design.clone(), table));
        }
    }
    bring_up_to_date(session, &adoptions, stack_tags).await
}

async fn needed_repairs<C: Cloud>(
    session: &Session<'_, C>,
    design: &TableDesign,
    table: &DeployedTable,
    stack_tags: &BTreeMap<String, String>,
) -> Result<Vec<TableRepair>, DeployError> {
    let mut repairs = Vec::new();
    let now = session.cloud.describe_table(&table.name).await?;
    if let Some(view) = &design.stream_view
        && now
            .as_ref()
            .is_none_or(|now| now.stream_view.as_ref() != Some(view))
    {
        repairs.push(TableRepair::Stream(view.clone()));
    }
    let has_recovery = session.cloud.point_in_time_recovery(&table.name).await?.is_some();
    if has_recovery != design.point_in_time_recovery {
        repairs.push(TableRepair::PointInTimeRecovery(design.point_in_time_recovery));
    }
    let has = session.cloud.table_tags(&table.arn).await?;
    // A resource's tag takes precedence over a tag of the stack.
    let wanted = stack_tags
        .iter()
        .filter(|(key, _)| !design.tags.contains_key(*key))
        .chain(&design.tags);
    let missing: BTreeMap<_, _> = wanted
        .filter(|(key, value)| has.get(*key) != Some(*value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !missing.is_empty() {
        repairs.push(TableRepair::Tags(missing));
    }
    if now.is_none_or(|now| now.deletion_protection != design.deletion_protection) {
        repairs.push(TableRepair::DeletionProtection(design.deletion_protection));
    }
    Ok(repairs)
}

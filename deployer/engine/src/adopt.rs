//! Taking in what outlived an earlier stack of the same names.

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

/// What a creation would find in its way, and takes in instead.
#[derive(Debug, Default)]
pub(super) struct Adoptions {
    tables: Vec<(TableDesign, DeployedTable)>,
    /// Log groups that outlive their stack, by their names in the template: taken in as they are.
    log_groups: Vec<String>,
}

impl Adoptions {
    /// Whether there is nothing to take in.
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

/// Looks up every literal name in the template that is not `deployed` already; there is no such template where the stack is made.
///
/// # Errors
/// A table that would be taken in is not the template's, or something is in the way that cannot be taken in.
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
                // Somebody else has made this very stack meanwhile.
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

/// The table that is taken in; `None` where it has gone meanwhile.
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
    // A stream that is off can be turned on; one that carries something else would have to be deleted first.
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

/// Makes the tables safe to import: an import that fails must not be able to take them with it.
///
/// The stream is turned on here too, because the mapping that is created with the stack needs it.
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

/// Brings the tables to what the template says, which an import does not do, and looks whether it held.
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

/// Brings tables that an earlier run has imported to what the template says.
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
        // The run that was interrupted may have begun to change it.
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
    // A tag of the resource wins over one of the stack.
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

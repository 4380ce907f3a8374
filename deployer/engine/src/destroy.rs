//! Deleting a stack, and what it leaves if that is asked for.

use std::time::Duration;

use serde::Serialize;

use crate::cloud::{CallError, CallErrorKind, Cloud, Owner, TableRepair};
use crate::stack::guard::Accepted;
use crate::stack::{Blueprint, DeleteIntent, DeployedStack, Intent, KeptTable, StackResource, StackStatus};

use super::backoff::Backoff;
use super::find::find_for_deletion;
use super::journal::{self, Journal};
use super::watch::{Operation, Unseen, watch};
use super::{
    Answer, Deletion, DestroyError, Event, Question, Session, Unready, log_groups, ownership, smoke,
    table_repair, traffic,
};

const PATIENCE: Duration = Duration::from_secs(3);

/// Everything that `destroy` needs to know.
#[derive(Clone, Debug)]
pub struct Destruction {
    /// The stack's name.
    pub stack: String,
    /// The rendered template: tells which tables an earlier stack may have left.
    pub template: String,
    /// Whether the environment is protected; then nothing is deleted.
    pub protected: bool,
    /// The role that CloudFormation acts as; else it acts as the caller.
    pub execution_role: Option<String>,
    /// The artifact bucket, in which is written what is about to be deleted.
    pub bucket: String,
    /// What becomes of the tables that outlive the stack.
    pub purge: Purge,
    /// What was accepted by name: a stack of another environment, a state that is not known.
    pub accepted: Accepted,
}

/// What becomes of the tables that outlive a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// They stay.
    KeepTables,
    /// They go, with all that is in them.
    DeleteTables,
}

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

/// What a destruction came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destroyed {
    /// There was neither a stack nor anything to purge.
    NothingThere {
        /// Tables that an earlier stack left.
        kept: Vec<KeptTable>,
    },
    /// The stack is gone, or tables are, or both.
    Gone {
        /// The resources that went: their names in the template and their types.
        removed: Vec<(String, String)>,
        /// Tables that stay.
        kept: Vec<KeptTable>,
        /// Tables that went with all that was in them.
        purged: Vec<KeptTable>,
    },
}

/// Deletes a stack and follows that to its end; deletes the tables that outlive it, if that is asked for; and looks
/// whether anything is left that was not named.
///
/// # Errors
/// The stack is as it was, unless the error says that the deletion was tried.
pub async fn destroy<C: Cloud>(
    session: &mut Session<'_, C>,
    destruction: &Destruction,
) -> Result<Destroyed, DestroyError> {
    let protected = || DestroyError::Protected {
        stack: destruction.stack.clone(),
    };
    if destruction.protected {
        return Err(protected());
    }
    let standing = find_for_deletion(session, &destruction.stack, &destruction.accepted).await?;
    // The environment may have been changed since, by mistake or on another branch; what protects the stack has been deployed.
    if standing
        .as_ref()
        .is_some_and(|stack| stack.termination_protection)
    {
        return Err(protected());
    }
    let journal = journal::read(session, &destruction.bucket, &destruction.stack).await?;
    let inventory = take_inventory(session, destruction, standing.as_ref()).await?;
    let (kept, purged) = match destruction.purge {
        Purge::KeepTables => (inventory.tables.clone(), Vec::new()),
        Purge::DeleteTables => (Vec::new(), inventory.tables.clone()),
    };
    journal::tell_deleted(session, &destruction.stack, &journal, &kept);
    if standing.is_none() && purged.is_empty() {
        return finish(session, destruction, &journal, kept).await;
    }
    ask(session, destruction, &inventory, &kept, &purged).await?;
    let intent = write_down(session, destruction, &journal, standing.as_ref(), &inventory).await?;
    if let Some(stack) = standing {
        session.tell(Event::Started {
            stack: destruction.stack.clone(),
            estimate: None,
        });
        smoke::sweep_all(session, &destruction.stack).await;
        let deleted = delete_stack(session, destruction, stack, inventory.goes.len()).await;
        if let (Err(DestroyError::Interrupted { going_on: None }), Some(intent)) = (&deleted, &intent) {
            journal::withdraw(session, &destruction.bucket, intent).await;
        }
        deleted?;
    }
    journal::remove_log_groups(session, &journal).await?;
    for table in inventory.derived_first(&purged) {
        purge(session, destruction, table).await?;
    }
    let log_groups: Vec<&str> = inventory.log_groups().collect();
    log_groups::delete_while_they_come_back(session, &log_groups).await?;
    verify(session, &inventory.blueprint, &kept).await?;
    journal::forget(session, &destruction.bucket, &journal).await;
    Ok(Destroyed::Gone {
        removed: inventory.goes,
        kept,
        purged,
    })
}

/// Finishes a deletion that was interrupted after the stack was gone. Where none was, nothing is there.
async fn finish<C: Cloud>(
    session: &mut Session<'_, C>,
    destruction: &Destruction,
    journal: &Journal,
    kept: Vec<KeptTable>,
) -> Result<Destroyed, DestroyError> {
    smoke::sweep_all(session, &destruction.stack).await;
    if journal.is_empty() {
        return Ok(Destroyed::NothingThere { kept });
    }
    journal::remove_log_groups(session, journal).await?;
    journal::forget(session, &destruction.bucket, journal).await;
    Ok(Destroyed::Gone {
        removed: Vec::new(),
        kept,
        purged: Vec::new(),
    })
}

/// Writes down what goes: once the stack is gone, nothing else tells which log groups went with it, and that tables were to go, too. Where
/// there is no bucket, nobody has deployed from here, and it goes all the same. Gives where it is written.
async fn write_down<C: Cloud>(
    session: &mut Session<'_, C>,
    destruction: &Destruction,
    journal: &Journal,
    stack: Option<&DeployedStack>,
    inventory: &Inventory,
) -> Result<Option<String>, CallError> {
    if !journal.has_bucket() {
        return Ok(None);
    }
    let purges = match destruction.purge {
        Purge::KeepTables => Vec::new(),
        Purge::DeleteTables => inventory.tables.iter().map(|table| table.name.clone()).collect(),
    };
    let intent = Intent::Delete(DeleteIntent {
        stack_id: stack.map(|stack| stack.id.clone()),
        log_groups: inventory.log_groups().map(ToOwned::to_owned).collect(),
        purges,
        caller: session.caller().to_owned(),
    });
    let key = journal::write(session, &destruction.bucket, &destruction.stack, &intent).await?;
    Ok(Some(key))
}

/// What goes with the stack, and what outlives it.
struct Inventory {
    goes: Vec<(String, String)>,
    /// What outlives the stack and is no table of its own name.
    stays: Vec<(String, String)>,
    /// What the queues hold that go.
    lost: Vec<LostMessages>,
    tables: Vec<KeptTable>,
    blueprint: Blueprint,
}

impl Inventory {
    /// The tables in the order in which they may go, whatever ends the run in between: what is made of a log goes before the log. A feed
    /// without its log would be imported, and name what is not there.
    fn derived_first<'a>(&self, tables: &'a [KeptTable]) -> Vec<&'a KeptTable> {
        let is_derived = |table: &&KeptTable| {
            let mut designs = self.blueprint.tables.iter();
            let design = designs.find(|design| design.name == table.name);
            design.is_some_and(|design| self.blueprint.derived.contains(&design.logical_id))
        };
        let (derived, logs): (Vec<_>, Vec<_>) = tables.iter().partition(is_derived);
        [derived, logs].concat()
    }

    /// The log groups that go with the stack.
    fn log_groups(&self) -> impl Iterator<Item = &str> {
        let went = |logical_id: &str| self.goes.iter().any(|(gone, _)| gone == logical_id);
        let groups = self.blueprint.log_groups();
        groups
            .filter(move |group| !group.retained && went(&group.logical_id))
            .map(|group| group.name.as_str())
    }
}

/// The deployed template says what outlives the stack; the rendering does, when the stack is gone.
async fn take_inventory<C: Cloud>(
    session: &Session<'_, C>,
    destruction: &Destruction,
    standing: Option<&DeployedStack>,
) -> Result<Inventory, DestroyError> {
    let has_resources = standing.filter(|stack| stack.status != StackStatus::ReviewInProgress);
    let (blueprint, resources) = match has_resources {
        Some(stack) => {
            let template = session.cloud.original_template(&stack.id).await?;
            // A template that somebody deployed by hand may be YAML; the rendering is the next best witness.
            let blueprint = Blueprint::read(&template).or_else(|_| Blueprint::read(&destruction.template))?;
            (blueprint, traffic::resources(session.cloud, &stack.id).await?)
        }
        None => (Blueprint::read(&destruction.template)?, traffic::Resources::new()),
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
            return Err(DestroyError::Unready(Unready::NotOurs {
                stack: destruction.stack.clone(),
                owner: Some(owner),
            }));
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

async fn ask<C: Cloud>(
    session: &mut Session<'_, C>,
    destruction: &Destruction,
    inventory: &Inventory,
    stays: &[KeptTable],
    purges: &[KeptTable],
) -> Result<(), DestroyError> {
    let stack = destruction.stack.clone();
    let question = Question::Destroy(Deletion {
        stack: &destruction.stack,
        goes: &inventory.goes,
        stays,
        stays_too: &inventory.stays,
        purges,
        lost: &inventory.lost,
    });
    match session.confirm(question).await? {
        Answer::Yes => Ok(()),
        Answer::No => Err(DestroyError::Declined { stack }),
        Answer::Mismatch => Err(DestroyError::NoMatch { stack }),
        Answer::NobodyToAsk => Err(DestroyError::NeedsApproval {
            stack,
            purges: !purges.is_empty(),
        }),
    }
}

async fn delete_stack<C: Cloud>(
    session: &mut Session<'_, C>,
    destruction: &Destruction,
    stack: DeployedStack,
    expected: usize,
) -> Result<(), DestroyError> {
    let name = || destruction.stack.clone();
    session.check_interrupt()?;
    let token = session.new_token();
    let operation = Operation::about_to_begin(session, stack, token, expected).await?;
    let role = destruction.execution_role.as_deref();
    let sent = session
        .cloud
        .delete_stack(operation.stack_id(), role, operation.token())
        .await;
    operation.begun(session, sent).await?;
    let ended = watch(session, &operation).await.map_err(|unseen| match unseen {
        Unseen::Interrupted => DestroyError::Interrupted {
            going_on: Some(name()),
        },
        Unseen::LostSight(source) => DestroyError::LostSight {
            stack: name(),
            source,
        },
    })?;
    if ended.status == StackStatus::DeleteComplete {
        Ok(())
    } else {
        Err(DestroyError::Failed {
            stack: name(),
            status: ended.status,
            cause: ended.cause,
        })
    }
}

/// Deletes a table with all that is in it. Its own protection is lifted first: that is what was asked for.
async fn purge<C: Cloud>(
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

/// Looks again after the end, for all that should be gone.
async fn verify<C: Cloud>(
    session: &Session<'_, C>,
    blueprint: &Blueprint,
    kept: &[KeptTable],
) -> Result<(), DestroyError> {
    let mut names = Vec::new();
    for design in &blueprint.tables {
        if kept.iter().any(|kept| kept.name == design.name) {
            continue;
        }
        if session.cloud.describe_table(&design.name).await?.is_some() {
            names.push(design.name.clone());
        }
    }
    for group in blueprint.log_groups().filter(|group| !group.retained) {
        if session.cloud.log_group_exists(&group.name).await? {
            names.push(group.name.clone());
        }
    }
    if names.is_empty() {
        Ok(())
    } else {
        Err(DestroyError::Leftovers { names })
    }
}

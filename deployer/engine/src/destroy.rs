//! Deleting a stack, and what it leaves if that is asked for.

mod inventory;
mod purge;

use crate::cloud::{CallError, Cloud};
use crate::stack::guard::Accepted;
use crate::stack::{Blueprint, DeleteIntent, DeployedStack, Intent, KeptTable, StackStatus, WantedTemplate};

pub use self::inventory::LostMessages;
use self::inventory::{Inventory, take_inventory};
use self::purge::purge;
use super::find::find_for_deletion;
use super::journal::{self, Journal};
use super::watch::{Operation, watch};
use super::{Answer, Deletion, DestroyError, Event, Question, Session, Stopped, log_groups, smoke};

/// Everything that `destroy` needs to know.
#[derive(Clone, Debug)]
pub struct Destruction {
    /// The stack's name.
    pub stack: String,
    /// The rendered template: tells which tables an earlier stack may have left.
    pub template: WantedTemplate,
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
        if let (Err(DestroyError::Stopped(Stopped::Interrupted { going_on: None })), Some(intent)) =
            (&deleted, &intent)
        {
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
    let ended = watch(session, &operation)
        .await
        .map_err(|unseen| Stopped::unseen(&name(), unseen))?;
    if ended.status == StackStatus::DeleteComplete {
        Ok(())
    } else {
        Err(DestroyError::Stopped(Stopped::Failed {
            stack: name(),
            status: ended.status,
            cause: ended.cause,
        }))
    }
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

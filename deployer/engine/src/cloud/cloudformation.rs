//! Stacks and their change sets.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::stack::{ChangeSummary, DeployedStack, RequestToken, StackEvent, StackPolicy, StackResource};

use super::{CallError, Page};

/// Where a template is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateSource {
    /// The request itself, up to 51,200 bytes.
    Inline(String),
    /// An object in S3.
    Url(String),
}

/// What a change set is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeSetType {
    /// Make the stack.
    Create,
    /// Change the stack.
    Update,
}

/// A change set to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChangeSet {
    /// The stack's name.
    pub stack: String,
    /// The change set's name.
    pub name: String,
    /// What it is to do.
    pub kind: ChangeSetType,
    pub template: TemplateSource,
    /// The stack's tags, at most 50.
    pub tags: BTreeMap<String, String>,
    /// The role that CloudFormation acts as; else it acts as the caller.
    pub role: Option<String>,
    /// Whether resources that exist under their literal name are taken in.
    pub import_existing: bool,
    /// What undoes the update when it goes off.
    pub rollback: RollbackTriggers,
    /// What makes the request repeatable.
    pub token: RequestToken,
}

/// The alarms that undo an operation. A stack keeps those of its last update, so that none has to be said, too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollbackTriggers {
    /// The ARNs of alarms that exist, at most five.
    pub alarms: Vec<String>,
    /// For how many minutes after the operation they are watched.
    pub minutes: u8,
}

/// A stack to be made without a change set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStack {
    /// The stack's name.
    pub stack: String,
    pub template: TemplateSource,
    /// The stack's tags.
    pub tags: BTreeMap<String, String>,
    /// The role that CloudFormation acts as; else it acts as the caller.
    pub role: Option<String>,
    /// What makes the request repeatable.
    pub token: RequestToken,
}

/// The ARNs of a change set and of its stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSetHandle {
    /// The change set's ARN.
    pub id: String,
    /// The stack's ARN.
    pub stack_id: String,
}

/// How far the making of a change set has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeSetProgress {
    /// It is being made, or being deleted.
    Pending,
    /// It can be executed.
    Ready,
    /// It cannot; the reason is in AWS's words.
    Failed,
}

/// A page of a change set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSetPage {
    /// What the change set and its stack are called for good.
    pub handle: ChangeSetHandle,
    /// How far it has come.
    pub progress: ChangeSetProgress,
    /// Whether its execution has begun, whatever came of it.
    pub is_executed: bool,
    /// Why it is where it is, in AWS's words.
    pub reason: String,
    /// The changes on this page.
    pub changes: ChangeSummary,
    /// The token of the next page; none on the last.
    pub next: Option<String>,
}

/// A change set in the list of its stack's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedChangeSet {
    /// What it and its stack are called for good.
    pub handle: ChangeSetHandle,
    pub name: String,
    /// When it was made.
    pub made: Timestamp,
    /// What can still become of it.
    pub prospect: Prospect,
}

/// What can still become of a change set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// It can be executed, or soon.
    Open,
    /// It cannot be executed: it has failed, or the stack has gone on without it.
    None,
    /// Its execution has begun or is over.
    Executed,
}

/// What AWS found in a template before anything was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidationFinding {
    /// The resource's name in the template, where it is about one.
    pub logical_id: Option<String>,
    /// Where in the template.
    pub path: Option<String>,
    /// What is wrong, in AWS's words.
    pub reason: String,
}

/// A stack and what was given to its template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedStack {
    pub stack: DeployedStack,
    /// The values of its parameters.
    pub parameters: Vec<String>,
}

/// CloudFormation. Stacks are named by name or ARN; a deleted stack is found by ARN only.
pub trait CloudFormation {
    /// Describes a stack; `None` when there is none.
    async fn describe_stack(&self, stack: &str) -> Result<Option<DeployedStack>, CallError>;

    /// A page of all stacks of the account and region, but for those that are deleted.
    async fn stacks(&self, page: Option<&str>) -> Result<Page<ListedStack>, CallError>;

    /// The template as it was sent.
    async fn original_template(&self, stack: &str) -> Result<String, CallError>;

    /// A page of the stack's resources.
    async fn stack_resources(
        &self,
        stack: &str,
        page: Option<&str>,
    ) -> Result<Page<StackResource>, CallError>;

    /// A page of the stack's events, newest first.
    async fn stack_events(&self, stack: &str, page: Option<&str>) -> Result<Page<StackEvent>, CallError>;

    /// Begins to make a stack.
    ///
    /// # Errors
    /// `AlreadyExists` when there is one of that name, in whatever state.
    async fn create_stack(&self, request: &NewStack) -> Result<String, CallError>;

    /// Begins to make a change set.
    ///
    /// # Errors
    /// `AlreadyExists` when there is one of that name, in whatever state.
    async fn create_change_set(&self, request: &NewChangeSet) -> Result<ChangeSetHandle, CallError>;

    /// A page of a stack's change sets, by the stack's name.
    ///
    /// # Errors
    /// `NotFound` when there is no such stack.
    async fn change_sets(&self, stack: &str, page: Option<&str>) -> Result<Page<ListedChangeSet>, CallError>;

    /// Reads a page of a change set; `None` when there is no such change set, or no such stack.
    ///
    /// It is read without the values of properties: with them AWS leaves changes out that come to nothing, and does not always say so.
    async fn describe_change_set(
        &self,
        stack: &str,
        change_set: &str,
        page: Option<&str>,
    ) -> Result<Option<ChangeSetPage>, CallError>;

    /// A page of what AWS found wrong with a change set before it did anything.
    async fn validation_findings(
        &self,
        stack: &str,
        change_set: &str,
        page: Option<&str>,
    ) -> Result<Page<ValidationFinding>, CallError>;

    /// Begins to do what a change set says.
    async fn execute_change_set(
        &self,
        handle: &ChangeSetHandle,
        token: &RequestToken,
    ) -> Result<(), CallError>;

    /// Begins to delete a change set. One that does not exist is no error.
    async fn delete_change_set(&self, stack: &str, change_set: &str) -> Result<(), CallError>;

    /// Begins to delete a stack. One that does not exist is no error.
    async fn delete_stack(
        &self,
        stack: &str,
        role: Option<&str>,
        token: &RequestToken,
    ) -> Result<(), CallError>;

    /// Sets whether AWS refuses to delete the stack.
    async fn set_termination_protection(&self, stack: &str, protected: bool) -> Result<(), CallError>;

    /// The policy that a stack has; `None` when it has none.
    async fn stack_policy(&self, stack: &str) -> Result<Option<StackPolicy>, CallError>;

    /// Puts a policy in the place of the one that a stack has.
    ///
    /// # Errors
    /// The policy names a resource that the stack does not have.
    async fn set_stack_policy(&self, stack: &str, policy: &StackPolicy) -> Result<(), CallError>;
}

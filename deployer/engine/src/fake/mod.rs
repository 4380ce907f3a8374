//! An AWS in memory, for the engine's tests. `FAKE.md` says what it does.

mod belief;
mod change_set;
mod cloudformation;
mod drift;
mod inboxes;
mod invocations;
mod log_reader;
mod making;
mod names;
mod operation;
mod protection;
mod quota;
mod recovery;
mod rights;
mod services;
mod stack;
mod world;

use std::cell::{RefCell, RefMut};
use std::time::Duration;

use jiff::Timestamp;

use crate::cloud::{CallError, CallErrorKind, Clock, Page, ValidationFinding};
use crate::stack::{ResourceChange, StackStatus};

pub(crate) use belief::{
    AlarmsAuthorised, Beliefs, DriftReads, GivenTemplate, Import, PassingToSns, Permissions,
    PolicyDuringUpdate,
};
pub(crate) use protection::alarm_arn;
pub(crate) use rights::Rights;
pub(crate) use stack::{FakeChangeSet, FakeStack};
pub(crate) use world::{ACCOUNT, BUCKET, FakeQueue, FakeTable, World, code_sha256};

/// AWS, as far as the engine can tell.
pub(crate) struct FakeCloud {
    world: RefCell<World>,
}

impl FakeCloud {
    pub(crate) fn new() -> Self {
        Self {
            world: RefCell::new(World::new()),
        }
    }

    /// The operations called so far, as IAM names them without the service.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.world.borrow().calls.clone()
    }

    pub(crate) fn forget_calls(&self) {
        self.world.borrow_mut().calls.clear();
    }

    pub(crate) fn called(&self, operation: &str) -> usize {
        self.world
            .borrow()
            .calls
            .iter()
            .filter(|call| *call == operation)
            .count()
    }

    pub(crate) fn pages_of(&self, size: usize) {
        self.world.borrow_mut().script.page_size = size;
    }

    pub(crate) fn fail_resource(&self, logical_id: &str, reason: &str) {
        self.world
            .borrow_mut()
            .script
            .failing
            .insert(logical_id.into(), reason.into());
    }

    pub(crate) fn mend_resource(&self, logical_id: &str) {
        self.world.borrow_mut().script.failing.remove(logical_id);
    }

    pub(crate) fn stay_stale(&self, reads: usize) {
        self.world.borrow_mut().script.stale_reads = reads;
        self.only_the_next_operation();
    }

    pub(crate) fn hold_events_back(&self, reads: usize) {
        self.world.borrow_mut().script.held_back_reads = reads;
        self.only_the_next_operation();
    }

    /// What is scripted about an operation is about the next, not about what a stack has gone through before.
    fn only_the_next_operation(&self) {
        for stack in &mut self.world.borrow_mut().stacks {
            stack.forget_the_past();
        }
    }

    pub(crate) fn fail_calls(&self, operation: &str, times: usize, kind: &CallErrorKind) {
        let failures = std::iter::repeat_n((operation.to_owned(), kind.clone()), times);
        self.world.borrow_mut().script.failing_calls.extend(failures);
    }

    /// From now on, change sets say this too, whatever the templates show: only AWS knows what it would replace.
    pub(crate) fn tell_change(&self, change: ResourceChange) {
        self.with(|world| world.script.told_change = Some(change));
    }

    pub(crate) fn reject_change_sets(&self, reason: &str, findings: Vec<ValidationFinding>) {
        self.world.borrow_mut().script.rejection = Some((reason.into(), findings));
    }

    pub(crate) fn recreate_log_group(&self, name: &str, times: usize) {
        self.world
            .borrow_mut()
            .script
            .recreated_log_groups
            .insert(name.into(), times);
    }

    pub(crate) fn ring(&self, stack: &str, logical_id: &str) {
        self.with(|world| world.script.ringing.insert(format!("{stack}-{logical_id}")));
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        let mut world = self.with_mut();
        world.now += jiff::SignedDuration::from_secs(seconds);
        world.catch_up();
    }

    pub(crate) fn set_status(&self, stack: &str, status: StackStatus) {
        self.world.borrow_mut().stack_mut(stack).status = status;
    }

    pub(crate) fn begin_elsewhere(&self, stack: &str, status: &StackStatus, token: &str) {
        let mut world = self.world.borrow_mut();
        let stack = world.stack_mut(stack);
        stack.status = status.clone();
        stack.token = token.to_owned();
        let (id, name) = (stack.id.clone(), stack.name.clone());
        world.record(
            &id,
            &name,
            "AWS::CloudFormation::Stack",
            status.as_str(),
            Some("User Initiated"),
        );
    }

    /// Lets what somebody else does to a stack end some seconds from now.
    pub(crate) fn end_elsewhere(&self, stack: &str, seconds: i64, status: &StackStatus) {
        let mut world = self.with_mut();
        let id = world.stack_mut(stack).id.clone();
        let mut plan = operation::Plan::of(&mut world, &id);
        plan.at += jiff::SignedDuration::from_secs(seconds);
        plan.stack_is(status.clone(), None);
    }

    pub(crate) fn status_of(&self, stack: &str) -> Option<StackStatus> {
        self.world
            .borrow()
            .stacks
            .iter()
            .rfind(|known| known.name == stack)
            .map(|stack| stack.status.clone())
    }

    /// Looks at what is there, or changes it behind everybody's back.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut World) -> R) -> R {
        look(&mut self.world.borrow_mut())
    }

    fn with_mut(&self) -> RefMut<'_, World> {
        self.world.borrow_mut()
    }

    /// Takes note of a call and fails it if that is the script.
    fn call(&self, operation: &str) -> Result<(), CallError> {
        let mut world = self.world.borrow_mut();
        if world.script.dies_now() {
            drop(world);
            // As a panic, but nobody is told of it: the run ends here, and nothing of it is carried on.
            std::panic::resume_unwind(Box::new(Killed));
        }
        world.calls.push(operation.to_owned());
        world.catch_up();
        if world.throttle_after_execution && !world.calls.iter().any(|call| call == "ExecuteChangeSet") {
            return Ok(());
        }
        let failing = &mut world.script.failing_calls;
        match failing.iter().position(|(name, _)| name == operation) {
            Some(position) => {
                let (_, kind) = failing.remove(position);
                Err(CallError {
                    operation: operation.to_owned(),
                    kind,
                    source: None,
                })
            }
            None => Ok(()),
        }
    }

    /// Takes note of a call that changes something, carries it out, and answers; unless the script has the answer lost.
    fn answer<R>(
        &self,
        operation: &str,
        carry_out: impl Fn() -> Result<R, CallError>,
    ) -> Result<R, CallError> {
        self.call(operation)?;
        let answer = carry_out()?;
        let lost = self.with_mut().script.is_lost();
        match lost {
            None => Ok(answer),
            Some(Loss::SentAgain) => carry_out(),
            Some(Loss::Silence) => Err(CallError {
                operation: operation.to_owned(),
                kind: CallErrorKind::Unreachable {
                    endpoint: "AWS".into(),
                },
                source: None,
            }),
        }
    }

    /// Loses the answer to the n-th call from now on that changes something, counted from 1.
    pub(crate) fn lose_answer(&self, number: usize, loss: Loss) {
        self.with_mut().script.lost = Some((number, loss));
    }

    /// Ends the run before its next call after so many: the last of them was carried out, and its answer was worth nothing.
    pub(crate) fn kill_after(&self, calls: usize) {
        self.with_mut().script.calls_to_live = Some(calls);
    }

    /// Lets runs live again.
    pub(crate) fn let_live(&self) {
        self.with_mut().script.calls_to_live = None;
    }

    /// Whether the answer that was to be lost was given.
    pub(crate) fn has_lost_its_answer(&self) -> bool {
        self.with_mut().script.lost.is_none()
    }

    fn page<T: Clone>(&self, items: &[T], page: Option<&str>) -> Page<T> {
        let size = self.world.borrow().script.page_size;
        let start: usize = page.map_or(0, |page| page.parse().unwrap());
        let end = (start + size).min(items.len());
        Page {
            items: items[start..end].to_vec(),
            next: (end < items.len()).then(|| end.to_string()),
        }
    }
}

impl Clock for FakeCloud {
    fn now(&self) -> Timestamp {
        self.world.borrow().now
    }

    async fn sleep(&self, duration: Duration) {
        let mut world = self.world.borrow_mut();
        world.now += jiff::SignedDuration::try_from(duration).unwrap();
        world.catch_up();
    }
}

/// What becomes of an answer that does not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The SDK sends the request again, and that is answered.
    SentAgain,
    /// No answer arrives to any sending.
    Silence,
}

/// What a run ends with that is killed.
pub(crate) struct Killed;

impl world::Script {
    fn dies_now(&mut self) -> bool {
        match &mut self.calls_to_live {
            None => false,
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }

    fn is_lost(&mut self) -> Option<Loss> {
        let (number, loss) = self.lost.as_mut()?;
        *number -= 1;
        let loss = (*number == 0).then_some(*loss)?;
        self.lost = None;
        Some(loss)
    }
}

fn error(operation: &str, kind: CallErrorKind) -> CallError {
    CallError {
        operation: operation.into(),
        kind,
        source: None,
    }
}

fn refused(operation: &str, message: &str) -> CallError {
    let kind = CallErrorKind::Other {
        code: "ValidationError".into(),
        message: message.into(),
    };
    CallError {
        operation: operation.into(),
        kind,
        source: None,
    }
}

//! Following an operation on a stack to its end.

use std::collections::HashSet;
use std::time::Duration;

use crate::cloud::{CallError, Cloud};
use crate::stack::{DeployedStack, Failure, Progress, RequestToken, StackEvent, StackStatus, root_cause};

use super::backoff::Backoff;
use super::session::Interrupted;
use super::{Event, Session};

/// The longest wait between two looks.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many looks in a row may fail before the operation is given up for lost.
const LOOKS_IN_THE_DARK: usize = 5;
/// How many looks at a description from before the operation are taken, once the events tell of its end.
const STALE_LOOKS: usize = 10;
/// How often the events are read again after the end until the end itself is among them.
const READS_AFTER_THE_END: usize = 3;

/// An operation to follow.
#[derive(Debug)]
pub(super) struct Operation {
    /// The stack as it was just before. Its ARN is followed, because its name may be used again.
    before: DeployedStack,
    /// The token of the request that started the operation.
    token: RequestToken,
    /// The newest event from before the operation.
    baseline: Option<String>,
    /// How many resources are expected to change.
    expected: usize,
}

/// How an operation ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// The state that the stack is in; `DeleteComplete` when it is gone.
    pub(super) status: StackStatus,
    /// The stack, unless it is gone.
    pub(super) stack: Option<DeployedStack>,
    /// What brought the operation down, if something did.
    pub(super) cause: Option<Box<Failure>>,
    /// What it went through.
    pub(super) progress: Progress,
}

/// Why an operation was not followed to its end. It goes on all the same.
#[derive(Debug)]
pub(super) enum Unseen {
    Interrupted,
    LostSight(CallError),
}

impl From<Interrupted> for Unseen {
    fn from(_: Interrupted) -> Self {
        Self::Interrupted
    }
}

impl Operation {
    /// Takes note of where the stack is, just before the operation is started.
    pub(super) async fn about_to_begin<C: Cloud>(
        session: &Session<'_, C>,
        stack: DeployedStack,
        token: RequestToken,
        expected: usize,
    ) -> Result<Self, CallError> {
        let newest = session
            .cloud
            .stack_events(&stack.id, None)
            .await?
            .items
            .into_iter()
            .next();
        Ok(Self {
            before: stack,
            token,
            baseline: newest.map(|event| event.id),
            expected,
        })
    }

    /// An operation on a stack that the same request made: it has no past.
    pub(super) fn from_the_start(stack: DeployedStack, token: RequestToken) -> Self {
        Self {
            before: stack,
            token,
            baseline: None,
            expected: 0,
        }
    }

    /// Takes the answer to the request that begins the operation. A refusal is none if the operation is under way all the same: its first
    /// answer was lost.
    pub(super) async fn begun<C: Cloud>(
        &self,
        session: &Session<'_, C>,
        answer: Result<(), CallError>,
    ) -> Result<(), CallError> {
        let Err(error) = answer else { return Ok(()) };
        match self.has_left_events(session).await {
            Ok(true) => Ok(()),
            // The stack is gone, and was there a moment ago.
            Err(lookup) if lookup.is_not_found() => Ok(()),
            _ => Err(error),
        }
    }

    /// Whether the operation is under way, or over: its events carry its token.
    pub(super) async fn has_left_events<C: Cloud>(
        &self,
        session: &Session<'_, C>,
    ) -> Result<bool, CallError> {
        let events = session.cloud.stack_events(&self.before.id, None).await?.items;
        Ok(events
            .iter()
            .any(|event| event.token.as_deref() == Some(self.token.as_str())))
    }

    pub(super) fn token(&self) -> &RequestToken {
        &self.token
    }

    pub(super) fn stack_id(&self) -> &str {
        &self.before.id
    }
}

/// Follows an operation to its end, telling each event.
pub(super) async fn watch<C: Cloud>(
    session: &mut Session<'_, C>,
    operation: &Operation,
) -> Result<Ended, Unseen> {
    let mut history = History::new(operation);
    let mut backoff = Backoff::up_to(PATIENCE);
    let mut dark = 0;
    loop {
        match look(session, operation, &mut history).await {
            Ok(Some(stack)) => return end(session, operation, history, stack).await,
            Ok(None) => dark = 0,
            Err(error) if error.is_transient() && dark < LOOKS_IN_THE_DARK => dark += 1,
            Err(error) => return Err(Unseen::LostSight(error)),
        }
        session.pause(backoff.next()).await?;
    }
}

/// Looks once. Some, when the operation has ended: with the stack, or with `None` when the stack is gone.
async fn look<C: Cloud>(
    session: &mut Session<'_, C>,
    operation: &Operation,
    history: &mut History,
) -> Result<Option<Option<DeployedStack>>, CallError> {
    let stack = session.cloud.describe_stack(operation.stack_id()).await?;
    read_events(session, operation, history).await?;
    let Some(stack) = stack else { return Ok(Some(None)) };
    let has_ended = history.is_past(&stack, operation) && stack.status.is_settled();
    Ok(has_ended.then_some(Some(stack)))
}

async fn end<C: Cloud>(
    session: &mut Session<'_, C>,
    operation: &Operation,
    mut history: History,
    stack: Option<DeployedStack>,
) -> Result<Ended, Unseen> {
    let status = stack
        .as_ref()
        .map_or(StackStatus::DeleteComplete, |stack| stack.status.clone());
    let mut backoff = Backoff::up_to(PATIENCE);
    for read in 0..READS_AFTER_THE_END {
        // The state may be ahead of the events: without one more read the reason of a failure would be lost.
        match read_events(session, operation, &mut history).await {
            Ok(()) if history.has_ended_as(&status) => break,
            Ok(()) if stack.is_none() => break,
            Ok(()) => {}
            Err(error) if error.is_not_found() || error.is_transient() => {}
            Err(error) => return Err(Unseen::LostSight(error)),
        }
        if read + 1 < READS_AFTER_THE_END {
            session.pause(backoff.next()).await?;
        }
    }
    let cause = if status.is_success() {
        None
    } else {
        root_cause(&history.events).map(Box::new)
    };
    Ok(Ended {
        status,
        stack,
        cause,
        progress: history.progress,
    })
}

/// Reads from the newest event back to one already seen, and tells what is new, oldest first.
async fn read_events<C: Cloud>(
    session: &mut Session<'_, C>,
    operation: &Operation,
    history: &mut History,
) -> Result<(), CallError> {
    let mut fresh = Vec::new();
    let mut next: Option<String> = None;
    'pages: loop {
        let page = match session
            .cloud
            .stack_events(operation.stack_id(), next.as_deref())
            .await
        {
            Ok(page) => page,
            // A deleted stack may be forgotten at once.
            Err(error) if error.is_not_found() => break,
            Err(error) => return Err(error),
        };
        for event in page.items {
            if history.knows(&event) {
                break 'pages;
            }
            fresh.push(event);
        }
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    for event in fresh.into_iter().rev() {
        if let Some((event, progress)) = history.take_in(event) {
            session.tell(Event::Resource { event, progress });
        }
    }
    Ok(())
}

/// What is known of an operation so far.
struct History {
    token: String,
    seen: HashSet<String>,
    events: Vec<StackEvent>,
    progress: Progress,
    /// Whether the stack was once described otherwise than before the operation.
    has_moved: bool,
    stale_looks: usize,
}

impl History {
    fn new(operation: &Operation) -> Self {
        Self {
            token: operation.token.as_str().to_owned(),
            seen: operation.baseline.iter().cloned().collect(),
            events: Vec::new(),
            progress: Progress::of(operation.expected),
            has_moved: false,
            stale_looks: 0,
        }
    }

    /// Whether a description is from after the operation began: `DescribeStacks` may still serve the state from before,
    /// which looks like an end. The events may tell of the end earlier than the description does, but not of the outputs.
    fn is_past(&mut self, stack: &DeployedStack, operation: &Operation) -> bool {
        let before = &operation.before;
        self.has_moved |= stack.status != before.status || stack.updated != before.updated;
        self.stale_looks += usize::from(!self.has_moved && self.has_ended_as(&stack.status));
        self.has_moved || self.stale_looks > STALE_LOOKS
    }

    fn knows(&self, event: &StackEvent) -> bool {
        self.seen.contains(&event.id)
    }

    /// Takes an event in, unless it is of somebody else's operation.
    fn take_in(&mut self, event: StackEvent) -> Option<(StackEvent, Progress)> {
        self.seen.insert(event.id.clone());
        if event.token.as_deref().is_some_and(|token| token != self.token) {
            return None;
        }
        self.progress.apply(&event);
        self.events.push(event.clone());
        Some((event, self.progress.clone()))
    }

    /// Whether the stack's own last event is the given state.
    fn has_ended_as(&self, status: &StackStatus) -> bool {
        let last = self.events.iter().rev().find(|event| event.is_of_the_stack());
        last.is_some_and(|event| event.status.as_str() == status.as_str())
    }
}

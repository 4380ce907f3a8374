//! The first effect: adds commits to the feed.

use std::error::Error;
use std::sync::Arc;

use uuid::Uuid;

use super::batch::CatalogueUpdate;
use super::catalogue::CatalogueWriter;
use super::patience::Patience;
use super::shortfall::Shortfall;
use crate::feed::feeding::{Feeding, Knowledge, Next, Step};
use crate::feed::memory::Memory;
use crate::feed::port::{Begun, FeedWriter, PagePut};
use crate::feed::{Entry, Incarnation, Writer};
use crate::store::StoreError;
use crate::telemetry::chain;

/// Adds commits to a feed, and caches what it learned about the feed. Clones share the cache.
#[derive(Clone, Debug)]
pub struct Feeder<F> {
    /// The feed's table.
    pub table: F,
    memory: Arc<Memory>,
}

/// The outcome of adding commits to the feed.
#[derive(Debug)]
pub(super) struct Fed {
    known: Option<Knowledge>,
    added: u64,
    failure: Option<Failure>,
}

/// Why commits are not in the feed.
#[derive(Debug)]
struct Failure {
    cause: String,
    /// Whether a retry does not help.
    is_fault: bool,
}

impl Fed {
    /// The feed that contains all commits of the update, if one does.
    pub(super) fn feed_of(&self, update: &CatalogueUpdate) -> Option<Incarnation> {
        let known = self.known.as_ref()?;
        let mark = known.mark(&update.key())?;
        (mark.revision >= update.stream.revision).then_some(known.incarnation)
    }

    /// The number of events added to the feed.
    pub(super) fn added(&self) -> u64 {
        self.added
    }

    /// The shortfall of an update whose commits are not in the feed.
    pub(super) fn shortfall(&self, update: &CatalogueUpdate) -> Shortfall {
        Shortfall {
            records: update.records.clone(),
            cause: self
                .failure
                .as_ref()
                .map(|failure| failure.cause.clone())
                .unwrap_or_default(),
        }
    }

    /// Whether the feed is corrupt, which blocks all later commits.
    pub(super) fn is_fault(&self) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.is_fault)
    }
}

impl<F: FeedWriter> Feeder<F> {
    /// A feeder with an empty cache.
    pub fn new(table: F) -> Self {
        Self {
            table,
            memory: Arc::default(),
        }
    }

    /// The same feeder on another view of the table, with the same cache.
    #[must_use]
    pub fn on<G>(&self, table: G) -> Feeder<G> {
        Feeder {
            table,
            memory: self.memory.clone(),
        }
    }

    /// Adds to the feed what it lacks of `offered`, and retries what fails for as long as `patience` lasts.
    pub(super) async fn feed(
        &self,
        catalogue: &impl CatalogueWriter,
        offered: Vec<Entry>,
        patience: Patience,
    ) -> Fed {
        let mut fed = Fed {
            known: None,
            added: 0,
            failure: None,
        };
        let writer = Writer::from(Uuid::new_v4());
        let Some(feeding) = Feeding::new(writer, offered) else {
            return fed;
        };
        let known = self.memory.recall(feeding.streams());
        let mut step = feeding.begin(known);
        loop {
            step = match self.answered(catalogue, step, patience).await {
                Ok(Answered::Begun(step)) => step,
                Ok(Answered::Told {
                    next: Next { step, learned },
                    added,
                }) => {
                    self.memory.learn(&learned);
                    fed.known = Some(learned);
                    fed.added += added;
                    step
                }
                Ok(Answered::Done(known)) => {
                    fed.known = Some(known);
                    return fed;
                }
                Err(failure) => {
                    fed.failure = Some(failure);
                    return fed;
                }
            }
        }
    }

    /// Carries out a step, with retries, and passes the answer to the machine.
    async fn answered(
        &self,
        catalogue: &impl CatalogueWriter,
        step: Step,
        patience: Patience,
    ) -> Result<Answered, Failure> {
        let table = &self.table;
        Ok(match step {
            Step::FindIncarnation(find) => {
                let found = retried(patience, || table.incarnation()).await?;
                Answered::Begun(find.found(found))
            }
            Step::PutIncarnation(put) => {
                let begun = retried(patience, || table.begin(put.incarnation())).await?;
                Answered::Begun(match begun {
                    Begun::Written => put.written(),
                    Begun::Refused(there) => put.refused(there),
                })
            }
            Step::FindMarks(find) => {
                let found = retried(patience, || catalogue.marks(find.streams())).await?;
                Answered::told(find.found(found))
            }
            Step::FindLastPage(find) => {
                let found = retried(patience, || table.last_page(find.incarnation())).await?;
                Answered::told(find.found(found))
            }
            Step::PutPage(put) => {
                let (feed, number) = (put.incarnation(), put.number());
                self.note_types(feed, &put.page().entries, patience).await?;
                let answer = retried(patience, || table.put_page(feed, number, put.page())).await?;
                let events = put.page().entries.iter().map(Entry::events).sum();
                match answer {
                    PagePut::Written => Answered::Told {
                        next: put.written(),
                        added: events,
                    },
                    PagePut::Refused(there) => Answered::Told {
                        added: if there.writer == put.page().writer {
                            events
                        } else {
                            0
                        },
                        next: put.refused(&there),
                    },
                }
            }
            Step::Done(known) => Answered::Done(known),
        })
    }

    /// Records the stream types that are new to this process, before their entries enter the feed.
    async fn note_types(
        &self,
        feed: Incarnation,
        entries: &[Entry],
        patience: Patience,
    ) -> Result<(), Failure> {
        for entry in entries {
            let stream_type = &entry.stream().stream_type;
            if !self.memory.has_noted(feed, stream_type) {
                retried(patience, || self.table.note_type(feed, stream_type)).await?;
                self.memory.noted(feed, stream_type.clone());
            }
        }
        Ok(())
    }
}

/// What an answer leads to.
enum Answered {
    Begun(Step),
    Told {
        next: Next,
        /// The number of events that the feed gained.
        added: u64,
    },
    Done(Knowledge),
}

impl Answered {
    fn told(next: Next) -> Self {
        Self::Told { next, added: 0 }
    }
}

/// Retries a call until it is answered.
///
/// # Errors
/// The reason why there is no answer.
async fn retried<T, C: Future<Output = Result<T, StoreError>>>(
    patience: Patience,
    call: impl Fn() -> C,
) -> Result<T, Failure> {
    let failure = |error: &dyn Error, is_fault| Failure {
        cause: chain(error),
        is_fault,
    };
    let mut attempts = patience.begin();
    loop {
        let error = match attempts.attempt(call()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error @ StoreError::Fault(_))) => return Err(failure(&error, true)),
            Ok(Err(error @ (StoreError::Throttled(_) | StoreError::Unavailable(_)))) => error,
            Err(passed) => return Err(failure(&passed, false)),
        };
        if attempts.pause().await.is_err() {
            return Err(failure(&error, false));
        }
    }
}

//! A catalogue, a topic and a failure queue that follow a script.

use std::collections::VecDeque;
use std::sync::Mutex;

use event_store_types::{Stream, StreamType};
use uuid::Uuid;

use super::batch::Notice;
use super::call::CallError;
use super::catalogue::{BroughtForward, CatalogueWriter};
use super::parking::{FailureQueue, ParkedRecord};
use super::publisher::{NOTICES_A_CALL, NotTaken, Publisher, Refusal};
use crate::feed::port::{Begun, FeedWriter, PagePut};
use crate::feed::{Incarnation, Mark, Page, PageNumber};
use crate::store::{StoreError, StreamKey};

/// What a port does when it is called next. When the script has ended, it succeeds.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Succeed,
    Throttle,
    Break,
    Hang,
    /// Publishing only: rejects these entries.
    Leave(Vec<(usize, Refusal)>),
}

#[derive(Default)]
pub(super) struct Script {
    acts: Mutex<VecDeque<Act>>,
    /// What it does once the acts are used up.
    for_ever: Option<Act>,
    done: Mutex<Vec<String>>,
    calls: Mutex<usize>,
}

impl Script {
    pub(super) fn of(acts: impl IntoIterator<Item = Act>) -> Self {
        Self {
            acts: Mutex::new(acts.into_iter().collect()),
            ..Self::default()
        }
    }

    pub(super) fn for_ever(act: Act) -> Self {
        Self::default().then_for_ever(act)
    }

    pub(super) fn then_for_ever(self, act: Act) -> Self {
        Self {
            for_ever: Some(act),
            ..self
        }
    }

    async fn act(&self) -> Option<Act> {
        *self.calls.lock().unwrap() += 1;
        let act = self
            .acts
            .lock()
            .unwrap()
            .pop_front()
            .or_else(|| self.for_ever.clone());
        if matches!(act, Some(Act::Hang)) {
            std::future::pending::<()>().await;
        }
        act
    }

    fn note(&self, what: String) {
        self.done.lock().unwrap().push(what);
    }

    pub(super) fn done(&self) -> Vec<String> {
        self.done.lock().unwrap().clone()
    }

    pub(super) fn calls(&self) -> usize {
        *self.calls.lock().unwrap()
    }
}

impl CatalogueWriter for &Script {
    async fn bring_forward(&self, stream: &Stream, _: Incarnation) -> Result<BroughtForward, StoreError> {
        match self.act().await {
            Some(Act::Throttle) => Err(StoreError::Throttled("too much".into())),
            Some(_) => Err(StoreError::Fault("no such table".into())),
            None => {
                self.note(format!("{}@{}", stream.stream_id, stream.revision));
                Ok(BroughtForward::Updated)
            }
        }
    }

    async fn marks(&self, _: &[StreamKey]) -> Result<Vec<(StreamKey, Mark)>, StoreError> {
        Ok(Vec::new())
    }
}

impl Script {
    async fn answer<T>(&self, answer: impl FnOnce() -> T) -> Result<T, StoreError> {
        match self.act().await {
            Some(Act::Throttle) => Err(StoreError::Throttled("too much".into())),
            None | Some(Act::Succeed) => Ok(answer()),
            Some(_) => Err(StoreError::Fault("no such table".into())),
        }
    }
}

/// A feed that knows nothing yet: it records each page that is put.
impl FeedWriter for &Script {
    async fn incarnation(&self) -> Result<Option<Incarnation>, StoreError> {
        Ok(Some(feed()))
    }

    async fn begin(&self, _: Incarnation) -> Result<Begun, StoreError> {
        Ok(Begun::Refused(feed()))
    }

    async fn last_page(&self, _: Incarnation) -> Result<Option<PageNumber>, StoreError> {
        Ok(None)
    }

    async fn put_page(&self, _: Incarnation, number: PageNumber, page: &Page) -> Result<PagePut, StoreError> {
        self.answer(|| {
            let entries: Vec<String> = page
                .entries
                .iter()
                .map(|entry| format!("{}@{}", entry.stream().stream_id, entry.last()))
                .collect();
            self.note(format!("{number}: {}", entries.join(" ")));
            PagePut::Written
        })
        .await
    }

    async fn note_type(&self, _: Incarnation, _: &StreamType) -> Result<(), StoreError> {
        Ok(())
    }
}

pub(super) fn feed() -> Incarnation {
    Incarnation::from(Uuid::nil())
}

impl Publisher for &Script {
    async fn publish(&self, notices: &[&Notice]) -> Result<Vec<NotTaken>, CallError> {
        assert!((1..=NOTICES_A_CALL).contains(&notices.len()));
        let left = match self.act().await {
            Some(Act::Throttle) => return Err(CallError::Transient("too much".into())),
            Some(Act::Break | Act::Hang) => return Err(CallError::Permanent("no such topic".into())),
            Some(Act::Leave(left)) => left,
            None | Some(Act::Succeed) => Vec::new(),
        };
        for (index, notice) in notices.iter().enumerate() {
            if left.iter().all(|(other, _)| *other != index) {
                self.note(format!(
                    "{} {}",
                    notice.notification.stream_revision, notice.event_type
                ));
            }
        }
        let reason = || "`Code` words".to_owned();
        Ok(left
            .into_iter()
            .map(|(index, refusal)| NotTaken {
                index,
                refusal,
                reason: reason(),
            })
            .collect())
    }
}

impl FailureQueue for &Script {
    async fn park(&self, record: &ParkedRecord<'_>) -> Result<(), CallError> {
        match self.act().await {
            Some(Act::Throttle) => Err(CallError::Transient("too much".into())),
            Some(_) => Err(CallError::Permanent("no such queue".into())),
            None => {
                self.note(record.to_json().unwrap());
                Ok(())
            }
        }
    }
}

//! What SQS is told: one call of a kind at a time, so that the calls are as full as they can be, and one about the
//! same message never overtakes another.

use std::collections::VecDeque;
use std::time::Duration;

use super::slot::Slot;
use crate::sqs::{NotHidden, Receipt, Receiver, Unacknowledged};

/// How often an acknowledgement is tried. The SDK tries each of these several times itself.
const ATTEMPTS: u32 = 3;

/// Acknowledgements that wait for the one before them.
#[derive(Default)]
pub(super) struct Acknowledgements {
    waiting: Vec<Acknowledgement>,
    under_way: Vec<Acknowledgement>,
    call: Slot<Result<(), Unacknowledged>>,
}

struct Acknowledgement {
    receipt: Receipt,
    attempts: u32,
}

impl Acknowledgements {
    pub(super) fn add(&mut self, receipt: Receipt) {
        self.waiting.push(Acknowledgement { receipt, attempts: 0 });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.call.is_free()
    }

    /// Makes the next call, unless one is under way.
    pub(super) fn send(&mut self, receiver: &Receiver) {
        if self.waiting.is_empty() || !self.call.is_free() {
            return;
        }
        self.under_way = self.waiting.drain(..).collect();
        let receipts: Vec<_> = self
            .under_way
            .iter()
            .map(|acknowledgement| acknowledgement.receipt.clone())
            .collect();
        let receiver = receiver.clone();
        self.call
            .start(async move { receiver.acknowledge_all(&receipts).await });
    }

    /// Waits for the call that is under way. Answers how many messages are given up.
    pub(super) async fn ended(&mut self) -> u64 {
        let Err(unacknowledged) = self.call.ended().await else {
            return 0;
        };
        let mut given_up = 0;
        for refusal in &unacknowledged.refusals {
            let before = self.under_way.iter().find(|one| one.receipt == refusal.receipt);
            let attempts = before.map_or(ATTEMPTS, |one| one.attempts + 1);
            if refusal.is_retryable && attempts < ATTEMPTS {
                self.waiting.push(Acknowledgement {
                    receipt: refusal.receipt.clone(),
                    attempts,
                });
            } else {
                given_up += 1;
                let (code, reason) = (refusal.code.as_deref(), &refusal.reason);
                tracing::warn!(
                    code,
                    reason,
                    "a message that is done with is not acknowledged: it comes again"
                );
            }
        }
        given_up
    }
}

/// Changes of how long messages are hidden, in the order in which they were decided.
#[derive(Default)]
pub(super) struct Hidings {
    waiting: VecDeque<Hiding>,
    call: Slot<Result<(), NotHidden>>,
}

struct Hiding {
    receipts: Vec<Receipt>,
    duration: Duration,
}

impl Hidings {
    pub(super) fn add(&mut self, receipts: Vec<Receipt>, duration: Duration) {
        if !receipts.is_empty() {
            self.waiting.push_back(Hiding { receipts, duration });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.call.is_free()
    }

    /// Makes the next call, unless one is under way.
    pub(super) fn send(&mut self, receiver: &Receiver) {
        if !self.call.is_free() {
            return;
        }
        if let Some(Hiding { receipts, duration }) = self.waiting.pop_front() {
            let receiver = receiver.clone();
            self.call
                .start(async move { receiver.hide(&receipts, duration).await });
        }
    }

    /// Waits for the call that is under way.
    pub(super) async fn ended(&mut self) -> Result<(), NotHidden> {
        self.call.ended().await
    }
}

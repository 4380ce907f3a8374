//! The loop: receive, handle in order, acknowledge, keep hidden.

use std::pin::pin;
use std::time::Duration;

use tokio::select;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use super::calls::{Acknowledgements, Hidings};
use super::slot::Slot;
use super::work::{Ended, Held, Work};
use super::{Malformed, Run, Tally};
use crate::backoff::Backoff;
use crate::notification::{Handler, Lanes, stream_of};
use crate::sqs::{Delivery, NotHidden, NotReceived, Receipt, Receiver};

pub(super) struct Worker<H> {
    receiver: Receiver,
    concurrency: usize,
    visibility: Duration,
    after_failed_call: Backoff,
    after_failed_message: Backoff,
    on_malformed: Box<dyn FnMut(&Delivery) -> Malformed + Send>,
    /// What is in hand and has not begun.
    lanes: Lanes<Held>,
    /// What is being handled.
    work: Work<H>,
    receiving: Slot<Result<Vec<Delivery>, NotReceived>>,
    acknowledgements: Acknowledgements,
    hidings: Hidings,
    /// How many calls to receive have failed in a row.
    failures: u32,
    is_stopping: bool,
    missing: Option<NotReceived>,
    tally: Tally,
}

impl<H: Handler + 'static> Worker<H> {
    pub(super) fn new(run: Run<H>) -> Self {
        let visibility = run
            .visibility
            .clamp(Duration::from_secs(1), Receiver::LONGEST_VISIBILITY);
        Self {
            receiver: run.receiver.visibility(visibility),
            concurrency: run.concurrency,
            visibility,
            after_failed_call: run.after_failed_call,
            after_failed_message: run.after_failed_message,
            on_malformed: run.on_malformed,
            lanes: Lanes::default(),
            work: Work::new(run.handler),
            receiving: Slot::default(),
            acknowledgements: Acknowledgements::default(),
            hidings: Hidings::default(),
            failures: 0,
            is_stopping: false,
            missing: None,
            tally: Tally::default(),
        }
    }

    pub(super) async fn until(mut self, shutdown: impl Future<Output = ()>) -> Result<Tally, NotReceived> {
        let mut shutdown = pin!(shutdown);
        let renewal = self.visibility / 3;
        let mut renewals = interval_at(Instant::now() + renewal, renewal);
        renewals.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.begin_what_may();
            self.acknowledgements.send(&self.receiver);
            self.hidings.send(&self.receiver);
            self.receive_more();
            if self.is_finished() {
                return self.missing.map_or(Ok(self.tally), Err);
            }
            select! {
                () = &mut shutdown, if !self.is_stopping => self.stop(),
                received = self.receiving.ended() => match received {
                    Ok(deliveries) => self.received(deliveries),
                    Err(error) => self.not_received(error),
                },
                Some(ended) = self.work.ended() => self.ended(ended),
                given_up = self.acknowledgements.ended() => self.tally.unacknowledged += given_up,
                hidden = self.hidings.ended() => {
                    if let Err(error) = hidden {
                        self.not_hidden(&error);
                    }
                }
                _ = renewals.tick() => self.stay_hidden(),
            }
        }
    }

    fn begin_what_may(&mut self) {
        while self.work.len() < self.concurrency {
            let Some((notification, held)) = self.lanes.begin() else {
                return;
            };
            self.work.begin(notification, held);
        }
    }

    /// Asks for more only when there is a free hand: what is not received here is there for other receivers. A stream
    /// with many notifications must not keep its hands free for ever, so there is a limit to what waits behind it.
    fn receive_more(&mut self) {
        let has_free_hand = self.work.len() < self.concurrency;
        let most_in_hand = 10 * self.concurrency + usize::from(Receiver::MOST_MESSAGES);
        let in_hand = self.work.len() + self.lanes.waiting().count();
        let has_room = in_hand + usize::from(Receiver::MOST_MESSAGES) <= most_in_hand;
        if self.is_stopping || !has_free_hand || !has_room || !self.receiving.is_free() {
            return;
        }
        let pause = match self.failures {
            0 => Duration::ZERO,
            failures => self.after_failed_call.scattered_after(failures, fastrand::f64()),
        };
        let receiver = self.receiver.clone();
        self.receiving.start(async move {
            if !pause.is_zero() {
                sleep(pause).await;
            }
            receiver.receive().await
        });
    }

    /// A call to receive that is still under way is not waited for. It is heard as long as something else is.
    fn is_finished(&self) -> bool {
        self.is_stopping
            && self.work.len() == 0
            && self.acknowledgements.is_empty()
            && self.hidings.is_empty()
    }

    fn stop(&mut self) {
        self.is_stopping = true;
        let waiting = self.lanes.drain();
        self.release(waiting.into_iter().map(|held| held.receipt).collect());
    }

    fn release(&mut self, receipts: Vec<Receipt>) {
        self.tally.released += receipts.len() as u64;
        self.hidings.add(receipts, Duration::ZERO);
    }

    fn received(&mut self, deliveries: Vec<Delivery>) {
        self.failures = 0;
        if self.is_stopping {
            let receipts = deliveries.into_iter().map(|delivery| delivery.receipt);
            return self.release(receipts.collect());
        }
        for delivery in deliveries {
            match delivery.notification {
                Ok(notification) => {
                    let held = Held {
                        message_id: delivery.message_id,
                        receipt: delivery.receipt,
                        times_received: delivery.times_received,
                        trace_parent: delivery.trace_parent,
                    };
                    self.lanes.add(notification, held);
                }
                Err(_) => self.malformed(&delivery),
            }
        }
    }

    fn malformed(&mut self, delivery: &Delivery) {
        self.tally.malformed += 1;
        let (message_id, times_received) = (&delivery.message_id, delivery.times_received);
        let decision = (self.on_malformed)(delivery);
        tracing::warn!(
            message_id,
            times_received,
            ?decision,
            "a message holds no notification"
        );
        if decision == Malformed::Acknowledge {
            self.acknowledgements.add(delivery.receipt.clone());
        }
    }

    fn not_received(&mut self, error: NotReceived) {
        self.tally.failed_calls += 1;
        self.failures = self.failures.saturating_add(1);
        let source = &error as &(dyn std::error::Error + 'static);
        if error.is_queue_missing() {
            tracing::error!(error = source, "there is no such queue");
            self.missing = Some(error);
            if !self.is_stopping {
                self.stop();
            }
        } else {
            tracing::warn!(
                error = source,
                in_a_row = self.failures,
                "the queue cannot be received from"
            );
        }
    }

    /// Whatever else has ended is taken along, so that it is acknowledged in the same call.
    fn ended(&mut self, ended: Ended) {
        let mut next = Some(ended);
        while let Some(Ended {
            notification,
            held,
            result,
        }) = next
        {
            let stream = stream_of(&notification);
            match result {
                Ok(()) => {
                    self.tally.handled += 1;
                    self.acknowledgements.add(held.receipt);
                    self.lanes.done(&stream);
                }
                Err(error) => {
                    let pause = self.after_failed_message.after(held.times_received);
                    let behind = self.lanes.failed(&stream);
                    tracing::warn!(
                        stream_type = %notification.stream_type,
                        stream_id = %notification.stream_id,
                        revision = %notification.stream_revision,
                        message_id = held.message_id,
                        times_received = held.times_received,
                        held_back = behind.len(),
                        error = &*error as &(dyn std::error::Error + 'static),
                        "a notification was not handled: it comes again",
                    );
                    self.tally.failed += 1;
                    self.tally.held_back += behind.len() as u64;
                    let again = [held].into_iter().chain(behind).map(|held| held.receipt);
                    self.hidings.add(again.collect(), pause);
                }
            }
            next = self.work.also_ended();
        }
    }

    /// Everything in hand stays hidden for as long again.
    fn stay_hidden(&mut self) {
        let in_hand = self.work.held().chain(self.lanes.waiting());
        let receipts = in_hand.map(|held| held.receipt.clone()).collect();
        // Calls that are slower than this beat would pile up.
        if self.hidings.is_empty() {
            self.hidings.add(receipts, self.visibility);
        }
    }

    /// What is no longer in hand was acknowledged meanwhile, and need not be hidden.
    fn not_hidden(&mut self, error: &NotHidden) {
        for refusal in &error.refusals {
            let mut in_hand = self.work.held().chain(self.lanes.waiting());
            if let Some(held) = in_hand.find(|held| held.receipt == refusal.receipt) {
                let (code, reason) = (refusal.code.as_deref(), &refusal.reason);
                let message_id = &held.message_id;
                tracing::warn!(
                    message_id,
                    code,
                    reason,
                    "a message in hand may be received by others, too"
                );
            }
        }
    }
}

//! One seeded run: a log relayed from its beginning to its end, in any weather.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use event_store_function::relay_handler::Handler;
use futures::future::join_all;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::runtime::Builder;
use tokio::time::timeout;
use tracing::Dispatch;

use super::expectation;
use super::flaw::Flaw;
use super::ledger::{Effects, Ledger};
use super::log::Log;
use super::mapping::{Answer, Shard, Verdict};
use super::record::Record;
use super::services::Services;
use super::tally::Tally;
use super::violation::{Property, Violation};
use super::weather::Weather;
use super::wiring::handler;
use super::witness::Witness;

/// More invocations than any shard takes: one that does not end is not waited for.
const INVOCATIONS: usize = 2_000;

/// What came of a run.
pub(super) struct Ran {
    pub(super) tally: Tally,
    pub(super) violations: Vec<Violation>,
}

/// Relays the log of `seed`, with a mistake or without.
pub(super) fn run(seed: u64, flaw: Option<Flaw>) -> Ran {
    let witness = Witness::default();
    let is_heard = flaw != Some(Flaw::RelayIsSilentAboutChanges);
    let subscriber = is_heard.then(|| Dispatch::new(witness.subscriber()));
    tracing::dispatcher::with_default(&subscriber.unwrap_or_else(Dispatch::none), || {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(relay(seed, flaw, &witness))
    })
}

async fn relay(seed: u64, flaw: Option<Flaw>, witness: &Witness) -> Ran {
    let mut log = Log::of(seed);
    let effects = Arc::new(Mutex::new(Effects {
        flaw,
        ..Effects::default()
    }));
    let shards = std::mem::take(&mut log.shards);
    let records: Vec<Record> = shards.iter().flatten().cloned().collect();
    // Lambda invokes the function for all shards side by side, each in a process of its own.
    let pollers = (0..).zip(shards).map(|(index, records)| {
        let services = Services {
            effects: effects.clone(),
            ledger: Arc::default(),
            weather: Arc::new(Mutex::new(Weather::of(seed ^ (index << 32)))),
        };
        let poller = Poller {
            handler: handler(&services, format!("{seed}-{flaw:?}-{index}")),
            services,
            flaw,
            tally: Tally::default(),
        };
        poller.poll(Shard::new(records, flaw))
    });
    let mut tally = Tally::of(&records);
    for of_shard in join_all(pollers).await {
        tally.add(&of_shard);
    }
    let mut effects = effects.lock().unwrap();
    expectation::at_the_end(&log, &records, &tally, &witness.reports(), &mut effects);
    Ran {
        tally,
        violations: std::mem::take(&mut effects.violations),
    }
}

/// Lambda's poller of one shard.
struct Poller {
    services: Services,
    handler: Handler,
    flaw: Option<Flaw>,
    tally: Tally,
}

impl Poller {
    async fn poll(mut self, mut shard: Shard) -> Tally {
        for _ in 0..INVOCATIONS {
            let size = self.services.weather().batch_size();
            let Some(batch) = shard.next(size) else {
                return self.tally;
            };
            let repeated = batch.clone();
            let answer = self.invoke(&batch).await;
            let passed = shard.answered(batch, &answer);
            expectation::of_passed(&passed, &mut self.services.effects.lock().unwrap());
            if passed.len() == repeated.len() && self.services.weather().repeats() {
                self.tally.repeated += repeated.len();
                shard.deliver_again(repeated);
            }
        }
        self.violate(Property::NothingBlocks, "the shard never ends");
        self.tally
    }

    async fn invoke(&mut self, batch: &[Record]) -> Answer {
        let (budget, killed_after, is_fair) = {
            let mut weather = self.services.weather();
            weather.next_invocation();
            let budget = weather.budget();
            (budget, weather.is_killed_after(budget), weather.is_fair())
        };
        *self.services.ledger() = Ledger::default();
        let event = LambdaEvent::new(payload(batch, self.flaw), context(budget, self.flaw));
        let lifetime = killed_after.unwrap_or(budget);
        let Ok(outcome) = timeout(lifetime, self.handler.handle(event)).await else {
            if killed_after.is_none() {
                self.violate(Property::TheDeadlineIsKept, format!("after {budget:?}"));
            }
            self.tally.killed(&self.services.ledger());
            return Answer::Failed;
        };
        let answer = outcome.map_or(Answer::Failed, |response| {
            Answer::Returned(serde_json::to_string(&response).unwrap())
        });
        let answer = distort(answer, batch, self.flaw);
        self.tally.answered(&answer, batch, &self.services.ledger());
        let wrong = expectation::of_answer(&answer, batch, &self.services.ledger());
        if let Err(what) = wrong {
            self.violate(Property::TheAnswerIsRight, what);
        }
        if is_fair && answer != Answer::Returned(r#"{"batchItemFailures":[]}"#.into()) {
            self.violate(Property::NothingBlocks, format!("{answer:?} in fair weather"));
        }
        answer
    }

    fn violate(&self, property: Property, what: impl Into<String>) {
        self.services.effects.lock().unwrap().violate(property, what);
    }
}

fn payload(batch: &[Record], flaw: Option<Flaw>) -> Box<RawValue> {
    let records: Vec<&str> = batch.iter().map(|record| record.json.get()).collect();
    let text = format!(r#"{{"Records":[{}]}}"#, records.join(","));
    let text = match flaw {
        Some(Flaw::RelayAnnouncesChanges) => text.replace(r#""MODIFY""#, r#""INSERT""#),
        _ => text,
    };
    RawValue::from_string(text).unwrap()
}

fn context(budget: Duration, flaw: Option<Flaw>) -> Context {
    let outstays = flaw == Some(Flaw::RelayOutstaysItsDeadline);
    let deadline = SystemTime::now() + budget + Duration::from_secs(u64::from(outstays) * 5);
    let since_epoch = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let mut context = Context::default();
    context.deadline = since_epoch.as_millis().try_into().unwrap();
    context
}

/// The answer as a relay with the mistake would give it.
fn distort(answer: Answer, batch: &[Record], flaw: Option<Flaw>) -> Answer {
    let numbers: Vec<u128> = batch.iter().map(|record| record.number).collect();
    match (flaw, Verdict::of(&answer, &numbers)) {
        (Some(Flaw::RelaySwallowsWholeFailures), Verdict::Failure) => Answer::Returned("{}".into()),
        (Some(Flaw::RelayNamesALaterRecord), Verdict::From(place)) if place + 1 < batch.len() => {
            let number = numbers[place + 1].to_string();
            let failures = Value::from_iter([("itemIdentifier", number)]);
            let response = serde_json::json!({"batchItemFailures": [failures]});
            Answer::Returned(response.to_string())
        }
        _ => answer,
    }
}

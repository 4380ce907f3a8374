//! What goes wrong, drawn from a seed.

use std::ops::Range;
use std::time::Duration;

/// What the relay is connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    DynamoDb,
    Sns,
    Sqs,
}

/// What happens to a call instead of being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection breaks.
    Reset,
    /// No answer ever comes.
    Silence,
    /// The service fails.
    Error,
    /// The service asks for patience.
    Throttle,
    /// The service refuses: a permission is missing, say, until somebody sees it.
    Refusal,
    /// The answer says success, and is not readable.
    Garbage,
}

/// When a fault happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Before the call has its effect.
    Before,
    /// After it: the effect is there, and the relay cannot know.
    After,
}

/// What becomes of an entry of a `PublishBatch` that could be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Taken,
    /// Refused, with an SNS code and whether it calls that the sender's fault.
    Refused(&'static str, bool),
    /// Refused by an answer that does not name the entry at all.
    Passed,
    /// Taken, and reported as refused.
    TakenUnseen,
}

/// One shard's weather. It clears up for good at some invocation.
pub(super) struct Weather {
    rng: fastrand::Rng,
    /// The share of calls that go wrong outside outages.
    gusts: f64,
    outages: Vec<(Service, Range<usize>)>,
    invocation: usize,
    clears_up_at: usize,
}

impl Weather {
    pub(super) fn of(seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let clears_up_at = rng.usize(0..12);
        let outages = (0..rng.usize(0..3)).map(|_| {
            let service = rng
                .choice([Service::DynamoDb, Service::Sns, Service::Sqs])
                .unwrap();
            let from = rng.usize(0..12);
            (service, from..from + rng.usize(1..4))
        });
        Self {
            outages: outages.collect(),
            gusts: rng.choice([0.0, 0.02, 0.1, 0.3, 0.6]).unwrap(),
            rng,
            invocation: 0,
            clears_up_at,
        }
    }

    pub(super) fn next_invocation(&mut self) {
        self.invocation += 1;
    }

    /// Whether nothing goes wrong any more.
    pub(super) fn is_fair(&self) -> bool {
        self.invocation > self.clears_up_at
    }

    /// How long a call of a service takes. Whole tenths of a second, so that no two things happen at one time
    /// but those that are meant to.
    pub(super) fn delay(&mut self) -> Duration {
        let tenths = if self.happens(0.2) { self.rng.u64(1..9) } else { 0 };
        Duration::from_millis(100 * tenths)
    }

    /// What happens to a call of `service`.
    pub(super) fn fault(&mut self, service: Service) -> Option<(When, Fault)> {
        let invocation = self.invocation;
        let is_out =
            |(out, during): &(Service, Range<usize>)| *out == service && during.contains(&invocation);
        let share = if self.outages.iter().any(is_out) {
            1.0
        } else {
            self.gusts
        };
        if !self.happens(share) {
            return None;
        }
        let fault = self.rng.choice([
            Fault::Reset,
            Fault::Silence,
            Fault::Error,
            Fault::Throttle,
            Fault::Refusal,
            Fault::Garbage,
        ]);
        let fault = fault.unwrap();
        let when = match fault {
            Fault::Throttle | Fault::Refusal => When::Before,
            Fault::Garbage => When::After,
            _ if self.rng.bool() => When::Before,
            _ => When::After,
        };
        Some((when, fault))
    }

    /// What becomes of an entry of a call that succeeds.
    pub(super) fn entry(&mut self) -> Entry {
        if !self.happens(self.gusts) {
            return Entry::Taken;
        }
        let entry = self.rng.choice([
            Entry::Refused("InternalError", false),
            Entry::Refused("AuthorizationError", true),
            Entry::Refused("KMSInvalidState", true),
            Entry::Passed,
            Entry::TakenUnseen,
        ]);
        entry.unwrap()
    }

    /// How long Lambda lets the invocation live. Never whole tenths, as the calls are.
    pub(super) fn budget(&mut self) -> Duration {
        let seconds = if self.happens(0.3) { self.rng.u64(1..6) } else { 60 };
        Duration::from_millis(seconds * 1_000 + 50)
    }

    /// When Lambda's machine is lost in the middle of an invocation of `budget`, if it is.
    pub(super) fn is_killed_after(&mut self, budget: Duration) -> Option<Duration> {
        // Mostly early, for most invocations do not last long.
        let share = self.rng.f64().powi(4);
        self.happens(0.15).then(|| budget.mul_f64(share))
    }

    /// Whether the source delivers a batch again that it was told is done.
    pub(super) fn repeats(&mut self) -> bool {
        self.happens(0.1)
    }

    /// How many records the next batch has at most.
    pub(super) fn batch_size(&mut self) -> usize {
        self.rng.usize(1..=30)
    }

    fn happens(&mut self, share: f64) -> bool {
        // Drawn in any weather, so that a run goes the same way up to where it clears up.
        self.rng.f64() < share && !self.is_fair()
    }
}

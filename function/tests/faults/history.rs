//! What happened to a stream, as its clients saw it, and whether that can have been one thing after another.

use std::collections::HashSet;

use fastrand::Rng;
use stateright::semantics::SequentialSpec;

use super::specification::{Answer, Operation, Stream};

/// The operations on one stream: when each was invoked, and when it returned with what.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    calls: Vec<Call>,
    now: usize,
}

/// An operation, from its invocation to its return. One that never returns may have its effect at any time, or never.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) client: usize,
    pub(crate) operation: Operation,
    pub(crate) invoked: usize,
    pub(crate) returned: Option<(usize, Answer)>,
}

/// Which operation of a history is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallNumber(usize);

impl History {
    /// An operation of `client` begins. A client does one thing after another.
    pub(crate) fn invoke(&mut self, client: usize, operation: Operation) -> CallNumber {
        let invoked = self.tick();
        self.calls.push(Call {
            client,
            operation,
            invoked,
            returned: None,
        });
        CallNumber(self.calls.len() - 1)
    }

    /// An operation is answered.
    pub(crate) fn answer(&mut self, CallNumber(number): CallNumber, answer: Answer) {
        let returned = self.tick();
        self.calls[number].returned = Some((returned, answer));
    }

    fn tick(&mut self) -> usize {
        self.now += 1;
        self.now
    }

    /// The operations that bear on the others: not the readings of which nothing came.
    pub(crate) fn calls(&self) -> Vec<&Call> {
        let calls = self.calls.iter();
        calls
            .filter(|call| call.returned.is_some() || call.operation.has_effect())
            .collect()
    }

    /// The same history with two of its answers exchanged.
    pub(crate) fn falsified(&self, rng: &mut Rng) -> Self {
        let mut history = self.clone();
        let answered: Vec<usize> = (0..self.calls.len())
            .filter(|place| self.calls[*place].returned.is_some())
            .collect();
        if let (Some(one), Some(other)) = (rng.choice(&answered), rng.choice(&answered)) {
            let answer = |place: usize| {
                self.calls[place]
                    .returned
                    .as_ref()
                    .map(|(_, answer)| answer.clone())
            };
            for (to, from) in [(*one, *other), (*other, *one)] {
                if let (Some((_, there)), Some(answer)) = (&mut history.calls[to].returned, answer(from)) {
                    *there = answer;
                }
            }
        }
        history
    }

    /// Whether there is an order of the operations, each at some moment between its invocation and its return, in which
    /// a stream gives these very answers.
    ///
    /// The search is Wing's and Gong's, with Lowe's memory of what was tried ("Testing for linearizability", 2017): without
    /// it, a handful of operations that were never answered makes the number of orders too large.
    pub(crate) fn is_linearizable(&self) -> bool {
        let calls = self.calls();
        assert!(calls.len() <= 128, "a set of calls is 128 bits");
        let answered: u128 = calls
            .iter()
            .enumerate()
            .filter(|(_, call)| call.returned.is_some())
            .fold(0, |set, (place, _)| set | 1 << place);
        let mut tried = HashSet::new();
        let mut open = vec![(0_u128, Stream::default())];
        while let Some((placed, stream)) = open.pop() {
            if placed & answered == answered {
                return true;
            }
            let waiting = || {
                calls
                    .iter()
                    .enumerate()
                    .filter(|(place, _)| placed & (1 << place) == 0)
            };
            // What returned before another was invoked comes before it.
            let first_return = waiting()
                .filter_map(|(_, call)| Some(call.returned.as_ref()?.0))
                .min();
            for (place, call) in waiting().filter(|(_, call)| Some(call.invoked) < first_return) {
                let mut next = stream.clone();
                let is_possible = if let Some((_, answer)) = &call.returned {
                    next.is_valid_step(&call.operation, answer)
                } else {
                    next.invoke(&call.operation);
                    // One that has no effect here need not be anywhere.
                    next != stream
                };
                let after = (placed | 1 << place, next);
                if is_possible && tried.insert(after.clone()) {
                    open.push(after);
                }
            }
        }
        false
    }
}

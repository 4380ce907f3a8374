//! Another checker, to check ours.

use std::collections::BTreeMap;

use stateright::semantics::{ConsistencyTester, LinearizabilityTester};

use super::history::{Call, History};
use super::specification::Stream;

/// Asks stateright's tester, which tries every order there is: histories must be small.
pub(crate) fn is_linearizable(history: &History) -> bool {
    let calls = history.calls();
    let threads = threads(&calls);
    let mut moments = BTreeMap::new();
    for (call, thread) in calls.iter().zip(threads) {
        moments.insert(call.invoked, (*call, thread, None));
        if let Some((returned, answer)) = &call.returned {
            moments.insert(*returned, (*call, thread, Some(answer)));
        }
    }
    let mut tester = LinearizabilityTester::new(Stream::default());
    for (call, thread, answer) in moments.into_values() {
        match answer {
            None => tester.on_invoke(thread, call.operation.clone()).unwrap(),
            Some(answer) => tester.on_return(thread, answer.clone()).unwrap(),
        };
    }
    tester.is_consistent()
}

/// The thread of each call. A thread does not go on after a call that never returns, so that its client is another
/// one from then on.
fn threads(calls: &[&Call]) -> Vec<(usize, usize)> {
    let mut lives: BTreeMap<usize, usize> = BTreeMap::new();
    let thread = |call: &&Call| {
        let life = lives.entry(call.client).or_default();
        let thread = (call.client, *life);
        *life += usize::from(call.returned.is_none());
        thread
    };
    calls.iter().map(thread).collect()
}

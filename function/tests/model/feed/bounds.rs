//! How much the checker explores: small worlds, each of them whole.

use event_store_function::feed::Entry;
use event_store_function::feed::page::Capacity;

use super::properties::{AGAIN, ANEW, FOREIGN, OURS, RANGE, SPLIT};
use crate::request::{revision, stream};

/// What happens at most, and what comes of it.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// The batches that each relay may be given, in any order and again.
    pub(crate) relays: Vec<Vec<Vec<Entry>>>,
    /// How many batches each relay is given.
    pub(crate) attempts: u8,
    /// How many entries a page holds.
    pub(crate) capacity: usize,
    /// Whether the feed is thrown away once and made anew.
    pub(crate) anew: bool,
    /// How many states there are: another number is another protocol or another model.
    pub(crate) states: usize,
    /// Which of the [witnesses](super::properties::witnesses) are among them.
    pub(crate) reaches: &'static [&'static str],
}

impl Bounds {
    pub(crate) fn capacity(&self) -> Capacity {
        Capacity {
            entries: self.capacity,
            ..Capacity::PAGE
        }
    }
}

/// The commit of the stream that begins at `first` and has one event for each letter of `types`.
fn commit(first: u64, types: &str) -> Entry {
    let types = types.chars().map(|letter| letter.to_string().parse().unwrap());
    Entry::commit(stream(), revision(first), types.collect()).unwrap()
}

fn range(first: u64, last: u64) -> Entry {
    Entry::range(stream(), revision(first), revision(last)).unwrap()
}

/// Two relays that are given an event and a batch behind it, together, apart and in the wrong order.
pub(crate) fn two_relays() -> Bounds {
    let batches = || {
        let (first, second) = (commit(1, "a"), commit(2, "bc"));
        vec![vec![first.clone()], vec![second.clone()], vec![second, first]]
    };
    Bounds {
        relays: vec![batches(), batches()],
        attempts: 2,
        capacity: 100,
        anew: false,
        states: 1_199_163,
        reaches: &[AGAIN, FOREIGN, OURS, RANGE],
    }
}

/// A relay beside `reconcile`, which reads the stream in two pages of its scan.
pub(crate) fn beside_reconcile() -> Bounds {
    Bounds {
        relays: vec![
            vec![vec![commit(2, "bc")], vec![commit(4, "d")]],
            vec![vec![range(1, 1)], vec![range(2, 3)]],
        ],
        states: 440_939,
        ..two_relays()
    }
}

/// Two relays whose batches take more than a page.
pub(crate) fn small_pages() -> Bounds {
    let batch = || vec![vec![commit(1, "a"), commit(2, "b")]];
    Bounds {
        relays: vec![batch(), batch()],
        capacity: 1,
        states: 364_999,
        reaches: &[AGAIN, FOREIGN, OURS, SPLIT],
        ..two_relays()
    }
}

/// The feed is made anew while two relays are at work that remember the old one.
pub(crate) fn made_anew() -> Bounds {
    let (first, second) = (vec![commit(1, "a")], vec![commit(2, "b")]);
    Bounds {
        relays: vec![vec![first, second.clone()], vec![second]],
        anew: true,
        states: 967_803,
        reaches: &[AGAIN, ANEW, FOREIGN, OURS, RANGE],
        ..two_relays()
    }
}

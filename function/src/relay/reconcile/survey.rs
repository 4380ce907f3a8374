//! The port to the log, as reconciling reads it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::relay::record::Appended;
use crate::store::StoreError;

/// The most commits of a page. Below it, a page is as much as the database reads at once, which is 1 MB.
pub const PAGE_COMMITS: usize = 1_000;

/// The port to the log: all of its commits, in no order that matters.
pub trait LogSurvey {
    /// The commits of `segment` behind `after`, or from its beginning without it: at most [`PAGE_COMMITS`].
    ///
    /// A commit that is written meanwhile may be missing: the stream of the log brings it.
    fn page(
        &self,
        segment: Segment,
        after: Option<&Place>,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;
}

/// One of the parts into which the log is cut, to be read side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Which part, from 0.
    pub index: usize,
    /// How many parts there are.
    pub count: usize,
}

/// A place in a segment: the key of the commit that was read last, as the database has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The hash key.
    pub pk: String,
    /// The range key, a number.
    pub sk: String,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.pk, self.sk)
    }
}

/// A page of a segment.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The commits, without payloads.
    pub commits: Vec<Appended>,
    /// The items that are no commits.
    pub unreadable: Vec<Unreadable>,
    /// Where the next page begins, or `None` at the segment's end.
    pub next: Option<Place>,
}

impl Page {
    /// How many streams begin on this page. Over all pages it counts each stream once.
    pub(super) fn streams_begun(&self) -> usize {
        let first = |commit: &&Appended| commit.first == event_store_types::Revision::FIRST;
        self.commits.iter().filter(first).count()
    }

    /// Logs each item that is no commit, and says how many there are. They cannot be relayed, now or ever; that they are there is for
    /// a person to look at.
    pub(super) fn report_unreadable(&self) -> usize {
        for Unreadable { key, attribute } in &self.unreadable {
            tracing::error!(key, attribute, "an item of the events table is no commit");
        }
        self.unreadable.len()
    }
}

/// An item that is no commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its key, as far as it can be told.
    pub key: String,
    /// The attribute that is missing or not what it should be.
    pub attribute: &'static str,
}

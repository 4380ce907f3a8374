//! The port to the log for reconciling.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::relay::record::Appended;
use crate::store::StoreError;

/// The maximum number of commits in a page. Otherwise a page is what the database reads at once, which is 1
/// MB.
pub const PAGE_COMMITS: usize = 1_000;

/// The port to the log: all its commits, in arbitrary order.
pub trait LogSurvey {
    /// The commits of `segment` after `after`, or from its beginning: at most [`PAGE_COMMITS`].
    ///
    /// A commit that is written meanwhile may be missing: the stream of the log delivers it.
    fn page(
        &self,
        segment: Segment,
        after: Option<&Place>,
    ) -> impl Future<Output = Result<Page, StoreError>> + Send;
}

/// One of the parts of the log that are read in parallel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The index of the part, from 0.
    pub index: usize,
    /// The number of parts.
    pub count: usize,
}

/// A place in a segment: the key of the last commit that was read, as stored.
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
    /// The items that are not commits.
    pub unreadable: Vec<Unreadable>,
    /// The place after which the next page begins, or `None` at the segment's end.
    pub next: Option<Place>,
}

impl Page {
    /// The number of streams that begin on this page. Summed over all pages, each stream counts once.
    pub(super) fn streams_begun(&self) -> usize {
        let first = |commit: &&Appended| commit.first == event_store_types::Revision::FIRST;
        self.commits.iter().filter(first).count()
    }

    /// Logs each item that is not a commit, and returns their number. They can never be relayed; a person
    /// must look at them.
    pub(super) fn report_unreadable(&self) -> usize {
        for Unreadable { key, attribute } in &self.unreadable {
            tracing::error!(key, attribute, "an item of the events table is not a commit");
        }
        self.unreadable.len()
    }
}

/// An item that is not a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its key, as far as it is readable.
    pub key: String,
    /// The attribute that is missing or invalid.
    pub attribute: &'static str,
}

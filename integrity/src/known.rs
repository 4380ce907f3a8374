//! PURE: how far each stream goes, as the listing and the feed say. A type is kept once, however many streams are of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use event_store_client::types::{StreamId, StreamType};

use super::Absent;

/// All streams that were met.
#[derive(Debug, Default)]
pub(super) struct Known {
    types: Vec<StreamType>,
    numbers: HashMap<StreamType, u32>,
    streams: HashMap<(u32, StreamId), Reached>,
}

/// How far a stream goes. Revisions begin with 1, so that 0 is nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reached {
    /// The revision at which it is listed.
    pub(super) listed: u64,
    /// The revision up to which the feed has it.
    pub(super) fed: u64,
}

impl Known {
    /// How many streams are known.
    pub(super) fn len(&self) -> usize {
        self.streams.len()
    }

    /// How far a stream goes; nowhere, until it was met.
    pub(super) fn stream(&mut self, stream_type: &StreamType, stream_id: StreamId) -> &mut Reached {
        let number = if let Some(number) = self.numbers.get(stream_type) {
            *number
        } else {
            // There are far fewer types than this.
            let number = u32::try_from(self.types.len()).unwrap_or(u32::MAX);
            self.types.push(stream_type.clone());
            self.numbers.insert(stream_type.clone(), number);
            number
        };
        self.streams.entry((number, stream_id)).or_default()
    }

    fn type_of(&self, number: u32) -> Option<StreamType> {
        self.types.get(number as usize).cloned()
    }

    /// The streams that are listed further than the feed has them.
    pub(super) fn behind_in_feed(&self) -> Vec<(StreamType, StreamId, Reached)> {
        let behind = self
            .streams
            .iter()
            .filter(|(_, reached)| reached.fed < reached.listed);
        behind
            .filter_map(|((number, stream_id), reached)| Some((self.type_of(*number)?, *stream_id, *reached)))
            .collect()
    }

    /// The streams of the feed that are not listed, by their types.
    pub(super) fn not_listed(&self) -> Vec<Absent> {
        let mut absent: BTreeMap<u32, BTreeSet<StreamId>> = BTreeMap::new();
        for ((number, stream_id), reached) in &self.streams {
            if reached.listed == 0 {
                absent.entry(*number).or_default().insert(*stream_id);
            }
        }
        let absent = absent.into_iter();
        absent
            .filter_map(|(number, streams)| Some((self.type_of(number)?, streams)))
            .collect()
    }

    /// Each stream with the revision that it has at least.
    pub(super) fn into_streams(self) -> impl Iterator<Item = (StreamType, StreamId, u64)> {
        let types = self.types;
        self.streams
            .into_iter()
            .filter_map(move |((number, stream_id), reached)| {
                let stream_type = types.get(number as usize)?.clone();
                Some((stream_type, stream_id, reached.listed.max(reached.fed)))
            })
    }
}

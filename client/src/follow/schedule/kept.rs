//! PURE: a schedule as it is kept, and goes on from there.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use super::lane::{Held, Lane};
use super::recent::Recent;
use super::{Change, Rules, Schedule};
use crate::follow::{Checkpoint, HandledStream, HeldStream};

impl Schedule {
    /// Goes on from `checkpoint`. What is held is tried at once, unless it is parked.
    pub(in crate::follow) fn new(rules: Rules, checkpoint: Checkpoint) -> Self {
        let mut schedule = Self {
            rules,
            lanes: HashMap::new(),
            ready: VecDeque::new(),
            due: BTreeSet::new(),
            pages: VecDeque::new(),
            first: 0,
            ahead: BTreeMap::new(),
            recent: Recent::new(Self::REMEMBERED),
            cursor: checkpoint.cursor,
            handled: checkpoint.handled,
            waiting: 0,
            busy: 0,
            held: checkpoint.held.len(),
            change: Change::Nothing,
        };
        for HandledStream {
            stream_type,
            stream_id,
            through,
        } in checkpoint.ahead
        {
            let stream = (stream_type, stream_id);
            schedule.recent.note(stream.clone(), through);
            schedule.ahead.insert(stream, (through, Self::NOT_READ));
        }
        for held in checkpoint.held {
            let stream = (held.stream_type, held.stream_id);
            // What it was held for is passed over.
            if held.after >= Some(held.through) {
                schedule.recent.note(stream, held.through);
                schedule.held -= 1;
                continue;
            }
            let due = (!held.is_parked).then_some(Duration::ZERO);
            schedule.due.extend(due.map(|due| (due, stream.clone())));
            let lane = Lane {
                last: Some(held.through),
                held: Some(Held {
                    after: held.after,
                    attempts: held.attempts,
                    faults: 0,
                    due,
                    reason: held.reason,
                }),
                ..Lane::default()
            };
            schedule.lanes.insert(stream, lane);
        }
        schedule
    }

    /// How far it is: to be kept.
    pub(in crate::follow) fn checkpoint(&mut self) -> Checkpoint {
        self.change = Change::Nothing;
        let held = self.lanes.iter().filter_map(|(stream, lane)| {
            let held = lane.held.as_ref()?;
            Some(HeldStream {
                stream_type: stream.0.clone(),
                stream_id: stream.1,
                after: held.after,
                through: lane.last?,
                attempts: held.attempts,
                is_parked: held.due.is_none(),
                reason: held.reason.clone(),
            })
        });
        let mut held: Vec<HeldStream> = held.collect();
        held.sort_by(|one, other| {
            (&one.stream_type, one.stream_id).cmp(&(&other.stream_type, other.stream_id))
        });
        let ahead = self.ahead.iter().map(|(stream, (through, _))| HandledStream {
            stream_type: stream.0.clone(),
            stream_id: stream.1,
            through: *through,
        });
        Checkpoint {
            cursor: self.cursor.clone(),
            handled: self.handled,
            held,
            ahead: ahead.collect(),
        }
    }
}

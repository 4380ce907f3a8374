//! PURE: in what order notifications are handled, and which of them at once.

use std::collections::{BTreeMap, VecDeque};

use event_store_types::Notification;

use super::StreamName;

/// The stream that `notification` is about.
pub(crate) fn stream_of(notification: &Notification) -> StreamName {
    (notification.stream_type.clone(), notification.stream_id)
}

/// Notifications that wait to be handled, in a lane for each stream, with a ticket for each.
///
/// Of a lane one notification at a time is under way; what waits in it goes on by revision. Lanes take turns, so that
/// a stream with many notifications does not keep others waiting. One that fails takes the rest of its lane with it.
#[derive(Debug)]
pub(crate) struct Lanes<Ticket> {
    lanes: BTreeMap<StreamName, Lane<Ticket>>,
    /// The streams of which a notification may begin, in the order in which they became so.
    ready: VecDeque<StreamName>,
}

#[derive(Debug)]
struct Lane<Ticket> {
    busy: bool,
    /// The highest revision first, and of one revision what came last: the end is what goes on next.
    waiting: Vec<(Notification, Ticket)>,
}

impl<Ticket> Default for Lanes<Ticket> {
    fn default() -> Self {
        Self {
            lanes: BTreeMap::new(),
            ready: VecDeque::new(),
        }
    }
}

impl<Ticket> Lanes<Ticket> {
    /// Puts a notification into its lane.
    pub(crate) fn add(&mut self, notification: Notification, ticket: Ticket) {
        let stream = stream_of(&notification);
        let lane = self.lanes.entry(stream.clone()).or_insert(Lane {
            busy: false,
            waiting: Vec::new(),
        });
        if !lane.busy && lane.waiting.is_empty() {
            self.ready.push_back(stream);
        }
        let place = lane
            .waiting
            .partition_point(|(waiting, _)| waiting.stream_revision > notification.stream_revision);
        lane.waiting.insert(place, (notification, ticket));
    }

    /// Takes out a notification that may be handled now. Its lane is busy until [`Self::done`] or [`Self::failed`].
    pub(crate) fn begin(&mut self) -> Option<(Notification, Ticket)> {
        let lane = self.lanes.get_mut(&self.ready.pop_front()?)?;
        lane.busy = true;
        lane.waiting.pop()
    }

    /// Lets the lane of `stream` go on.
    pub(crate) fn done(&mut self, stream: &StreamName) {
        let Some(lane) = self.lanes.get_mut(stream) else {
            return;
        };
        lane.busy = false;
        if lane.waiting.is_empty() {
            self.lanes.remove(stream);
        } else {
            self.ready.push_back(stream.clone());
        }
    }

    /// Gives up the lane of `stream`, and answers the tickets of what waited in it.
    pub(crate) fn failed(&mut self, stream: &StreamName) -> Vec<Ticket> {
        let lane = self.lanes.remove(stream);
        lane.into_iter().flat_map(Lane::into_tickets).collect()
    }

    /// Gives up everything that has not begun, and answers its tickets.
    #[cfg(feature = "sqs")]
    pub(crate) fn drain(&mut self) -> Vec<Ticket> {
        self.ready.clear();
        let lanes = self.lanes.values_mut();
        let tickets = lanes
            .flat_map(|lane| lane.waiting.drain(..).rev().map(|(_, ticket)| ticket))
            .collect();
        self.lanes.retain(|_, lane| lane.busy);
        tickets
    }

    /// The tickets of what has not begun.
    #[cfg(feature = "sqs")]
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Ticket> {
        self.lanes
            .values()
            .flat_map(|lane| lane.waiting.iter().map(|(_, ticket)| ticket))
    }
}

impl<Ticket> Lane<Ticket> {
    fn into_tickets(self) -> impl Iterator<Item = Ticket> {
        self.waiting.into_iter().rev().map(|(_, ticket)| ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(stream: u128, revision: u64) -> Notification {
        Notification::new(
            "order".parse().unwrap(),
            uuid::Uuid::from_u128(stream).into(),
            revision.try_into().unwrap(),
        )
    }

    /// Each notification is its own ticket.
    fn lanes(notifications: &[(u128, u64)]) -> Lanes<(u128, u64)> {
        let mut lanes = Lanes::default();
        for (stream, revision) in notifications {
            lanes.add(notification(*stream, *revision), (*stream, *revision));
        }
        lanes
    }

    fn name(stream: u128) -> StreamName {
        stream_of(&notification(stream, 1))
    }

    fn begin(lanes: &mut Lanes<(u128, u64)>) -> Option<(u128, u64)> {
        lanes.begin().map(|(_, ticket)| ticket)
    }

    #[test]
    fn of_a_stream_one_notification_is_under_way_and_the_lowest_revision_goes_first() {
        let mut lanes = lanes(&[(1, 3), (1, 1), (1, 2)]);
        for revision in 1..=3 {
            assert_eq!(begin(&mut lanes), Some((1, revision)));
            assert_eq!(begin(&mut lanes), None, "the lane is busy");
            lanes.done(&name(1));
        }
        assert_eq!(begin(&mut lanes), None);
        assert!(lanes.lanes.is_empty(), "an empty lane is forgotten");
    }

    #[test]
    fn streams_go_side_by_side_and_take_turns() {
        let mut lanes = lanes(&[(1, 1), (1, 2), (2, 1), (2, 2)]);
        assert_eq!(begin(&mut lanes), Some((1, 1)));
        assert_eq!(begin(&mut lanes), Some((2, 1)));
        lanes.done(&name(2));
        lanes.done(&name(1));
        assert_eq!(begin(&mut lanes), Some((2, 2)));
        assert_eq!(begin(&mut lanes), Some((1, 2)));
    }

    #[test]
    fn a_failure_takes_what_waits_in_its_lane_and_nothing_else() {
        let mut lanes = lanes(&[(1, 1), (1, 3), (1, 2), (2, 1)]);
        assert_eq!(begin(&mut lanes), Some((1, 1)));
        assert_eq!(lanes.failed(&name(1)), [(1, 2), (1, 3)]);
        assert_eq!(begin(&mut lanes), Some((2, 1)));
        // Its lane is free again for what comes later.
        lanes.add(notification(1, 4), (1, 4));
        assert_eq!(begin(&mut lanes), Some((1, 4)));
    }

    #[test]
    fn what_comes_while_its_lane_is_busy_waits() {
        let mut lanes = lanes(&[(1, 2)]);
        assert_eq!(begin(&mut lanes), Some((1, 2)));
        lanes.add(notification(1, 1), (1, 1));
        assert_eq!(begin(&mut lanes), None);
        lanes.done(&name(1));
        assert_eq!(begin(&mut lanes), Some((1, 1)));
    }

    #[test]
    fn the_same_revision_twice_keeps_the_order_in_which_it_came() {
        let mut lanes = Lanes::default();
        for ticket in ["first", "second"] {
            lanes.add(notification(1, 1), ticket);
        }
        assert_eq!(lanes.begin().map(|(_, ticket)| ticket), Some("first"));
    }

    #[cfg(feature = "sqs")]
    #[test]
    fn what_has_not_begun_can_be_given_up_while_the_rest_goes_on() {
        let mut lanes = lanes(&[(1, 1), (1, 2), (2, 1)]);
        assert_eq!(begin(&mut lanes), Some((1, 1)));
        assert_eq!(lanes.waiting().collect::<Vec<_>>(), [&(1, 2), &(2, 1)]);
        assert_eq!(lanes.drain(), [(1, 2), (2, 1)]);
        assert_eq!(begin(&mut lanes), None);
        // The lane of what is under way is busy still.
        lanes.add(notification(1, 3), (1, 3));
        assert_eq!(begin(&mut lanes), None);
        lanes.done(&name(1));
        assert_eq!(begin(&mut lanes), Some((1, 3)));
    }
}

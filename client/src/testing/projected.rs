//! Projections, asked without a store or a read model.

use event_store_types::{Event, EventId, EventType, Payload, Revision, StreamId, Timestamp};
use uuid::Uuid;

use crate::BoxError;
use crate::follow::Projection;
use crate::schema::Recorded;

/// What a projection makes of the events of one stream, in its test.
///
/// ```
/// use event_store_client::schema::Recorded;
/// use event_store_client::testing::Projected;
///
/// enum OrderEvent {
///     Placed { total: u64 },
///     Paid { amount: u64 },
/// }
///
/// let due = |event: &Recorded<OrderEvent>, due: &mut u64| {
///     match event.data {
///         OrderEvent::Placed { total } => *due += total,
///         OrderEvent::Paid { amount } => *due = due.checked_sub(amount).ok_or("more is paid than was due")?,
///     }
///     Ok(())
/// };
/// let placed = Projected::by(&due).given([OrderEvent::Placed { total: 12 }, OrderEvent::Paid { amount: 5 }]);
/// assert_eq!(placed.changes(), &7);
/// let refusal = placed.then_refuses(OrderEvent::Paid { amount: 8 });
/// assert_eq!(refusal.to_string(), "more is paid than was due");
/// ```
#[derive(Debug)]
pub struct Projected<'a, P, Changes> {
    projection: &'a P,
    changes: Changes,
    revision: Option<Revision>,
}

impl<'a, P, Changes: Default> Projected<'a, P, Changes> {
    /// What `projection` makes of no events.
    pub fn by(projection: &'a P) -> Self {
        Self {
            projection,
            changes: Changes::default(),
            revision: None,
        }
    }
}

impl<P, Changes> Projected<'_, P, Changes> {
    /// Lets `events` have happened in the stream, after what has.
    ///
    /// # Panics
    /// When the projection cannot apply one of them.
    #[track_caller]
    #[must_use = "nothing is claimed yet"]
    pub fn given<E>(mut self, events: impl IntoIterator<Item = E>) -> Self
    where
        P: Projection<E, Changes>,
    {
        for data in events {
            let event = self.next(data);
            if let Err(error) = self.projection.apply(&event, &mut self.changes) {
                let revision = event.event.revision;
                panic!("the event at revision {revision} cannot be applied: {error}");
            }
        }
        self
    }

    /// Claims that the next event cannot be applied, and gives what the projection says of it.
    ///
    /// # Panics
    /// When it can.
    #[track_caller]
    pub fn then_refuses<E>(mut self, event: E) -> BoxError
    where
        P: Projection<E, Changes>,
    {
        let event = self.next(event);
        match self.projection.apply(&event, &mut self.changes) {
            Ok(()) => panic!("the event is applied, instead of being refused"),
            Err(refusal) => refusal,
        }
    }

    /// The next event of the stream.
    fn next<E>(&mut self, data: E) -> Recorded<E> {
        let next = self
            .revision
            .map_or(Revision::FIRST, |revision| revision.saturating_add(1));
        self.revision = Some(next);
        let mut event = recorded(data);
        event.event.revision = next;
        event
    }

    /// What was made of the events, for a claim about it.
    pub fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Claims that exactly this was made of the events.
    ///
    /// # Panics
    /// When something else was.
    #[track_caller]
    pub fn then(&self, expected: &Changes)
    where
        Changes: std::fmt::Debug + PartialEq,
    {
        assert_eq!(self.changes, *expected, "projected otherwise (left: projected)");
    }
}

/// An event of a stream as a projection or a reaction is given it: at revision 1 of some stream, appended now.
///
/// Only `data` is what the application made; what stands beside it can be set.
///
/// # Panics
/// Never: its type and payload are constants.
pub fn recorded<E>(data: E) -> Recorded<E> {
    let event_type: Option<EventType> = "recorded".parse().ok();
    let payload = Payload::from_text("{}").ok();
    #[expect(clippy::expect_used, reason = "both are constants that are good")]
    let (event_type, payload) = event_type.zip(payload).expect("a type and a payload");
    let event = Event::new(
        StreamId::from(Uuid::now_v7()),
        Revision::FIRST,
        event_type,
        payload,
        Timestamp::now(),
        EventId::random(),
    );
    Recorded { data, event }
}

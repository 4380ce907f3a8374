//! What a caller is told, and whether it is so.

use event_store_function::store::commit::{Commit, Tail};
use event_store_types::{Event, EventId, Revision};

use crate::database::Database;
use crate::outcome::Outcome;
use crate::reading::read;
use crate::request::{Request, stream};

/// What a caller is told of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reply {
    pub(crate) told: Told,
    /// Whether it was so when it was told. What must stay so is a property of each later state.
    pub(crate) is_so: bool,
}

/// The kinds of replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Told {
    /// 201: the events were written, with this as the end of the stream.
    Appended(Tail),
    /// 201: the events had been written, with this as the end of the stream.
    Replayed(Tail),
    /// 404
    NotFound,
    /// 409: another event has the revision.
    Taken,
    /// 409: the stream ends before the revision that was expected.
    Ahead,
    /// 409: an id of the request is in the stream otherwise.
    EventIdReused,
    /// 503, each time: the events may be written or not.
    Unknown,
}

impl Reply {
    /// The caller gives up, not knowing what came of its request.
    pub(crate) const UNKNOWN: Self = Self {
        told: Told::Unknown,
        is_so: true,
    };

    /// Tells the caller of `request` what came of it, and judges that by what the database holds now.
    pub(crate) fn of(outcome: &Outcome, request: &Request, database: &Database) -> Self {
        let (told, is_so) = match outcome {
            Outcome::Appended(end) => (Told::Appended(*end), is_readable(*end, request, database)),
            Outcome::Replayed(end) => (Told::Replayed(*end), is_readable(*end, request, database)),
            Outcome::NotFound => (Told::NotFound, database.tail().is_none()),
            Outcome::Conflict {
                expected,
                current,
                event,
            } => {
                let (told, is_so) = match event {
                    Some(event) => (Told::Taken, is_taken_by(event, *current, request, database)),
                    None => (Told::Ahead, is_ahead_of(*current, request, database)),
                };
                (told, is_so && *expected == expected_by(request))
            }
            Outcome::EventIdReused { ids } => (Told::EventIdReused, are_reused(ids, request, database)),
        };
        Self { told, is_so }
    }
}

/// Whether `commit` is what `request` asked for.
pub(crate) fn is_its_own(commit: &Commit, request: &Request) -> bool {
    *commit.events() == request.events && request.first().is_none_or(|first| commit.first() == first)
}

/// The revision that the caller took the stream to be at.
fn expected_by(request: &Request) -> Option<Revision> {
    request.first().and_then(Revision::previous)
}

/// Whether a strong reading shows the events of `request` right before `end`.
fn is_readable(end: Tail, request: &Request, database: &Database) -> bool {
    let count = request.events.as_slice().len();
    // The revision before them is none, and no error, when they begin the stream.
    let after = end.revision.as_u64().checked_sub(count as u64);
    let events = after.and_then(|after| read(after.try_into().ok(), count, database));
    events.is_some_and(|events| {
        let shown = events.into_iter().map(|event| (event.event_id, event.created_at));
        shown.eq(request.events.ids().map(|id| (id, end.created_at)))
    })
}

/// Whether `event` has the revision that `request` wanted, in a commit with none of its ids, and the stream
/// ended at `current` then or later.
fn is_taken_by(event: &Event, current: Revision, request: &Request, database: &Database) -> bool {
    let is_another_s = |commit: &Commit| {
        commit.event_at(&stream(), event.revision).as_ref() == Some(event)
            && request.events.ids_shared_with(commit.events()).is_empty()
    };
    Some(event.revision) == request.first()
        && database.holding(event.revision).is_some_and(is_another_s)
        && current >= event.revision
        && database.commits().any(|commit| commit.last() == current)
}

/// Whether the stream ends at `current`, before the revision that `request` expects.
fn is_ahead_of(current: Revision, request: &Request, database: &Database) -> bool {
    Some(current) < expected_by(request) && database.tail().map(|end| end.revision) == Some(current)
}

/// Whether `ids` are ids of `request`, each of them in the stream, but not as what was asked for.
fn are_reused(ids: &[EventId], request: &Request, database: &Database) -> bool {
    !ids.is_empty()
        && ids
            .iter()
            .all(|id| database.count(*id) > 0 && request.events.ids().any(|sent| sent == *id))
        && !database.commits().any(|commit| is_its_own(commit, request))
}

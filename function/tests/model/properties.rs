//! What must hold in every state.

use event_store_function::store::commit::{Commit, Tail};
use event_store_types::Revision;
use stateright::Property;

use crate::protocol::Protocol;
use crate::reply::{Reply, Told, is_its_own};
use crate::request::Request;
use crate::world::World;

pub(crate) const PARTITION: &str = "the commits partition the revisions from 1 to the tail";
pub(crate) const NOT_OVERWRITTEN: &str = "no commit is overwritten";
pub(crate) const TIME: &str = "time does not go back within the stream";
pub(crate) const ONCE: &str = "an event id is in the stream at most once";
pub(crate) const REMEMBERED: &str = "what a process remembers is where a commit ends";
pub(crate) const STAYS: &str = "an acknowledged append stays where it was acknowledged to be";
pub(crate) const OWN_REVISION: &str = "a replay is acknowledged with its own revision and time";
pub(crate) const READABLE: &str = "what is acknowledged can be read at once";
pub(crate) const CONFLICT: &str = "a conflict means that the revision is another's or out of reach";
pub(crate) const NOT_FOUND: &str = "a stream that is said to be absent is";
pub(crate) const REUSED: &str = "an id that is said to be reused is in the stream otherwise";

/// All of them.
pub(crate) fn all() -> Vec<Property<Protocol>> {
    vec![
        Property::always(PARTITION, partition),
        Property::always(NOT_OVERWRITTEN, not_overwritten),
        Property::always(TIME, time_does_not_go_back),
        Property::always(ONCE, ids_are_there_once),
        Property::always(REMEMBERED, remembered_ends_are_ends),
        Property::always(STAYS, acknowledged_appends_stay),
        Property::always(OWN_REVISION, replays_have_their_own_revision),
        Property::always(READABLE, acknowledgements_are_so),
        Property::always(CONFLICT, conflicts_are_so),
        Property::always(NOT_FOUND, absences_are_so),
        Property::always(REUSED, reuses_are_so),
    ]
}

fn partition(_: &Protocol, world: &World) -> bool {
    let mut free = Some(Revision::FIRST);
    world.database.commits().all(|commit| {
        let follows = Some(commit.first()) == free;
        free = commit.last().checked_add(1);
        follows
    })
}

fn not_overwritten(_: &Protocol, world: &World) -> bool {
    !world.database.is_overwritten()
}

fn time_does_not_go_back(_: &Protocol, world: &World) -> bool {
    world.database.commits().is_sorted_by_key(Commit::created_at)
}

fn ids_are_there_once(_: &Protocol, world: &World) -> bool {
    let mut ids = world.database.commits().flat_map(|commit| commit.events().ids());
    ids.all(|id| world.database.count(id) == 1)
}

fn remembered_ends_are_ends(_: &Protocol, world: &World) -> bool {
    let mut remembered = world.processes.iter().filter_map(|process| process.end);
    remembered.all(|end| world.database.ending(end).is_some())
}

fn acknowledged_appends_stay(protocol: &Protocol, world: &World) -> bool {
    replies(protocol, world).all(|(request, reply)| match reply.told {
        Told::Appended(end) => ends_at(end, request, world),
        _ => true,
    })
}

fn replays_have_their_own_revision(protocol: &Protocol, world: &World) -> bool {
    replies(protocol, world).all(|(request, reply)| match reply.told {
        Told::Replayed(end) => ends_at(end, request, world),
        _ => true,
    })
}

/// Whether what `request` asked for is a commit that ends as `end` says.
fn ends_at(end: Tail, request: &Request, world: &World) -> bool {
    let commit = world.database.ending(end);
    commit.is_some_and(|commit| is_its_own(commit, request))
}

fn acknowledgements_are_so(protocol: &Protocol, world: &World) -> bool {
    are_so(protocol, world, |told| {
        matches!(told, Told::Appended(_) | Told::Replayed(_))
    })
}

fn conflicts_are_so(protocol: &Protocol, world: &World) -> bool {
    are_so(protocol, world, |told| matches!(told, Told::Taken | Told::Ahead))
}

fn absences_are_so(protocol: &Protocol, world: &World) -> bool {
    are_so(protocol, world, |told| told == Told::NotFound)
}

fn reuses_are_so(protocol: &Protocol, world: &World) -> bool {
    are_so(protocol, world, |told| told == Told::EventIdReused)
}

/// Whether each reply of the kind was so when it was told.
fn are_so(protocol: &Protocol, world: &World, is_of_the_kind: fn(Told) -> bool) -> bool {
    replies(protocol, world).all(|(_, reply)| reply.is_so || !is_of_the_kind(reply.told))
}

/// Every reply so far, and the request that it was given to.
pub(crate) fn replies<'a>(
    protocol: &'a Protocol,
    world: &'a World,
) -> impl Iterator<Item = (&'a Request, Reply)> {
    let callers = protocol.bounds.callers.iter().zip(&world.callers);
    callers.flat_map(|(requests, caller)| requests.iter().zip(caller.replies.iter().copied()))
}

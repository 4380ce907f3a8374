//! What the bounds must be wide enough to reach: a property holds easily where nothing happens.

use event_store_function::store::commit::Commit;
use stateright::Property;

use crate::properties::replies;
use crate::protocol::Protocol;
use crate::question::Question;
use crate::reply::{Told, is_its_own};
use crate::world::World;

pub(crate) const REPLAYED: &str = "an append is replayed";
pub(crate) const TAKEN: &str = "a revision is another's";
pub(crate) const AHEAD: &str = "a revision is out of reach";
pub(crate) const ABSENT: &str = "the stream is absent";
pub(crate) const REUSED: &str = "an id is reused";
pub(crate) const BATCH: &str = "a batch is acknowledged";
pub(crate) const UNKNOWN: &str = "a caller that has given up did write";
pub(crate) const OUTGROWN: &str = "a process remembers an end that the stream has outgrown";
pub(crate) const TWICE: &str = "one append is being put by two attempts";
pub(crate) const LATE: &str = "a put is on its way while its caller is past it";
pub(crate) const AGAIN: &str = "an append at the end begins again";

/// All of them.
pub(crate) fn all() -> Vec<Property<Protocol>> {
    vec![
        Property::sometimes(REPLAYED, an_append_is_replayed),
        Property::sometimes(TAKEN, a_revision_is_taken),
        Property::sometimes(AHEAD, a_revision_is_out_of_reach),
        Property::sometimes(ABSENT, the_stream_is_absent),
        Property::sometimes(REUSED, an_id_is_reused),
        Property::sometimes(BATCH, a_batch_is_acknowledged),
        Property::sometimes(UNKNOWN, an_unknown_outcome_is_a_commit),
        Property::sometimes(OUTGROWN, a_remembered_end_is_outgrown),
        Property::sometimes(TWICE, two_attempts_put_the_same),
        Property::sometimes(LATE, a_put_outlasts_its_request),
        Property::sometimes(AGAIN, an_append_at_the_end_begins_again),
    ]
}

fn an_append_is_replayed(protocol: &Protocol, world: &World) -> bool {
    is_told(protocol, world, |told| matches!(told, Told::Replayed(_)))
}

fn a_revision_is_taken(protocol: &Protocol, world: &World) -> bool {
    is_told(protocol, world, |told| told == Told::Taken)
}

fn a_revision_is_out_of_reach(protocol: &Protocol, world: &World) -> bool {
    is_told(protocol, world, |told| told == Told::Ahead)
}

fn the_stream_is_absent(protocol: &Protocol, world: &World) -> bool {
    is_told(protocol, world, |told| told == Told::NotFound)
}

fn an_id_is_reused(protocol: &Protocol, world: &World) -> bool {
    is_told(protocol, world, |told| told == Told::EventIdReused)
}

fn is_told(protocol: &Protocol, world: &World, is_of_the_kind: fn(Told) -> bool) -> bool {
    replies(protocol, world).any(|(_, reply)| is_of_the_kind(reply.told))
}

fn a_batch_is_acknowledged(protocol: &Protocol, world: &World) -> bool {
    replies(protocol, world).any(|(request, reply)| {
        matches!(reply.told, Told::Appended(_)) && request.events.as_slice().len() > 1
    })
}

fn an_unknown_outcome_is_a_commit(protocol: &Protocol, world: &World) -> bool {
    let mut given_up = replies(protocol, world).filter(|(_, reply)| reply.told == Told::Unknown);
    given_up.any(|(request, _)| world.database.commits().any(|commit| is_its_own(commit, request)))
}

fn a_remembered_end_is_outgrown(_: &Protocol, world: &World) -> bool {
    let mut remembered = world.processes.iter().filter_map(|process| process.end);
    remembered.any(|end| Some(end) != world.database.tail())
}

fn two_attempts_put_the_same(_: &Protocol, world: &World) -> bool {
    world.callers.iter().any(|caller| {
        let abandoned = caller.abandoned.as_ref();
        let abandoned = abandoned.and_then(|attempt| attempt.question.commit());
        let waited_for = caller.put();
        waited_for.map(Commit::events) == abandoned.map(Commit::events) && abandoned.is_some()
    })
}

fn a_put_outlasts_its_request(protocol: &Protocol, world: &World) -> bool {
    let callers = protocol.bounds.callers.iter().zip(&world.callers);
    callers.into_iter().any(|(requests, caller)| {
        let past = &requests[..caller.at_hand()];
        let stray = caller.stray.as_ref();
        stray.is_some_and(|commit| past.iter().any(|request| is_its_own(commit, request)))
    })
}

fn an_append_at_the_end_begins_again(_: &Protocol, world: &World) -> bool {
    let mut attempts = world.callers.iter().filter_map(|caller| caller.attempt.as_ref());
    attempts.any(|attempt| matches!(&*attempt.question, Question::Recent(find) if find.attempt() > 1))
}

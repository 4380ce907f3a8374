//! What must hold in every state, and what the bounds must be wide enough to reach.

use event_store_function::feed::Mark;
use stateright::Property;

use super::protocol::Protocol;
use super::world::World;
use crate::request::stream;

pub(crate) const IN_ORDER: &str = "first occurrences come in order and without a gap";
pub(crate) const NO_GAP: &str = "pages are numbered without a gap";
pub(crate) const NOT_OVERWRITTEN: &str = "no page is overwritten";
pub(crate) const MARKS: &str = "what the catalogue says of the feed is so";
pub(crate) const REMEMBERED: &str = "what a relay remembers of the feed is so";
pub(crate) const DONE: &str = "what is done with is in the feed";

pub(crate) const AGAIN: &str = "an event is in the feed twice";
pub(crate) const RANGE: &str = "a range is in the feed";
pub(crate) const OURS: &str = "a put is refused because of a page of its own";
pub(crate) const FOREIGN: &str = "a put is refused because of another's page";
pub(crate) const SPLIT: &str = "a batch takes more than a page";
pub(crate) const ANEW: &str = "a relay works on a feed that is no more";

/// All that must hold.
pub(crate) fn all() -> Vec<Property<Protocol>> {
    vec![
        Property::always(IN_ORDER, |_, world: &World| world.table.read().is_ordered),
        Property::always(NO_GAP, pages_are_numbered_without_a_gap),
        Property::always(NOT_OVERWRITTEN, |_, world: &World| !world.overwritten),
        Property::always(MARKS, |_, world: &World| are_so(&world.marks, world)),
        Property::always(REMEMBERED, what_is_remembered_is_so),
        Property::always(DONE, |_, world: &World| are_so(&world.acknowledged, world)),
    ]
}

/// All that must be met.
pub(crate) fn witnesses() -> Vec<Property<Protocol>> {
    vec![
        Property::sometimes(AGAIN, |_, world: &World| world.table.read().twice),
        Property::sometimes(RANGE, a_range_is_in_the_feed),
        Property::sometimes(OURS, |_, world: &World| world.met.ours),
        Property::sometimes(FOREIGN, |_, world: &World| world.met.foreign),
        Property::sometimes(SPLIT, a_batch_takes_more_than_a_page),
        Property::sometimes(ANEW, a_relay_works_on_a_feed_that_is_no_more),
    ]
}

fn are_so(marks: &[Mark], world: &World) -> bool {
    marks.iter().all(|mark| world.table.bears_out(*mark))
}

fn pages_are_numbered_without_a_gap(_: &Protocol, world: &World) -> bool {
    let Some(incarnation) = world.table.incarnation else {
        return true;
    };
    let pages = world.table.pages.keys().filter(|(of, _)| *of == incarnation);
    pages.count() == world.table.readable().count()
}

fn what_is_remembered_is_so(_: &Protocol, world: &World) -> bool {
    let mut known = world.relays.iter().filter_map(|relay| relay.known.as_deref());
    known.all(|known| {
        let mark = known.mark(&stream());
        let is_there = |number| world.table.pages.contains_key(&(known.incarnation, number));
        Some(known.incarnation) != world.table.incarnation
            || mark.is_none_or(|mark| world.table.bears_out(mark)) && known.last_page.is_none_or(is_there)
    })
}

fn a_range_is_in_the_feed(_: &Protocol, world: &World) -> bool {
    let mut entries = world.table.readable().flat_map(|page| &page.entries);
    entries.any(|entry| entry.types().is_none())
}

fn a_batch_takes_more_than_a_page(_: &Protocol, world: &World) -> bool {
    let writers: Vec<_> = world.table.readable().map(|page| page.writer).collect();
    writers.windows(2).any(|two| two[0] == two[1])
}

fn a_relay_works_on_a_feed_that_is_no_more(_: &Protocol, world: &World) -> bool {
    let mut pages = world.table.pages.keys();
    world.is_anew && pages.any(|(incarnation, _)| Some(*incarnation) != world.table.incarnation)
}

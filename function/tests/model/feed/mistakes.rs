//! Each rule of the protocol, broken: the checker finds what comes of it, within bounds where the protocol holds.

use insta::assert_snapshot;

use super::bounds;
use super::check::breaks;
use super::mistake::Mistake;
use super::properties::{DONE, IN_ORDER, MARKS, NO_GAP, NOT_OVERWRITTEN};

#[test]
fn without_widening_there_is_a_gap() {
    let story = breaks(Mistake::NoWidening, IN_ORDER, bounds::two_relays());
    assert_snapshot!(story, @"
    A is given a batch: it asks which feed it is
    A is answered: it begins a feed
    A is answered: it looks for the mark
    A is told the mark none: it looks for the last page
    A is told of page none: it puts [2-3] as page 1
    A is answered: all is in the feed
    the feed: [2-3]
    ");
}

#[test]
fn a_mark_before_its_page_outlives_the_relay_that_never_put_it() {
    let story = breaks(Mistake::MarkBeforePage, IN_ORDER, bounds::two_relays());
    assert_snapshot!(story, @"
    A is given a batch: it asks which feed it is
    A is answered: it begins a feed
    A is answered: it looks for the mark
    A is told the mark none: it looks for the last page
    A is told of page none: it puts [1-1] as page 1
    B is given a batch: it asks which feed it is
    B is answered: it looks for the mark
    B is told the mark 1: it looks for the last page
    B is told of page none: it puts [2-3] as page 1
    B is answered: all is in the feed
    the feed: [2-3]
    ");
}

#[test]
fn reconcile_that_marks_without_a_page_hides_what_it_read() {
    let story = breaks(Mistake::ReconcileMarks, DONE, bounds::beside_reconcile());
    assert_snapshot!(story, @"
    A is given a batch: it asks which feed it is
    A is answered: it begins a feed
    A is answered: it looks for the mark
    B is given a batch: it asks which feed it is
    A is told the mark 3: all is in the feed
    A tells the catalogue, and is done
    the feed:
    ");
}

#[test]
fn without_the_writer_a_page_of_another_is_taken_for_ours() {
    let story = breaks(Mistake::WriterIgnored, DONE, bounds::two_relays());
    assert_snapshot!(story, @"
    A is given a batch: it asks which feed it is
    A is answered: it begins a feed
    A is answered: it looks for the mark
    A is told the mark none: it looks for the last page
    A is told of page none: it puts [1-1] as page 1
    A's put is carried out, its answer lost
    A has no more time
    A is given a batch: it looks for the last page
    A is told of page none: it puts (1-3) as page 1
    A is answered: all is in the feed
    A tells the catalogue, and is done
    the feed: [1-1]
    ");
}

#[test]
fn a_mark_of_another_feed_hides_what_this_one_lacks() {
    let story = breaks(Mistake::OtherIncarnation, MARKS, bounds::made_anew());
    assert_snapshot!(story, @"
    A is given a batch: it asks which feed it is
    A is answered: it begins a feed
    B is given a batch: it asks which feed it is
    B is answered: it begins a feed
    B is answered: it looks for the mark
    B is told the mark none: it looks for the last page
    B is told of page none: it puts (1-2) as page 1
    B is answered: all is in the feed
    B tells the catalogue, and is done
    the feed is made anew
    A is answered: it looks for the mark
    A is told the mark 2: all is in the feed
    A tells the catalogue, and is done
    the feed:
    ");
}

#[test]
fn without_the_condition_a_page_is_overwritten() {
    let story = breaks(Mistake::ConditionDropped, NOT_OVERWRITTEN, bounds::two_relays());
    assert_snapshot!(story, @"
    A is given a batch: it asks which feed it is
    A is answered: it begins a feed
    A is answered: it looks for the mark
    A is told the mark none: it looks for the last page
    A is told of page none: it puts [1-1] as page 1
    A's put is carried out, its answer lost
    A has no more time
    A is given a batch: it looks for the last page
    A is told of page none: it puts [1-1] as page 1
    A is answered: all is in the feed
    the feed: [1-1]
    ");
}

#[test]
fn a_page_from_a_request_merely_sent_leaves_a_gap_of_pages() {
    let story = breaks(Mistake::PageFromRequestSent, NO_GAP, bounds::two_relays());
    assert_snapshot!(story, @"
    A is given a batch: it asks which feed it is
    A is answered: it begins a feed
    A is answered: it looks for the mark
    A is told the mark none: it looks for the last page
    A is told of page none: it puts [1-1] as page 1
    A has no more time
    A is given a batch: it looks for the mark
    A is told the mark none: it puts [1-1] as page 2
    A is answered: all is in the feed
    the feed:
    ");
}

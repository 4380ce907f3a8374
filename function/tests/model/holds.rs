//! The protocol as it is.

use crate::bounds;
use crate::check::holds;

#[test]
fn callers_race_to_create_a_stream() {
    holds(bounds::creation());
}

#[test]
fn callers_count_on_the_inside_and_on_the_end_of_a_batch() {
    holds(bounds::batch());
}

#[test]
fn two_callers_get_in_each_other_s_way_again_and_again() {
    holds(bounds::rivals());
}

#[test]
fn a_caller_cuts_its_batches_differently_when_it_tries_again() {
    holds(bounds::other_batches());
}

#[test]
fn much_is_left_unattended_and_tried_three_times() {
    holds(bounds::patience());
}

#[test]
fn callers_append_wherever_the_stream_ends() {
    holds(bounds::at_the_end());
}

#[test]
fn a_caller_cuts_its_batches_differently_at_the_end() {
    holds(bounds::other_batches_at_the_end());
}

#[test]
fn one_caller_appends_at_the_end_among_others_that_name_the_revision() {
    holds(bounds::mixed());
}

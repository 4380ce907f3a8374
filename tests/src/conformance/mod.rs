//! The store's conformance suite: the promises of every event store of this contract to its clients.
//!
//! A claim is a function of a [`Client`] that uses its own streams, so that claims can be tested concurrently on a store that others use as
//! well. `for_each_claim!` names them all: a test program makes each a test for each of its stores.
//!
//! A claim of [`unreliable`] is a function of a [`Subject`], for stores whose answers can be lost on demand.

pub mod appending;
pub mod batches;
pub mod feed;
pub mod following;
pub mod limits;
pub mod listing;
pub mod racing;
pub mod reading;
mod streams;
mod subject;
pub mod unreliable;

use event_store_client::Client;

pub use streams::OwnStream;
pub(crate) use streams::{at, event, numbered};
pub use subject::{InProcess, Subject};

/// Passes all claims about a [`Client`] to the macro `then`, as paths below this module.
#[macro_export]
macro_rules! for_each_claim {
    ($then:ident) => {
        $then! {
            appending::a_stream_is_created_once_and_a_repetition_is_told_as_replayed,
            appending::a_created_stream_is_in_the_way_of_another,
            appending::a_lost_race_answers_with_the_winning_event,
            appending::an_append_beyond_the_end_is_a_conflict_without_a_winner,
            appending::an_append_to_no_stream_is_not_found,
            appending::a_stream_is_there_under_its_own_type_only,
            appending::a_replay_answers_the_stream_as_the_append_left_it,
            appending::an_event_id_with_other_content_or_at_another_place_is_refused,
            appending::an_append_at_the_end_goes_to_the_end,
            appending::payload_and_metadata_come_back_as_they_were_sent,
            appending::time_never_goes_back_within_a_stream,
            appending::of_many_writers_one_wins_each_revision,
            batches::a_batch_is_appended_whole_and_next_to_each_other,
            batches::a_batch_may_begin_a_stream,
            batches::a_repeated_batch_is_told_as_replayed,
            batches::a_batch_that_shares_an_event_with_another_is_refused,
            batches::a_batch_conflicts_with_what_lies_within_another,
            limits::a_hundred_events_are_an_append_and_one_more_is_not,
            limits::no_events_are_no_append,
            limits::an_event_id_twice_in_an_append_is_invalid,
            limits::an_append_that_is_too_large_tells_limit_and_size,
            limits::a_page_holds_one_to_the_most,
            reading::pages_in_both_directions_show_every_event_once,
            reading::reading_begins_anywhere_even_within_a_batch,
            reading::there_is_nothing_after_the_end_and_nothing_before_the_beginning,
            reading::a_position_that_the_stream_does_not_reach_is_told,
            reading::an_absent_stream_is_not_found_in_any_way_of_reading,
            reading::a_reading_ends_at_a_revision_or_a_moment,
            reading::an_eventual_reading_has_no_gap,
            listing::every_stream_is_listed_once_over_several_pages,
            listing::a_stream_that_is_updated_moves_to_the_end,
            listing::a_listing_begins_at_a_moment_inclusively,
            listing::polling_gives_out_each_update_once,
            feed::every_event_is_in_the_feed_and_each_stream_s_in_order,
            feed::a_cursor_goes_on_where_a_page_ended,
            feed::who_follows_is_given_what_comes,
            feed::a_filter_takes_the_types_that_it_names,
            feed::what_is_no_cursor_is_refused,
            following::a_read_model_has_each_event_once_and_in_order,
            following::a_reaction_happens_for_each_event_in_order,
            appending::a_refusal_is_told_in_the_same_words_by_every_store,
            appending::what_is_malformed_is_told_in_the_same_words_by_every_store,
            listing::a_page_key_of_another_stream_type_is_refused,
        }
    };
}

/// Tests every claim on the store behind `client`, concurrently.
///
/// # Panics
/// A claim does not hold.
pub async fn all(client: &Client) {
    macro_rules! made {
        ($($module:ident::$claim:ident,)*) => {
            [$((stringify!($claim), tokio::spawn($module::$claim(client.clone())))),*]
        };
    }
    let mut broken = Vec::new();
    for (name, claim) in for_each_claim!(made) {
        if claim.await.is_err() {
            broken.push(name);
        }
    }
    assert!(broken.is_empty(), "these claims do not hold: {broken:#?}");
}

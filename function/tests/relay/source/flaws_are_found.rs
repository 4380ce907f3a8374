//! Whether the properties can fail: each seeded mistake breaks those that it must.

use std::collections::BTreeSet;

use super::flaw::Flaw;
use super::run::run;
use super::violation::Property;

/// Within how many seeds a mistake must be found.
const RUNS: u64 = 100;

/// The properties that a mistake breaks, up to the first seed that shows them all.
fn broken_by(flaw: Flaw, expected: &[Property]) {
    let mut broken = BTreeSet::new();
    for seed in 0..RUNS {
        broken.extend(
            run(seed, Some(flaw))
                .violations
                .iter()
                .map(|violation| violation.property),
        );
        if expected.iter().all(|property| broken.contains(property)) {
            println!("{flaw:?} is found within {} runs: {broken:?}", seed + 1);
            return;
        }
    }
    panic!("{flaw:?} breaks {broken:?} alone");
}

#[test]
fn a_source_that_ignores_partial_answers_is_caught_losing_a_notification() {
    broken_by(
        Flaw::SourceIgnoresPartialAnswers,
        &[
            Property::EveryEventIsAnnounced,
            Property::TheCatalogueEndsRight,
            Property::ExactlyThePoisonIsParked,
            Property::NothingIsPassedTooEarly,
        ],
    );
}

#[test]
fn a_source_that_goes_on_behind_the_named_record_is_caught() {
    broken_by(
        Flaw::SourceGoesOnBehindTheNamedRecord,
        &[Property::EveryEventIsAnnounced, Property::NothingIsPassedTooEarly],
    );
}

#[test]
fn an_answer_that_names_a_later_record_than_the_first_failure_is_caught() {
    broken_by(
        Flaw::RelayNamesALaterRecord,
        &[Property::TheAnswerIsRight, Property::EveryEventIsAnnounced],
    );
}

#[test]
fn a_whole_failure_answered_as_a_success_is_caught() {
    broken_by(
        Flaw::RelaySwallowsWholeFailures,
        &[Property::TheAnswerIsRight, Property::EveryEventIsAnnounced],
    );
}

#[test]
fn a_change_taken_for_an_append_is_caught() {
    broken_by(
        Flaw::RelayAnnouncesChanges,
        &[Property::NothingElseIsAnnounced, Property::ChangesAreReported],
    );
}

#[test]
fn silence_about_changes_is_caught() {
    broken_by(Flaw::RelayIsSilentAboutChanges, &[Property::ChangesAreReported]);
}

#[test]
fn poison_that_is_dropped_is_caught() {
    broken_by(
        Flaw::RelayParksNothing,
        &[
            Property::ExactlyThePoisonIsParked,
            Property::NothingIsPassedTooEarly,
        ],
    );
}

#[test]
fn entries_that_fail_under_a_success_and_are_overlooked_are_caught() {
    broken_by(
        Flaw::RelayOverlooksEntries,
        &[Property::EveryEventIsAnnounced, Property::NothingIsPassedTooEarly],
    );
}

#[test]
fn a_catalogue_written_without_its_condition_is_caught_going_back() {
    broken_by(
        Flaw::CatalogueTakesAnyRevision,
        &[
            Property::TheCatalogueNeverGoesBack,
            Property::TheCatalogueEndsRight,
        ],
    );
}

#[test]
fn a_feed_that_takes_any_page_is_caught_losing_commits() {
    broken_by(Flaw::FeedTakesAnyPage, &[Property::TheFeedIsWhole]);
}

#[test]
fn a_catalogue_that_says_too_much_of_the_feed_is_caught() {
    broken_by(Flaw::CatalogueMarksWithoutAPage, &[Property::TheFeedIsWhole]);
}

#[test]
fn an_invocation_that_outstays_its_deadline_is_caught() {
    broken_by(Flaw::RelayOutstaysItsDeadline, &[Property::TheDeadlineIsKept]);
}

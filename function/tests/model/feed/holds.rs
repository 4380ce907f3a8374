//! The protocol as it is.

use super::bounds;
use super::check::holds;

#[test]
fn two_relays_are_given_records_in_any_order_and_again() {
    holds(&bounds::two_relays());
}

#[test]
fn a_relay_is_at_work_beside_reconcile() {
    holds(&bounds::beside_reconcile());
}

#[test]
fn two_relays_put_batches_that_take_more_than_a_page() {
    holds(&bounds::small_pages());
}

#[test]
fn the_feed_is_made_anew_under_relays_that_remember_the_old_one() {
    holds(&bounds::made_anew());
}

//! PURE: where Lambda must resume delivery.

use std::collections::BTreeSet;

use super::record::Identity;
use super::sequence_number::SequenceNumber;

/// Where Lambda must resume delivery.
///
/// Lambda resumes at a checkpoint, whatever happened to the records after it. So the answer names the
/// *lowest* sequence number that lacks an effect. Later records that succeeded are delivered again, which
/// does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// Nowhere: everything is done.
    Done,
    /// At this record.
    From(SequenceNumber),
    /// The whole batch: the first record lacks an effect, or a record that lacks one has no number to name.
    WholeBatch,
}

impl Checkpoint {
    /// Determines the checkpoint of a batch in which the records at the places `missing` lack an effect.
    pub fn of(identities: &[Identity], missing: &BTreeSet<usize>) -> Self {
        let number = |index: &usize| {
            identities
                .get(*index)
                .and_then(|identity| identity.sequence_number.as_ref())
        };
        let Some(numbers) = missing.iter().map(number).collect::<Option<Vec<_>>>() else {
            return Self::WholeBatch;
        };
        let Some(lowest) = numbers.into_iter().min() else {
            return Self::Done;
        };
        let first = identities
            .iter()
            .filter_map(|identity| identity.sequence_number.as_ref())
            .min();
        if first == Some(lowest) {
            Self::WholeBatch
        } else {
            Self::From(lowest.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(numbers: &[Option<&str>], missing: impl IntoIterator<Item = usize>) -> Checkpoint {
        let identities = numbers.iter().map(|number| Identity {
            sequence_number: number.map(Into::into),
            keys: None,
        });
        Checkpoint::of(&identities.collect::<Vec<_>>(), &missing.into_iter().collect())
    }

    #[test]
    fn nothing_missing_is_done() {
        assert_eq!(checkpoint(&[Some("1"), None], []), Checkpoint::Done);
        assert_eq!(checkpoint(&[], []), Checkpoint::Done);
    }

    #[test]
    fn the_lowest_missing_number_is_named_in_any_order_of_records() {
        let numbers = [Some("1"), Some("100"), Some("20"), Some("3")];
        assert_eq!(checkpoint(&numbers, [1, 2, 3]), Checkpoint::From("3".into()));
        assert_eq!(checkpoint(&numbers, [1, 2]), Checkpoint::From("20".into()));
    }

    #[test]
    fn the_batch_fails_whole_when_its_first_record_misses_an_effect() {
        assert_eq!(
            checkpoint(&[Some("7"), Some("8")], [0, 1]),
            Checkpoint::WholeBatch
        );
        assert_eq!(checkpoint(&[Some("8"), Some("7")], [1]), Checkpoint::WholeBatch);
        assert_eq!(checkpoint(&[Some("7")], [0]), Checkpoint::WholeBatch);
    }

    #[test]
    fn the_batch_fails_whole_when_a_missing_record_cannot_be_named() {
        assert_eq!(
            checkpoint(&[Some("7"), None, Some("9")], [1, 2]),
            Checkpoint::WholeBatch
        );
    }
}

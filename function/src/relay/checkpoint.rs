//! PURE: from where on Lambda must deliver again.

use std::collections::BTreeSet;

use super::record::Identity;
use super::sequence_number::SequenceNumber;

/// From where on Lambda must deliver again.
///
/// Lambda goes on behind a checkpoint whatever came after it, so the answer names the *lowest* sequence number
/// for which an effect is missing; what succeeded behind it is delivered again, and does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checkpoint {
    /// From nowhere: everything is done.
    Done,
    /// From this record on.
    From(SequenceNumber),
    /// The whole batch: nothing before the first missing effect is gained, or a record that misses one has no
    /// number to name.
    WholeBatch,
}

impl Checkpoint {
    /// Finds the checkpoint of a batch of which the records at the places `missing` miss an effect.
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

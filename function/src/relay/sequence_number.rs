//! PURE: the position of a record in its stream.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// The position of a record in its stream: a number of up to 40 digits. It is ordered as a number and kept as
/// text, because the answer must repeat it unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SequenceNumber(String);

impl SequenceNumber {
    /// The number, unchanged.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn magnitude(&self) -> (usize, &str) {
        let digits = self.0.trim_start_matches('0');
        (digits.len(), digits)
    }
}

impl From<&str> for SequenceNumber {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Ord for SequenceNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        self.magnitude()
            .cmp(&other.magnitude())
            .then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for SequenceNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_are_ordered_as_numbers() {
        let ordered = [
            "1",
            "9",
            "10",
            "4421584500000000017450439091",
            "4421584500000000017450439092",
        ];
        assert!(ordered.map(SequenceNumber::from).is_sorted());
        assert!(SequenceNumber::from("0010") > SequenceNumber::from("9"));
    }
}

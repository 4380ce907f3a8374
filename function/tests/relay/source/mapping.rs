//! An event source mapping on a DynamoDB stream, with `ReportBatchItemFailures`, bisection on error, and retries
//! without limit.
//!
//! The rules: <https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html>. An emulator that
//! takes every answer without an error for a success would lose what a partial answer asks for again.

use std::collections::VecDeque;

use serde_json::Value;

use super::flaw::Flaw;
use super::record::Record;

/// What the function answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// An error, or nothing before it was killed.
    Failed,
    /// This JSON.
    Returned(String),
}

/// What an answer means to the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The whole batch is done.
    Success,
    /// What stands before this place of the batch is done; it and what is behind it come again.
    From(usize),
    /// Nothing is done: the batch comes again, in two halves.
    Failure,
}

impl Verdict {
    /// Reads an answer to a batch of records with these sequence numbers.
    pub(super) fn of(answer: &Answer, numbers: &[u128]) -> Self {
        let Answer::Returned(text) = answer else {
            return Self::Failure;
        };
        let response: Value = serde_json::from_str(text).unwrap_or_default();
        let failures = match &response["batchItemFailures"] {
            Value::Array(failures) => failures.as_slice(),
            _ => &[],
        };
        let places: Option<Vec<usize>> = failures.iter().map(|failure| place(failure, numbers)).collect();
        match places {
            None => Self::Failure,
            Some(places) => places
                .into_iter()
                .min_by_key(|place| numbers[*place])
                .map_or(Self::Success, Self::From),
        }
    }
}

/// The first place of the number that a failure names. One that names none of the batch's has no place.
fn place(failure: &Value, numbers: &[u128]) -> Option<usize> {
    let number = failure["itemIdentifier"].as_str()?.parse().ok()?;
    numbers.iter().position(|other| *other == number)
}

/// A shard of the stream, and how far the mapping has come in it.
pub(super) struct Shard {
    /// What was delivered before and must be again, in the batches in which it will be.
    again: VecDeque<Vec<Record>>,
    ahead: VecDeque<Record>,
    flaw: Option<Flaw>,
}

impl Shard {
    pub(super) fn new(records: Vec<Record>, flaw: Option<Flaw>) -> Self {
        Self {
            again: VecDeque::new(),
            ahead: records.into(),
            flaw,
        }
    }

    /// The next batch: what must come again, or up to `size` new records. `None` at the end of the shard.
    pub(super) fn next(&mut self, size: usize) -> Option<Vec<Record>> {
        self.again.pop_front().or_else(|| {
            let count = size.clamp(1, self.ahead.len().max(1)).min(self.ahead.len());
            let batch: Vec<Record> = self.ahead.drain(..count).collect();
            (!batch.is_empty()).then_some(batch)
        })
    }

    /// Takes the answer to a batch, and gives the records that will not come again.
    pub(super) fn answered(&mut self, mut batch: Vec<Record>, answer: &Answer) -> Vec<Record> {
        let numbers: Vec<u128> = batch.iter().map(|record| record.number).collect();
        match (Verdict::of(answer, &numbers), self.flaw) {
            (Verdict::From(_), Some(Flaw::SourceIgnoresPartialAnswers)) | (Verdict::Success, _) => batch,
            (Verdict::From(place), flaw) => {
                let goes_on_behind = flaw == Some(Flaw::SourceGoesOnBehindTheNamedRecord);
                let again = batch.split_off(place + usize::from(goes_on_behind));
                self.deliver_again(again);
                batch
            }
            (Verdict::Failure, _) => {
                let second_half = batch.split_off(batch.len().div_ceil(2));
                self.deliver_again(second_half);
                self.deliver_again(batch);
                Vec::new()
            }
        }
    }

    /// Delivers `batch` before anything else.
    pub(super) fn deliver_again(&mut self, batch: Vec<Record>) {
        if !batch.is_empty() {
            self.again.push_front(batch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(response: &str) -> Verdict {
        Verdict::of(&Answer::Returned(response.into()), &[9, 10, 11, 110])
    }

    #[test]
    fn an_empty_answer_is_a_success() {
        for response in [
            "null",
            "{}",
            r#"{"batchItemFailures":null}"#,
            r#"{"batchItemFailures":[]}"#,
        ] {
            assert_eq!(verdict(response), Verdict::Success, "{response}");
        }
    }

    #[test]
    fn the_lowest_number_named_is_where_the_batch_begins_again() {
        let named = r#"{"batchItemFailures":[{"itemIdentifier":"110"},{"itemIdentifier":"10"}]}"#;
        assert_eq!(verdict(named), Verdict::From(1));
        assert_eq!(
            verdict(r#"{"batchItemFailures":[{"itemIdentifier":"9"}]}"#),
            Verdict::From(0)
        );
    }

    #[test]
    fn an_answer_that_names_no_record_of_the_batch_fails_it() {
        for named in [r#""""#, "null", r#""8""#, "10"] {
            let response = format!(r#"{{"batchItemFailures":[{{"itemIdentifier":{named}}}]}}"#);
            assert_eq!(verdict(&response), Verdict::Failure, "{response}");
        }
        let misnamed = r#"{"batchItemFailures":[{"sequenceNumber":"10"}]}"#;
        assert_eq!(verdict(misnamed), Verdict::Failure);
        assert_eq!(Verdict::of(&Answer::Failed, &[9]), Verdict::Failure);
    }

    #[test]
    fn a_batch_that_failed_comes_again_in_halves_and_in_order() {
        let records = (1..=5).map(Record::blank).collect();
        let mut shard = Shard::new(records, None);
        let mut deliver = |answer: &Answer| {
            let batch = shard.next(5)?;
            let numbers: Vec<u128> = batch.iter().map(|record| record.number).collect();
            shard.answered(batch, answer);
            Some(numbers)
        };
        let from_two = Answer::Returned(r#"{"batchItemFailures":[{"itemIdentifier":"2"}]}"#.into());
        let done = Answer::Returned("{}".into());
        assert_eq!(deliver(&Answer::Failed), Some(vec![1, 2, 3, 4, 5]));
        assert_eq!(deliver(&from_two), Some(vec![1, 2, 3]));
        assert_eq!(deliver(&Answer::Failed), Some(vec![2, 3]));
        assert_eq!(deliver(&Answer::Failed), Some(vec![2]));
        assert_eq!(deliver(&done), Some(vec![2]));
        assert_eq!(deliver(&done), Some(vec![3]));
        assert_eq!(deliver(&done), Some(vec![4, 5]));
        assert_eq!(deliver(&done), None);
    }
}

//! PURE: every limit of the store, and the reason for its value.

use std::time::Duration;

use backon::ExponentialBuilder;

/// The maximum number of events in one append.
pub const APPEND_EVENTS: usize = 100;

/// How many of a stream's newest commits are searched for the events of an append that names no revision. A
/// retry is recognised among these only. One Query reads them, at most 1 MB.
pub const RECENT_COMMITS: usize = 10;

/// How many revisions an append that names none tries in turn while other writers are faster.
pub const AT_END_ATTEMPTS: u32 = 8;

/// The longest wait before each of those attempts but the first: 10 ms, then twice as long each time.
pub const AT_END_PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(10))
    .without_max_delay()
    .with_max_times(AT_END_ATTEMPTS as usize - 1);

/// The maximum size in bytes of the payloads, metadata and event types of one append, together.
///
/// A DynamoDB item holds 400 KB, attribute names included
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>). The rest is enough
/// for the keys and for 100 event ids.
pub const APPEND_BYTES: usize = 380_000;

/// The maximum size in bytes of a request's body, checked before it is parsed. An append at its limits fits
/// easily.
pub const BODY_BYTES: usize = 1_000_000;

/// The maximum number of members of a JSON object that is read member by member. The API's objects have at
/// most five, a function URL's event a dozen, and its headers fewer than this: servers commonly accept 100.
pub const OBJECT_MEMBERS: usize = 128;

/// The maximum number of mistakes in a request that its answer lists.
pub const PROBLEMS: usize = 32;

/// The maximum size in bytes of one list of those mistakes. The answer contains three lists, in two sentences
/// and by field, and must not exceed 8 KB.
pub const PROBLEM_BYTES: usize = 2_500;

/// The maximum number of characters of a field's name, or of other text from the caller, that an answer
/// repeats.
pub const PROBLEM_FIELD_CHARACTERS: usize = 100;

/// The maximum number of characters in a message about a field.
pub const PROBLEM_MESSAGE_CHARACTERS: usize = 200;

/// The maximum number of events in a page, and the default.
pub const PAGE_EVENTS: usize = 1_000;

/// The default number of events in a page of the feed: as many as one request can read.
pub const FEED_EVENTS: usize = 100;

/// The maximum number of streams in a page, and the default.
pub const PAGE_STREAMS: usize = 100;

/// The time limit for one attempt at a database request, including the connection.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(1);

/// The maximum number of attempts at a database request.
pub const ATTEMPTS: u32 = 3;

/// The longest wait between two attempts.
pub const LONGEST_BACKOFF: Duration = Duration::from_millis(500);

/// The time limit for an operation of the store, with all its database requests.
pub const OPERATION_TIMEOUT: Duration = Duration::from_secs(5);

/// The time limit for warming up the database connection before the first request is accepted.
pub const WARM_UP_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a server that was told to end waits for the requests it has begun.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// When Lambda kills an invocation of the API: the timeout that the template gives the function.
pub const FUNCTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Parses the number of items in a page: from 1 to `most`.
///
/// # Errors
/// When `text` is not such a number.
pub fn page_limit(text: &str, most: usize) -> Result<usize, InvalidPageLimit> {
    match text.parse() {
        Ok(limit) if (1..=most).contains(&limit) && !text.starts_with(['+', '0']) => Ok(limit),
        _ => Err(InvalidPageLimit { most }),
    }
}

/// The error for a text that is not a page limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number between 1 and {most}")]
pub struct InvalidPageLimit {
    most: usize,
}

#[cfg(test)]
mod tests {
    use backon::BackoffBuilder as _;

    use super::*;
    use crate::store::checksum::Checksum;

    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
    const ITEM_BYTES: usize = 400 * 1024;
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html>
    const QUERY_BYTES: usize = 1024 * 1024;
    /// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
    const LAMBDA_BYTES: usize = 6 * 1024 * 1024;
    /// An id is a UUID with hyphens.
    const ID_BYTES: usize = 36;

    #[test]
    fn a_page_holds_one_to_the_most() {
        assert_eq!(page_limit("1", 10), Ok(1));
        assert_eq!(page_limit("10", 10), Ok(10));
        for text in ["0", "11", "-1", "+1", "01", "005", "1.0", "", "many"] {
            assert_eq!(
                page_limit(text, 10),
                Err(InvalidPageLimit { most: 10 }),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_request_is_answered_before_lambda_kills_it() {
        let attempts = ATTEMPT_TIMEOUT * ATTEMPTS + LONGEST_BACKOFF * (ATTEMPTS - 1);
        assert!(
            attempts < OPERATION_TIMEOUT,
            "one request, all attempts: {attempts:?}"
        );
        // An append at the end waits for less time than the operation may take.
        let waits: Duration = AT_END_PAUSES.build().sum();
        assert!(waits < OPERATION_TIMEOUT, "{waits:?}");
        assert!(OPERATION_TIMEOUT < SHUTDOWN_TIMEOUT);
        // Besides the operation, a request parses at most 1 MB and writes at most a few.
        assert!(OPERATION_TIMEOUT + Duration::from_secs(1) < FUNCTION_TIMEOUT);
    }

    #[test]
    fn the_largest_append_fits_an_item() {
        let keys =
            "pk".len() + 100 + 1 + ID_BYTES + "sk".len() + "last".len() + 2 * 21 + "createdAt".len() + 27;
        let sum = "sum".len() + Checksum::BYTES;
        // A list, and each map in it, costs 3 bytes, and each element 1 more.
        let event = 3 + 1 + "id".len() + "type".len() + "payload".len() + "metadata".len() + 4 + ID_BYTES;
        let list = "events".len() + 3 + APPEND_EVENTS * event;
        assert!(
            keys + sum + list + APPEND_BYTES <= ITEM_BYTES,
            "{}",
            keys + sum + list + APPEND_BYTES
        );
    }

    #[test]
    fn the_largest_append_fits_a_body() {
        let names = r#"{"eventId":"","eventType":"","payload":,"metadata":},"#.len();
        let envelope = r#"{"expectedRevision":9007199254740991,"streamId":"","events":[]}"#.len() + ID_BYTES;
        assert!(envelope + APPEND_EVENTS * (names + ID_BYTES) + APPEND_BYTES <= BODY_BYTES / 2);
    }

    #[test]
    fn the_largest_page_fits_a_lambda_response_when_every_byte_is_escaped() {
        let names = r#"{"streamId":"","revision":9007199254740991,"eventType":"","payload":,"createdAt":"2025-01-25T10:11:12.000000Z","eventId":"","metadata":},"#.len();
        let envelopes = PAGE_EVENTS * (names + 2 * ID_BYTES);
        // A page is one Query and, for a position inside a commit, the rest of that commit.
        let page = QUERY_BYTES + ITEM_BYTES + envelopes;
        assert!(2 * page <= LAMBDA_BYTES, "{}", 2 * page);
    }

    #[test]
    fn the_largest_body_fits_a_lambda_request_when_every_byte_is_escaped() {
        const { assert!(2 * BODY_BYTES <= LAMBDA_BYTES) }
    }
}

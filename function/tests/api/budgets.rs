//! What each operation costs: requests as they are sent, units as `ConsumedCapacity` reports them.

use event_store_function::store::append::{Append, Outcome};
use event_store_function::store::append_at_end::{self, Absent, AppendAtEnd};
use event_store_function::store::commit::{CommitEvent, CommitEvents};
use event_store_function::store::operations::{self, Proof, Reading};
use event_store_function::store::read::{Read, Start};
use event_store_function::store::tails::Tails;
use event_store_function::store::{Consistency, Meter, StreamKey};
use event_store_types::{EventId, Payload, Revision, Timestamp};

use crate::support::Database;

/// A stream, and a process that appends to it and counts what that takes.
struct Process {
    database: Database,
    tails: Tails,
}

/// What an operation took: requests, write units, read units.
type Cost = (usize, f64, f64);

impl Process {
    async fn start() -> Self {
        Self {
            database: Database::start().await,
            tails: Tails::new(),
        }
    }

    /// Forgets what was remembered, as a new process has.
    fn forget(&mut self) {
        self.tails = Tails::new();
    }

    async fn append(&self, revision: u64, payload: &str) -> (Outcome, Option<Proof>, Cost) {
        self.append_all(revision, events(1, payload)).await
    }

    async fn append_all(&self, revision: u64, events: CommitEvents) -> (Outcome, Option<Proof>, Cost) {
        let append = Append::new(stream(), self::revision(revision), events, Timestamp::now()).unwrap();
        let meter = Meter::default();
        let events = self.database.events().metered(meter.clone());
        let appending = operations::append(&events, &self.tails, append).await.unwrap();
        (appending.outcome, appending.proof, self.cost(&meter))
    }

    async fn append_at_end(&self, events: CommitEvents) -> (append_at_end::Outcome, Cost) {
        let append = AppendAtEnd::new(stream(), events, Timestamp::now(), Absent::Create);
        let meter = Meter::default();
        let log = self.database.events().metered(meter.clone());
        let outcome = operations::append_at_end(&log, &self.tails, append)
            .await
            .unwrap();
        (outcome, self.cost(&meter))
    }

    async fn read_backwards(&self, before: Option<u64>, limit: usize) -> (usize, Cost) {
        let start = Start::Before(before.map(revision));
        self.read_from(start, limit, Consistency::Strong).await
    }

    async fn read(&self, after: Option<u64>, limit: usize) -> (usize, Cost) {
        self.read_with(after, limit, Consistency::Strong).await
    }

    async fn read_with(&self, after: Option<u64>, limit: usize, consistency: Consistency) -> (usize, Cost) {
        let start = Start::After(after.map(revision));
        self.read_from(start, limit, consistency).await
    }

    async fn read_from(&self, start: Start, limit: usize, consistency: Consistency) -> (usize, Cost) {
        let meter = Meter::default();
        let events = self.database.events().metered(meter.clone());
        let read = Read {
            stream: stream(),
            start,
            limit,
            consistency,
        };
        let reading = operations::read(&events, &self.tails, read).await.unwrap();
        (events_of(reading), self.cost(&meter))
    }

    async fn details(&self) -> Cost {
        let meter = Meter::default();
        let events = self.database.events().metered(meter.clone());
        operations::details(&events, &self.tails, &stream())
            .await
            .unwrap()
            .unwrap();
        self.cost(&meter)
    }

    fn cost(&self, meter: &Meter) -> Cost {
        let consumed = meter.consumed();
        let sent = self.database.witness.take().len();
        assert_eq!(
            sent, consumed.requests as usize,
            "requests sent, and requests counted"
        );
        (sent, consumed.wru, consumed.rru)
    }
}

fn stream() -> StreamKey {
    StreamKey {
        stream_type: "order".parse().unwrap(),
        stream_id: "2886e475-d5cc-40f7-aec5-401071388b3c".parse().unwrap(),
    }
}

fn revision(number: u64) -> Revision {
    number.try_into().unwrap()
}

/// Events with one payload each.
fn events(count: usize, payload: &str) -> CommitEvents {
    let event = |_| CommitEvent {
        id: EventId::random(),
        event_type: "changed".parse().unwrap(),
        payload: Payload::from_text(payload).unwrap(),
        metadata: None,
    };
    CommitEvents::new((0..count).map(event).collect()).unwrap()
}

fn events_of(reading: Reading) -> usize {
    match reading {
        Reading::Page(page) => page.events.len(),
        other => panic!("{other:?}"),
    }
}

fn is_appended(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Appended { .. })
}

#[tokio::test]
async fn a_create_is_one_request_and_one_unit() {
    let process = Process::start().await;
    let (outcome, proof, cost) = process.append(1, "1").await;
    assert!(is_appended(&outcome));
    assert_eq!((proof, cost), (None, (1, 1.0, 0.0)));
}

#[tokio::test]
async fn an_append_to_a_stream_just_appended_to_is_one_request_and_one_unit() {
    let process = Process::start().await;
    process.append(1, "1").await;
    for revision in 2..=4 {
        let (outcome, proof, cost) = process.append(revision, "1").await;
        assert!(is_appended(&outcome));
        assert_eq!((proof, cost), (Some(Proof::Tail), (1, 1.0, 0.0)));
    }
}

#[tokio::test]
async fn an_append_by_a_process_that_knows_nothing_reads_the_commit_before() {
    let mut process = Process::start().await;
    process.append(1, "1").await;
    process.forget();
    let (outcome, proof, cost) = process.append(2, "1").await;
    assert!(is_appended(&outcome));
    assert_eq!((proof, cost), (Some(Proof::Read), (2, 1.0, 1.0)));
}

#[tokio::test]
async fn reading_a_stream_makes_the_next_append_one_request() {
    let mut process = Process::start().await;
    process.append(1, "1").await;
    process.forget();
    assert_eq!(process.details().await, (1, 0.0, 1.0));
    assert_eq!(process.append(2, "1").await.2, (1, 1.0, 0.0));
    process.forget();
    assert_eq!(process.read(None, 100).await, (2, (1, 0.0, 1.0)));
    assert_eq!(process.append(3, "1").await.2, (1, 1.0, 0.0));
}

#[tokio::test]
async fn a_large_event_is_one_unit_a_kilobyte() {
    let process = Process::start().await;
    process.append(1, "1").await;
    let (outcome, _, cost) = process.append(2, &format!("\"{}\"", "x".repeat(9 * 1024))).await;
    assert!(is_appended(&outcome));
    assert_eq!(cost, (1, 10.0, 0.0));
}

#[tokio::test]
async fn a_conflict_is_at_most_three_requests() {
    let mut process = Process::start().await;
    for revision in 1..=3 {
        process.append(revision, "1").await;
    }
    // The revision before is not the one remembered: the commit that took the revision is found at once.
    let (outcome, _, cost) = process.append(2, "1").await;
    assert!(matches!(outcome, Outcome::Conflict { .. }), "{outcome:?}");
    assert_eq!((cost.0, cost.1), (2, 0.0));
    // The stream does not reach the revision.
    let (_, _, cost) = process.append(9, "1").await;
    assert_eq!((cost.0, cost.1), (1, 0.0));
    // Another process was faster: the put is refused.
    let behind = std::mem::take(&mut process.tails);
    process.append(4, "1").await;
    process.tails = behind;
    let (outcome, proof, cost) = process.append(4, "1").await;
    assert!(matches!(outcome, Outcome::Conflict { .. }), "{outcome:?}");
    assert_eq!((proof, cost.0), (Some(Proof::Tail), 2));
}

#[tokio::test]
async fn a_page_is_one_request_and_two_when_it_is_empty() {
    let process = Process::start().await;
    for revision in 1..=20 {
        process.append(revision, "1").await;
    }
    process.database.witness.take();
    let (count, (requests, wru, rru)) = process.read(None, 1_000).await;
    assert_eq!((count, requests, wru), (20, 1, 0.0));
    assert!(rru <= 1.0, "20 small events are less than 4 KB: {rru}");
    assert_eq!(process.read(Some(5), 3).await, (3, (1, 0.0, 1.0)));
    let (count, (requests, ..)) = process.read(Some(20), 10).await;
    assert_eq!((count, requests), (0, 2));
}

#[tokio::test]
async fn details_are_one_request_however_long_the_stream() {
    let process = Process::start().await;
    for revision in 1..=5 {
        process.append(revision, "1").await;
    }
    process.database.witness.take();
    assert_eq!(process.details().await, (1, 0.0, 1.0));
}

#[tokio::test]
async fn a_batch_of_ten_small_events_is_one_request_and_at_most_two_units() {
    let process = Process::start().await;
    process.append(1, "1").await;
    let (outcome, proof, cost) = process
        .append_all(2, events(10, &format!("\"{}\"", "x".repeat(98))))
        .await;
    assert!(is_appended(&outcome));
    assert_eq!((proof, cost), (Some(Proof::Tail), (1, 2.0, 0.0)));
    let (outcome, _, cost) = process.append_all(12, events(100, "1")).await;
    assert!(is_appended(&outcome));
    assert_eq!(cost.0, 1);
    assert!(
        cost.1 <= 9.0,
        "a hundred ids and types of 43 bytes each are less than 9 KB: {cost:?}"
    );
}

#[tokio::test]
async fn an_append_at_the_end_is_two_requests() {
    let process = Process::start().await;
    let (_, cost) = process.append_at_end(events(1, "1")).await;
    assert_eq!((cost.0, cost.1), (2, 1.0));
    let retried = events(3, "1");
    let (_, cost) = process.append_at_end(retried.clone()).await;
    assert_eq!(cost, (2, 1.0, 1.0));
    let (outcome, cost) = process.append_at_end(retried).await;
    assert!(
        matches!(outcome, append_at_end::Outcome::Replayed { .. }),
        "{outcome:?}"
    );
    assert_eq!(cost, (1, 0.0, 1.0));
    // What it learned makes the next append at an exact revision one request.
    assert_eq!(process.append(5, "1").await.2, (1, 1.0, 0.0));
}

#[tokio::test]
async fn a_page_backwards_is_one_request_and_one_more_to_find_the_end() {
    let process = Process::start().await;
    for revision in 1..=20 {
        process.append(revision, "1").await;
    }
    process.database.witness.take();
    assert_eq!(process.read_backwards(Some(11), 1_000).await, (10, (1, 0.0, 1.0)));
    assert_eq!(process.read_backwards(Some(1), 10).await, (0, (1, 0.0, 1.0)));
    assert_eq!(process.read_backwards(None, 1).await, (1, (1, 0.0, 1.0)));
    assert_eq!(process.read_backwards(None, 10).await, (10, (2, 0.0, 2.0)));
}

#[tokio::test]
async fn a_page_costs_what_it_returns() {
    let mut process = Process::start().await;
    for batch in 0..100 {
        process
            .append_all(batch * 100 + 1, events(100, &format!("\"{}\"", "x".repeat(98))))
            .await;
    }
    process.forget();
    process.database.witness.take();
    let (_, (_, _, commit)) = process.read(Some(50), 1).await;
    // The question for what starts at 52 finds nothing, and costs a unit.
    let commit = commit - 1.0;
    assert!(commit >= 4.0, "{commit}");
    // So many commits hold the page; one more tells whether there is more, or is met on the way.
    for limit in [1, 11, 100, 101, 250] {
        for position in [1, 2, 50, 100, 101, 4_950] {
            let holding = |first: u64, last: u64| {
                f64::from(u32::try_from((last - 1) / 100 - (first - 1) / 100 + 1).unwrap())
            };
            let after = position - 1;
            let (count, (requests, _, rru)) =
                process.read(Some(after).filter(|after| *after > 0), limit).await;
            let most = (holding(position, after + limit as u64) + 1.0) * commit + 1.0;
            assert_eq!(count, limit, "{limit} after {after}");
            assert!(
                requests <= 2 && rru <= most,
                "{limit} after {after}: {rru} of {most}"
            );

            let before = position + limit as u64;
            let (count, (requests, _, rru)) = process.read_backwards(Some(before), limit).await;
            let most = holding(position, before - 1) * commit + 1.0;
            assert_eq!(count, limit, "{limit} before {before}");
            assert!(
                requests <= 2 && rru <= most,
                "{limit} before {before}: {rru} of {most}"
            );
        }
        let (count, (requests, _, rru)) = process.read_backwards(None, limit).await;
        let most = (f64::from(u32::try_from(limit.div_ceil(100)).unwrap()) + 1.0) * commit;
        assert_eq!(count, limit);
        assert!(requests <= 3 && rru <= most, "the last {limit}: {rru} of {most}");
    }
}

#[tokio::test]
async fn an_eventual_page_costs_half() {
    let process = Process::start().await;
    for revision in 1..=3 {
        process.append(revision, "1").await;
    }
    process.database.witness.take();
    let (count, cost) = process.read_with(None, 10, Consistency::Eventual).await;
    assert_eq!((count, cost), (3, (1, 0.0, 0.5)));
}

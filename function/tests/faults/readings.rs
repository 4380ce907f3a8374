//! Whether readings showed what the log holds.

use super::ledger::{Question, Reading, Shown};
use super::log::{StoredCommit, is_stored};

/// Says how what a reading showed contradicts what is there.
pub(crate) fn as_shown(reading: &Reading, commits: &[StoredCommit]) -> Option<String> {
    let must_reach = if reading.question.is_strong() {
        reading.acknowledged
    } else {
        0
    };
    let (events, has_more, last_evaluated) = match &reading.shown {
        // Only a strong reading says so, even if an eventual one was asked for.
        Shown::NotFound if reading.acknowledged > 0 => return Some("there is such a stream".into()),
        Shown::NotFound => return None,
        // So does this.
        Shown::NotReached { current } if *current < reading.acknowledged => {
            return Some(format!("revision {} had been acknowledged", reading.acknowledged));
        }
        Shown::NotReached { current } => {
            let is_short =
                matches!(reading.question, Question::After { revision, .. } if revision > *current);
            let is_end = commits.iter().any(|commit| commit.last == *current);
            return (!is_short || !is_end).then(|| "the stream does reach it".into());
        }
        Shown::Details { revision, .. } if *revision < must_reach => {
            return Some(format!("revision {must_reach} had been acknowledged"));
        }
        Shown::Details { revision, updated_at } => {
            let is_end = commits
                .iter()
                .any(|commit| commit.last == *revision && commit.created_at == *updated_at);
            return (!is_end).then(|| "no commit ends there".into());
        }
        Shown::Page {
            events,
            has_more,
            last_evaluated,
        } => (events, *has_more, *last_evaluated),
    };
    if let Some(event) = events.iter().find(|event| !is_stored(event, commits)) {
        return Some(format!("revision {} is another", event.revision));
    }
    let revisions: Vec<u64> = events.iter().map(|event| event.revision.as_u64()).collect();
    let (expected, limit, missing): (Vec<u64>, usize, bool) = match reading.question {
        Question::After { revision, limit, .. } => {
            let expected = (revision + 1..).take(revisions.len()).collect();
            let end = revision + revisions.len() as u64;
            (expected, limit, !has_more && end < must_reach)
        }
        Question::Before { revision, limit, .. } => {
            let newest = revisions.first().copied().unwrap_or_default();
            let expected = (1..=newest).rev().take(revisions.len()).collect();
            let must_begin = revision.map_or(must_reach, |before| must_reach.min(before - 1));
            let ends_early = !has_more && revisions.last().is_some_and(|oldest| *oldest > 1);
            (expected, limit, newest < must_begin || ends_early)
        }
        Question::Details => return Some("a page was not asked for".into()),
    };
    if revisions != expected || revisions.len() > limit {
        Some("these are not the revisions that were asked for".into())
    } else if missing || (has_more && revisions.is_empty()) {
        Some(format!(
            "something is missing: revision {must_reach} had been acknowledged"
        ))
    } else if revisions.last().is_some_and(|last| *last != last_evaluated) {
        Some("it does not end where it says".into())
    } else {
        None
    }
}

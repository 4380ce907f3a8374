//! Whether the log holds what the clients were told, and nothing else.

use std::collections::{BTreeMap, HashMap};

use event_store_types::{Event, Metadata, NewEvent};

use super::ledger::{Ledger, Proposed, Told};
use super::log::{Log, StoredCommit, StoredEvent, is_stored, tail};
use super::proposal::{Place, Proposal, number};
use super::readings::as_shown;
use super::specification::RECENT_COMMITS;

/// Everything in which `log` and what the clients were told contradict each other, or the contract.
pub(crate) fn contradictions(ledger: &Ledger, log: &Log) -> Vec<String> {
    // What reuses an id names events of others as well.
    let honest = ledger
        .proposals
        .iter()
        .filter(|proposed| proposed.proposal.is_honest());
    let proposals = honest.flat_map(|proposed| {
        let numbers = proposed.proposal.numbers();
        numbers.into_iter().map(move |number| (number, proposed))
    });
    let proposals: HashMap<u32, &Proposed> = proposals.collect();
    let mut found = Vec::new();
    for (stream, commits) in log {
        let mut of_stream = in_order(commits);
        of_stream.extend(as_proposed(stream, commits, &proposals));
        of_stream.extend(once(commits, &proposals));
        found.extend(of_stream.into_iter().map(|text| format!("{stream}: {text}")));
    }
    let nothing = Vec::new();
    for proposed in &ledger.proposals {
        let stream = proposed.proposal.stream.as_deref().unwrap_or_default();
        let commits = log.get(stream).unwrap_or(&nothing);
        let of_proposal = proposed
            .told
            .iter()
            .filter_map(|told| as_told(proposed, told, commits));
        found.extend(of_proposal.map(|text| format!("{stream}: {text}: {proposed:?}")));
    }
    for reading in &ledger.readings {
        let commits = log.get(&*reading.stream).unwrap_or(&nothing);
        found.extend(as_shown(reading, commits).map(|text| format!("{text}: {reading:?}")));
    }
    found
}

/// Revisions are 1…n without a gap, each commit begins where the one before ends, and time never goes back.
fn in_order(commits: &[StoredCommit]) -> Vec<String> {
    let mut found = Vec::new();
    let mut end = 0;
    for commit in commits {
        if commit.first != end + 1 || commit.last < commit.first {
            found.push(format!(
                "a commit {}…{} after revision {end}",
                commit.first, commit.last
            ));
        }
        if commit.events.len() as u64 != commit.last + 1 - commit.first {
            found.push(format!(
                "commit {} has {} events",
                commit.first,
                commit.events.len()
            ));
        }
        end = commit.last;
    }
    for pair in commits.windows(2) {
        if pair[1].created_at < pair[0].created_at {
            found.push(format!("time goes back at revision {}", pair[1].first));
        }
    }
    found
}

/// Each commit is an honest proposal, whole and with what was sent.
fn as_proposed(stream: &str, commits: &[StoredCommit], proposals: &HashMap<u32, &Proposed>) -> Vec<String> {
    let mut found = Vec::new();
    for commit in commits {
        let proposed = commit
            .events
            .first()
            .and_then(|event| proposals.get(&number(&event.event_type)));
        let Some(Proposed { proposal, .. }) = proposed else {
            found.push(format!("nobody proposed commit {}", commit.first));
            continue;
        };
        let is_as_sent = proposal.events.len() == commit.events.len()
            && proposal
                .events
                .iter()
                .zip(&commit.events)
                .all(|(sent, stored)| is_as_sent(sent, stored));
        let is_in_place = match proposal.place {
            Place::At(first) => first == commit.first,
            Place::End => true,
            Place::EndOfExisting => commit.first > 1,
        };
        if !is_as_sent || !is_in_place || proposal.stream.as_deref().is_some_and(|named| named != stream) {
            found.push(format!("{commit:?} is not {proposal:?}"));
        }
    }
    found
}

fn is_as_sent(sent: &NewEvent, stored: &StoredEvent) -> bool {
    sent.event_id.is_none_or(|id| id == stored.id)
        && sent.event_type.as_str() == stored.event_type
        && sent.payload.as_str() == stored.payload
        && sent.metadata.as_ref().map(Metadata::as_str) == stored.metadata.as_deref()
}

/// Nothing is there twice, but for an append to the end whose retry came too late to be recognised.
fn once(commits: &[StoredCommit], proposals: &HashMap<u32, &Proposed>) -> Vec<String> {
    let mut found = Vec::new();
    let mut places: BTreeMap<u32, usize> = BTreeMap::new();
    for (place, commit) in commits.iter().enumerate() {
        for event in &commit.events {
            let number = number(&event.event_type);
            let is_at_end = proposals
                .get(&number)
                .is_some_and(|proposed| !matches!(proposed.proposal.place, Place::At(_)));
            if let Some(before) = places.insert(number, place)
                && !(is_at_end && place - before > RECENT_COMMITS)
            {
                found.push(format!("event {number} is in two commits"));
            }
        }
    }
    let mut ids = HashMap::new();
    for event in commits.iter().flat_map(|commit| &commit.events) {
        let number = number(&event.event_type);
        if ids.insert(event.id, number).is_some_and(|other| other != number) {
            found.push(format!("the id {} is in use twice", event.id));
        }
    }
    found
}

/// Says how `told` contradicts what is there.
fn as_told(Proposed { proposal, .. }: &Proposed, told: &Told, commits: &[StoredCommit]) -> Option<String> {
    let there: Vec<&StoredCommit> = commits
        .iter()
        .filter(|commit| numbers(commit) == proposal.numbers())
        .collect();
    match told {
        Told::Acknowledged {
            revision, updated_at, ..
        } => {
            let acknowledged = there.iter().find(|commit| commit.last == *revision);
            match acknowledged {
                None => Some(format!("revision {revision} was acknowledged, and is not there")),
                Some(commit) if commit.created_at != *updated_at => Some(format!(
                    "revision {revision} was acknowledged with the time {updated_at}"
                )),
                Some(_) => None,
            }
        }
        // A refusal is final: whatever earlier attempts may still do, the revision is another's, or out of reach.
        Told::Conflict { .. } | Told::Reused | Told::NotFound if !there.is_empty() => {
            Some(format!("{told:?}, and it is there"))
        }
        Told::Conflict { .. } | Told::NotFound if !proposal.is_honest() => {
            Some(format!("{told:?}, and not that its ids are in use"))
        }
        Told::Conflict { current, taken_by } => conflict(proposal, *current, taken_by.as_deref(), commits),
        Told::Reused => proposal.is_honest().then(|| "its ids are new".into()),
        Told::NotFound | Told::Unknown => None,
    }
}

fn numbers(commit: &StoredCommit) -> Vec<u32> {
    commit
        .events
        .iter()
        .map(|event| number(&event.event_type))
        .collect()
}

fn conflict(
    proposal: &Proposal,
    current: u64,
    taken_by: Option<&Event>,
    commits: &[StoredCommit],
) -> Option<String> {
    let Place::At(wanted) = proposal.place else {
        return Some("an append to the end has no revision to be in conflict about".into());
    };
    if current > tail(commits) {
        return Some(format!("the stream never reached revision {current}"));
    }
    match taken_by {
        None if current + 1 < wanted => None,
        None => Some(format!(
            "revision {wanted} can be reached from {current}, or is taken"
        )),
        Some(_) if current < wanted => Some(format!(
            "revision {wanted} is taken, but the stream is at {current}"
        )),
        Some(event) if event.revision.as_u64() != wanted => {
            Some(format!("the event at {wanted} is not told"))
        }
        Some(event) => (!is_stored(event, commits)).then(|| format!("revision {wanted} holds another event")),
    }
}

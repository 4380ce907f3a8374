//! PURE: the effects that a batch of commits requires.

use std::collections::BTreeMap;

use event_store_types::{EventType, Notification, Stream, TraceParent};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::record::{Appended, Content, Identity, Record, Tampering};
use crate::feed::Entry;
use crate::store::StreamKey;

/// The effects of a batch of commits, whether they come from records of a stream or from the log. Each part
/// names the records that it covers by their places in the batch.
#[derive(Debug, Default)]
pub struct Batch {
    /// The identity of each record.
    pub identities: Vec<Identity>,
    /// The newest state of each stream that the batch touches.
    pub updates: Vec<CatalogueUpdate>,
    /// The entries that the commits add to the feed, in the order of the records.
    pub entries: Vec<Entry>,
    /// One announcement per event, in the order of the records.
    pub notices: Vec<Notice>,
    /// The records that can never be relayed.
    pub poison: Vec<Poison>,
    /// The records which report that the log was changed.
    pub tampered: Vec<Tampered>,
}

/// The newest state of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueUpdate {
    pub stream: Stream,
    /// All records of the batch that this state covers.
    pub records: Vec<usize>,
}

impl CatalogueUpdate {
    /// The stream's identity.
    pub fn key(&self) -> StreamKey {
        StreamKey {
            stream_type: self.stream.stream_type.clone(),
            stream_id: self.stream.stream_id,
        }
    }
}

/// The announcement of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The announcement.
    pub notification: Notification,
    /// The event's type.
    pub event_type: EventType,
    /// The trace context of the event, if known.
    pub trace_parent: Option<TraceParent>,
    /// The record that contains the event.
    pub record: usize,
}

/// A record that can never be relayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poison {
    pub record: usize,
    /// The reason.
    pub reason: String,
}

/// A record which reports that a commit was changed or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tampered {
    pub record: usize,
    /// The kind of change.
    pub tampering: Tampering,
}

impl Batch {
    /// Reads the records of an invocation.
    pub fn read(records: &[Box<RawValue>]) -> Self {
        let mut batch = Self::default();
        let mut updates: BTreeMap<StreamKey, CatalogueUpdate> = BTreeMap::new();
        for (index, record) in records.iter().enumerate() {
            let Record { identity, content } = Record::decode(record);
            batch.identities.push(identity);
            match content {
                Ok(Content::Appended(appended)) => {
                    cover(&mut updates, &appended, index);
                    batch.entries.extend(entry(&appended));
                    batch.notices.extend(notices(appended, index));
                }
                Ok(Content::Tampered(tampering)) => batch.tampered.push(Tampered {
                    record: index,
                    tampering,
                }),
                Err(undecodable) => batch.poison.push(Poison {
                    record: index,
                    reason: undecodable.to_string(),
                }),
            }
        }
        batch.updates = updates.into_values().collect();
        batch
    }

    /// The batch for commits read from the log itself. It brings every stream forward, and announces the
    /// commits that `is_announced` selects. Those that cannot be announced are parked under the commit's key.
    /// Commits that are not announced are old: they enter the feed as ranges, so that one entry holds a whole
    /// page of commits.
    pub fn of(commits: Vec<Appended>, is_announced: impl Fn(&Appended) -> bool) -> Self {
        let mut batch = Self::default();
        let mut updates: BTreeMap<StreamKey, CatalogueUpdate> = BTreeMap::new();
        for (index, appended) in commits.into_iter().enumerate() {
            cover(&mut updates, &appended, index);
            let mut identity = Identity::default();
            let is_announced = is_announced(&appended);
            batch.entries.extend(if is_announced {
                entry(&appended)
            } else {
                range(&appended)
            });
            if is_announced {
                identity.keys = key(&appended);
                batch.notices.extend(notices(appended, index));
            }
            batch.identities.push(identity);
        }
        batch.updates = updates.into_values().collect();
        batch
    }
}

/// The commit's key, in the form of a stream record.
fn key(appended: &Appended) -> Option<Box<RawValue>> {
    let pk = appended.stream.to_string();
    to_raw_value(&json!({"pk": {"S": pk}, "sk": {"N": appended.first.to_string()}})).ok()
}

/// The feed entry of a commit.
fn entry(appended: &Appended) -> Option<Entry> {
    let types = appended.events.iter().map(|event| event.event_type.clone());
    Entry::commit(appended.stream.clone(), appended.first, types.collect())
}

/// The feed entry of a commit without its event types, which readers then take from the log.
fn range(appended: &Appended) -> Option<Entry> {
    Entry::range(appended.stream.clone(), appended.first, appended.last)
}

/// Extends the update of the commit's stream to the commit. The highest revision wins, regardless of order.
fn cover(updates: &mut BTreeMap<StreamKey, CatalogueUpdate>, appended: &Appended, record: usize) {
    let stream = appended.stream.at(appended.last, appended.created_at);
    let update = updates
        .entry(appended.stream.clone())
        .or_insert_with(|| CatalogueUpdate {
            stream: stream.clone(),
            records: Vec::new(),
        });
    update.records.push(record);
    if update.stream.revision < stream.revision {
        update.stream = stream;
    }
}

fn notices(appended: Appended, record: usize) -> impl Iterator<Item = Notice> {
    let StreamKey {
        stream_type,
        stream_id,
    } = appended.stream;
    appended.events.into_iter().map(move |event| Notice {
        notification: Notification::new(stream_type.clone(), stream_id, event.revision),
        event_type: event.event_type,
        trace_parent: event.trace_parent,
        record,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::relay::testing::{OTHER_STREAM, STREAM, insert, raw, with_name};

    fn read(records: &[Value]) -> Batch {
        Batch::read(&records.iter().map(raw).collect::<Vec<_>>())
    }

    fn updates(batch: &Batch) -> Vec<(String, u64, Vec<usize>)> {
        let text = |update: &CatalogueUpdate| {
            let Stream {
                stream_type,
                stream_id,
                revision,
                ..
            } = &update.stream;
            (
                format!("{stream_type}/{stream_id}"),
                revision.as_u64(),
                update.records.clone(),
            )
        };
        batch.updates.iter().map(text).collect()
    }

    fn announced(batch: &Batch) -> Vec<(u64, &str, usize)> {
        let text = |notice: &Notice| notice.notification.stream_revision.as_u64();
        batch
            .notices
            .iter()
            .map(|notice| (text(notice), notice.event_type.as_str(), notice.record))
            .collect()
    }

    #[test]
    fn every_event_of_a_commit_is_announced_and_its_stream_updated_once() {
        let batch = read(&[
            insert(1, STREAM, 1, &["placed", "paid"]),
            insert(2, STREAM, 3, &["sent"]),
        ]);
        assert_eq!(
            announced(&batch),
            [(1, "placed", 0), (2, "paid", 0), (3, "sent", 1)]
        );
        assert_eq!(updates(&batch), [(STREAM.to_owned(), 3, vec![0, 1])]);
    }

    #[test]
    fn the_highest_revision_of_a_stream_wins_in_any_order_of_records() {
        let batch = read(&[
            insert(3, STREAM, 3, &["sent"]),
            insert(1, STREAM, 1, &["placed"]),
            insert(4, OTHER_STREAM, 1, &["placed"]),
            insert(3, STREAM, 3, &["sent"]),
            insert(2, STREAM, 2, &["paid"]),
        ]);
        let expected = [
            (OTHER_STREAM.to_owned(), 1, vec![2]),
            (STREAM.to_owned(), 3, vec![0, 1, 3, 4]),
        ];
        assert_eq!(updates(&batch), expected);
        assert_eq!(
            batch.updates[1].stream.updated_at,
            "2025-01-25T10:11:03Z".parse().unwrap()
        );
        assert_eq!(
            batch.notices.len(),
            5,
            "a record that comes twice is announced twice"
        );
    }

    #[test]
    fn a_change_to_the_log_is_neither_announced_nor_listed() {
        let records = [
            with_name("MODIFY", insert(1, STREAM, 1, &["a"])),
            with_name("REMOVE", insert(2, STREAM, 1, &["a"])),
        ];
        let batch = read(&records);
        assert!(batch.notices.is_empty() && batch.updates.is_empty() && batch.poison.is_empty());
        let tampered = [(0, Tampering::Modified), (1, Tampering::Removed)];
        assert_eq!(
            batch.tampered,
            tampered.map(|(record, tampering)| Tampered { record, tampering })
        );
    }

    #[test]
    fn a_poison_record_does_not_take_the_others_with_it() {
        let batch = read(&[
            insert(1, STREAM, 1, &["a"]),
            json!("poison"),
            insert(3, STREAM, 2, &["b"]),
        ]);
        assert_eq!(announced(&batch), [(1, "a", 0), (2, "b", 2)]);
        assert_eq!(batch.poison.len(), 1);
        assert_eq!(batch.poison[0].record, 1);
        assert_eq!(batch.identities.len(), 3);
    }
}

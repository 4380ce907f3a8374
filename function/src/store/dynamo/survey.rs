//! The events table surveyed: its commits without payloads, whatever stream they belong to.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use event_store_types::{EventType, Revision};

use super::item::{self, Item, Undecodable};
use super::{EventsTable, translate};
use crate::relay::reconcile::PAGE_COMMITS;
use crate::relay::reconcile::survey::{Detail, LogSurvey, Page, Place, Segment, Unreadable};
use crate::relay::record::Appended;
use crate::store::{StoreError, limits};
#[cfg(feature = "embedded")]
use crate::store::{StreamKey, port::Consistency};

impl LogSurvey for EventsTable {
    /// A Scan, eventually consistent: it costs half, and what it may not show yet is in the table's stream.
    async fn page(
        &self,
        segment: Segment,
        after: Option<&Place>,
        detail: Detail,
    ) -> Result<Page, StoreError> {
        let scan = self
            .client
            .scan()
            .table_name(&*self.table)
            .set_projection_expression(Some(projection(detail)))
            .set_expression_attribute_names(Some(names(detail)))
            .set_limit(PAGE_COMMITS.try_into().ok())
            .set_exclusive_start_key(after.map(key))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        // A scan of one segment is a plain one, which a database may have an easier way for.
        let scan = if segment.count == 1 {
            scan
        } else {
            scan.set_segment(segment.index.try_into().ok())
                .set_total_segments(segment.count.try_into().ok())
        };
        let answer = scan.send().await.map_err(translate)?;
        self.meter.add_read(
            answer
                .consumed_capacity
                .and_then(|capacity| capacity.capacity_units),
        );
        let mut page = Page {
            next: answer.last_evaluated_key.as_ref().map(place),
            ..Page::default()
        };
        for item in answer.items.unwrap_or_default() {
            match decode(&item, detail) {
                Ok(commit) => page.commits.push(commit),
                Err(Undecodable { attribute }) => page.unreadable.push(Unreadable {
                    key: place(&item).to_string(),
                    attribute,
                }),
            }
        }
        Ok(page)
    }
}

#[cfg(feature = "embedded")]
impl EventsTable {
    /// The commits of one stream behind `after`, from its beginning without it, oldest first and without payloads: at most `limit`.
    ///
    /// # Errors
    /// When the database does not answer, or an item is no commit.
    pub async fn appended_after(
        &self,
        stream: &StreamKey,
        after: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<Appended>, StoreError> {
        let after = after.map_or(0, Revision::as_u64);
        let query = self
            .query(stream, "pk = :stream AND sk > :after", Consistency::Strong)
            .expression_attribute_values(":after", AttributeValue::N(after.to_string()))
            .set_projection_expression(Some(projection(Detail::EventTypes)))
            .set_expression_attribute_names(Some(names(Detail::EventTypes)))
            .set_limit(limit.try_into().ok());
        let (items, _) = self.read(query).await?;
        let commits = items.iter().map(|item| decode(item, Detail::EventTypes));
        Ok(commits.collect::<Result<_, _>>()?)
    }
}

/// What is read of each item. It costs as much as all of it, but payloads need not travel.
///
/// An expression cannot name "the type of each event", so it names the type of every event that a commit can have: 2 KB of the 4 that
/// an expression may have (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
fn projection(detail: Detail) -> String {
    static EVENT_TYPES: LazyLock<String> = LazyLock::new(|| {
        (0..limits::APPEND_EVENTS).fold(REVISIONS.to_owned(), |mut expression, index| {
            // Writing to a text cannot fail.
            let _ = write!(expression, ", #events[{index}].#type");
            expression
        })
    });
    match detail {
        Detail::Revisions => REVISIONS.to_owned(),
        Detail::EventTypes => EVENT_TYPES.clone(),
    }
}

const REVISIONS: &str = "pk, sk, #last, createdAt";

/// Names that are, or may become, reserved words.
fn names(detail: Detail) -> HashMap<String, String> {
    let names: &[&str] = match detail {
        Detail::Revisions => &["last"],
        Detail::EventTypes => &["last", "events", "type"],
    };
    names
        .iter()
        .map(|name| (format!("#{name}"), (*name).to_owned()))
        .collect()
}

fn decode(item: &Item, detail: Detail) -> Result<Appended, Undecodable> {
    let undecodable = |attribute| Undecodable { attribute };
    let tail = item::decode_tail(item)?;
    let first = item::revision(item, "sk")?;
    if tail.revision < first {
        return Err(undecodable("last"));
    }
    let events = match detail {
        Detail::Revisions => Vec::new(),
        Detail::EventTypes => event_types(item, first)?,
    };
    if events.last().is_some_and(|(last, _)| *last != tail.revision) {
        return Err(undecodable("last"));
    }
    Ok(Appended {
        stream: text(item, "pk").parse().map_err(|_| undecodable("pk"))?,
        first,
        last: tail.revision,
        events,
        created_at: tail.created_at,
    })
}

/// Reads an item with the types of its events.
#[cfg(any(test, fuzzing))]
pub(super) fn with_event_types(item: &Item) -> Result<Appended, Undecodable> {
    decode(item, Detail::EventTypes)
}

fn event_types(item: &Item, first: Revision) -> Result<Vec<(Revision, EventType)>, Undecodable> {
    let events = item
        .get("events")
        .and_then(|value| value.as_l().ok())
        .filter(|events| !events.is_empty())
        .ok_or(Undecodable { attribute: "events" })?;
    let event_type = |event: &AttributeValue| {
        let text = event.as_m().ok()?.get("type")?.as_s().ok()?;
        Some(EventType::stored(text.as_str()))
    };
    (0..)
        .zip(events)
        .map(|(offset, event)| Some((first.checked_add(offset)?, event_type(event)?)))
        .collect::<Option<_>>()
        .ok_or(Undecodable {
            attribute: "events.type",
        })
}

fn key(place: &Place) -> Item {
    HashMap::from([
        ("pk".into(), AttributeValue::S(place.pk.clone())),
        ("sk".into(), AttributeValue::N(place.sk.clone())),
    ])
}

fn place(item: &Item) -> Place {
    let number = item.get("sk").and_then(|value| value.as_n().ok());
    Place {
        pk: text(item, "pk").to_owned(),
        sk: number.cloned().unwrap_or_default(),
    }
}

/// The text of an attribute; empty when it has none, which is no key.
fn text<'item>(item: &'item Item, attribute: &str) -> &'item str {
    item.get(attribute)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str)
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;

//! Surveys the events table: all commits of all streams, without payloads.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
#[cfg(feature = "embedded")]
use event_store_types::Revision;

use super::item::{self, Item, Undecodable};
use super::{EventsTable, translate};
use crate::relay::reconcile::PAGE_COMMITS;
use crate::relay::reconcile::survey::{LogSurvey, Page, Place, Segment, Unreadable};
use crate::relay::record::Appended;
use crate::store::StoreError;
#[cfg(feature = "embedded")]
use crate::store::{StreamKey, port::Consistency};

impl LogSurvey for EventsTable {
    /// Uses an eventually consistent Scan. It costs half, and the table's stream delivers what it does not
    /// show yet. It reads whole items, because the checksum must be verified before a commit is listed and
    /// announced; a projection would cost as much.
    async fn page(&self, segment: Segment, after: Option<&Place>) -> Result<Page, StoreError> {
        let scan = self
            .client
            .scan()
            .table_name(&*self.name)
            .set_limit(PAGE_COMMITS.try_into().ok())
            .set_exclusive_start_key(after.map(key))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        // A scan of one segment is a plain scan, which a database may handle more simply.
        let scan = if segment.count == 1 {
            scan
        } else {
            scan.set_segment(segment.index.try_into().ok())
                .set_total_segments(segment.count.try_into().ok())
        };
        let answer = scan.send().await.map_err(translate)?;
        self.count_read(answer.consumed_capacity);
        let mut page = Page {
            next: answer.last_evaluated_key.as_ref().map(place),
            ..Page::default()
        };
        for item in answer.items.unwrap_or_default() {
            let place = place(&item);
            match appended(item) {
                Ok(commit) => page.commits.push(commit),
                Err(Undecodable { attribute }) => page.unreadable.push(Unreadable {
                    key: place.to_string(),
                    attribute,
                }),
            }
        }
        Ok(page)
    }
}

#[cfg(feature = "embedded")]
impl EventsTable {
    /// Up to `limit` commits of one stream, without payloads, oldest first. They begin after `after`, or at
    /// the beginning without it.
    ///
    /// # Errors
    /// When the database does not answer, or an item is not a valid commit.
    pub async fn appended_after(
        &self,
        stream: &StreamKey,
        after: Option<Revision>,
        limit: usize,
    ) -> Result<Vec<Appended>, StoreError> {
        let after = after.map_or(0, Revision::as_u64);
        let query = self
            .query_stream(stream, "pk = :stream AND sk > :after", Consistency::Strong)
            .expression_attribute_values(":after", AttributeValue::N(after.to_string()))
            .set_limit(limit.try_into().ok());
        let news = self.commits(stream, query).await?.commits;
        let news = news.iter().map(|commit| Appended::of(stream.clone(), commit));
        Ok(news.collect())
    }
}

/// Decodes the part of an item's commit that the relay needs.
pub(super) fn appended(item: Item) -> Result<Appended, Undecodable> {
    let stream = item::stream(&item)?;
    Ok(Appended::of(stream, &item::decode(item)?))
}

fn key(place: &Place) -> Item {
    HashMap::from([
        ("pk".into(), AttributeValue::S(place.pk.clone())),
        ("sk".into(), AttributeValue::N(place.sk.clone())),
    ])
}

/// The key of an item, as far as it is readable.
fn place(item: &Item) -> Place {
    let text = item.get("pk").and_then(|value| value.as_s().ok());
    let number = item.get("sk").and_then(|value| value.as_n().ok());
    Place {
        pk: text.cloned().unwrap_or_default(),
        sk: number.cloned().unwrap_or_default(),
    }
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;

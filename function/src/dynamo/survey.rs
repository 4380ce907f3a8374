//! The events table surveyed: its commits without payloads, whatever stream they belong to.

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
    /// A Scan, eventually consistent: it costs half, and what it may not show yet is in the table's stream. Items are read whole, which
    /// costs no more than a part of each, because what is listed and announced is to be held against its checksum.
    async fn page(&self, segment: Segment, after: Option<&Place>) -> Result<Page, StoreError> {
        let scan = self
            .client
            .scan()
            .table_name(&*self.name)
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
            .query_stream(stream, "pk = :stream AND sk > :after", Consistency::Strong)
            .expression_attribute_values(":after", AttributeValue::N(after.to_string()))
            .set_limit(limit.try_into().ok());
        let news = self.commits(stream, query).await?.commits;
        let news = news.iter().map(|commit| Appended::of(stream.clone(), commit));
        Ok(news.collect())
    }
}

/// Reads an item as what the relay needs to know of its commit.
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

/// Where an item is, as far as it can be told.
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

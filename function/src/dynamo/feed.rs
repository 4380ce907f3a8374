//! The feed table: the identity of the feed, its pages, and the types of the streams that it contains.
//!
//! | item | `pk` | `sk` | attributes |
//! | --- | --- | --- | --- |
//! | identity of the feed | `incarnation` | 0 | `incarnation` |
//! | page n | `<incarnation>/0` | n | `writer`, `entries` (JSON) |
//! | a stream type | `<incarnation>/types` | its hash | `type` |
//!
//! A page's key contains the incarnation, so that a process that remembers an earlier feed writes where
//! nobody reads. The `0` after it is the lane. There is only one, and thus one order over the whole store.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use event_store_types::StreamType;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::item::{self, Item};
use super::table::Table;
use crate::feed::port::{Begun, FeedPages, FeedReader, FeedWriter, PagePut};
use crate::feed::{Incarnation, Page, PageNumber, Writer};
use crate::store::{Consistency, StoreError};

/// The only lane of a feed.
const LANE: &str = "0";

/// Marks the feed table as the kind of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub enum Pages {}

/// The feed table.
pub type FeedTable = Table<Pages>;

impl FeedTable {
    /// A Query over the items of a hash key, ordered by number.
    fn query_key(&self, pk: String) -> QueryFluentBuilder {
        self.query_by("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(pk))
    }

    async fn newest(
        &self,
        feed: Incarnation,
        consistency: Consistency,
    ) -> Result<Option<PageNumber>, StoreError> {
        let query = self
            .query_key(Self::lane(feed))
            .consistent_read(consistency == Consistency::Strong)
            .scan_index_forward(false)
            .limit(1)
            .projection_expression("pk, sk");
        let (items, _) = self.read(query).await?;
        Ok(items.first().map(number).transpose()?)
    }

    /// The hash key of the pages of a feed.
    fn lane(feed: Incarnation) -> String {
        format!("{feed}/{LANE}")
    }

    /// The hash key of the stream types of a feed.
    fn types(feed: Incarnation) -> String {
        format!("{feed}/types")
    }
}

impl FeedWriter for FeedTable {
    async fn incarnation(&self) -> Result<Option<Incarnation>, StoreError> {
        let query = self
            .query_key("incarnation".to_owned())
            .consistent_read(true)
            .limit(1);
        let (items, _) = self.read(query).await?;
        Ok(items.first().map(decode_incarnation).transpose()?)
    }

    async fn begin(&self, feed: Incarnation) -> Result<Begun, StoreError> {
        let item = HashMap::from([
            ("pk".to_owned(), text("incarnation")),
            ("sk".to_owned(), AttributeValue::N("0".to_owned())),
            ("incarnation".to_owned(), text(feed.to_string())),
        ]);
        Ok(match self.put_if_absent(item).await? {
            None => Begun::Written,
            Some(there) => Begun::Refused(decode_incarnation(&there)?),
        })
    }

    async fn last_page(&self, feed: Incarnation) -> Result<Option<PageNumber>, StoreError> {
        self.newest(feed, Consistency::Eventual).await
    }

    async fn put_page(
        &self,
        feed: Incarnation,
        number: PageNumber,
        page: &Page,
    ) -> Result<PagePut, StoreError> {
        Ok(match self.put_if_absent(encode(feed, number, page)?).await? {
            None => PagePut::Written,
            Some(there) => PagePut::Refused(decode(&there)?),
        })
    }

    async fn note_type(&self, feed: Incarnation, stream_type: &StreamType) -> Result<(), StoreError> {
        let item = HashMap::from([
            ("pk".to_owned(), text(Self::types(feed))),
            ("sk".to_owned(), AttributeValue::N(hash(stream_type))),
            ("type".to_owned(), text(stream_type.as_str())),
        ]);
        self.put_if_absent(item).await.map(|_| ())
    }
}

impl FeedReader for FeedTable {
    async fn current(&self) -> Result<Option<Incarnation>, StoreError> {
        self.incarnation().await
    }

    async fn newest_page(&self, feed: Incarnation) -> Result<Option<PageNumber>, StoreError> {
        self.newest(feed, Consistency::Strong).await
    }

    async fn pages(
        &self,
        feed: Incarnation,
        first: PageNumber,
        limit: usize,
        consistency: Consistency,
    ) -> Result<FeedPages, StoreError> {
        let query = self
            .query_key(Self::lane(feed))
            .key_condition_expression("pk = :pk AND sk >= :first")
            .expression_attribute_values(":first", AttributeValue::N(first.to_string()))
            .consistent_read(consistency == Consistency::Strong)
            .set_limit(limit.try_into().ok());
        let (items, next) = self.read(query).await?;
        let mut found = FeedPages {
            more: next.is_some(),
            ..FeedPages::default()
        };
        let mut expected = first;
        for item in &items {
            // Stops at the first missing page. If later pages were read, a page that appears afterwards would
            // be skipped for good.
            if number(item)? != expected {
                found.more = false;
                break;
            }
            found.bytes += item::size(item);
            found.pages.push(decode(item)?);
            expected = expected.next();
        }
        Ok(found)
    }

    async fn stream_types(&self, feed: Incarnation) -> Result<Vec<StreamType>, StoreError> {
        let mut types = BTreeSet::new();
        let mut next = None;
        loop {
            let query = self.query_key(Self::types(feed)).set_exclusive_start_key(next);
            let (items, more) = self.read(query).await?;
            for item in &items {
                let name = string(item, "type").and_then(|text| text.parse().ok());
                types.insert(name.ok_or_else(|| Undecodable {
                    item: named(item),
                    attribute: "type",
                })?);
            }
            if more.is_none() {
                return Ok(types.into_iter().collect());
            }
            next = more;
        }
    }
}

/// Encodes a page as an item.
fn encode(feed: Incarnation, number: PageNumber, page: &Page) -> Result<Item, StoreError> {
    let entries = serde_json::to_string(&page.entries).map_err(|error| StoreError::Fault(error.into()))?;
    Ok(HashMap::from([
        ("pk".to_owned(), text(FeedTable::lane(feed))),
        ("sk".to_owned(), AttributeValue::N(number.to_string())),
        ("writer".to_owned(), text(page.writer.to_string())),
        ("entries".to_owned(), text(entries)),
    ]))
}

/// Decodes an item as a page.
fn decode(item: &Item) -> Result<Page, Undecodable> {
    let undecodable = |attribute| Undecodable {
        item: named(item),
        attribute,
    };
    let writer = string(item, "writer").and_then(|text| Uuid::try_parse(text).ok());
    let entries = string(item, "entries").and_then(|text| serde_json::from_str(text).ok());
    Ok(Page {
        writer: Writer::from(writer.ok_or_else(|| undecodable("writer"))?),
        entries: entries.ok_or_else(|| undecodable("entries"))?,
    })
}

fn decode_incarnation(item: &Item) -> Result<Incarnation, Undecodable> {
    let incarnation = string(item, "incarnation").and_then(|text| text.parse().ok());
    incarnation.ok_or_else(|| Undecodable {
        item: named(item),
        attribute: "incarnation",
    })
}

/// The number of an item's page.
fn number(item: &Item) -> Result<PageNumber, Undecodable> {
    let number = item.get("sk").and_then(|value| value.as_n().ok()?.parse().ok());
    number.ok_or_else(|| Undecodable {
        item: named(item),
        attribute: "sk",
    })
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn string<'item>(item: &'item Item, attribute: &str) -> Option<&'item str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}

/// The range key of a type: the first 120 bits of its hash. A number in the database has 38 digits, enough
/// for all of them.
fn hash(stream_type: &StreamType) -> String {
    let digest = Sha256::digest(stream_type.as_str());
    let number = digest
        .iter()
        .take(15)
        .fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
    number.to_string()
}

/// An item's key, for a person who looks for it.
fn named(item: &Item) -> String {
    let number = item.get("sk").and_then(|value| value.as_n().ok());
    let (pk, sk) = (
        string(item, "pk").unwrap_or_default(),
        number.map_or("", String::as_str),
    );
    format!("{pk} {sk}")
}

/// The error for an item that does not belong in the feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the attribute `{attribute}` of the item `{item}` of the feed is missing or invalid")]
struct Undecodable {
    item: String,
    attribute: &'static str,
}

impl From<Undecodable> for StoreError {
    fn from(error: Undecodable) -> Self {
        Self::Fault(error.into())
    }
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;

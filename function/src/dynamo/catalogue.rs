//! The catalogue table: one item per stream, and the index that lists streams.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};
use aws_smithy_types::Blob;
use event_store_types::{Stream, StreamType};

use super::item::Item;
use super::table::Table;
use super::translate;
use crate::feed::{Incarnation, Mark};
use crate::relay::catalogue::{BroughtForward, CatalogueWriter};
use crate::store::list::{Catalogue, ShardAnswer, ShardQuery};
use crate::store::position::Position;
use crate::store::shard::Shard;
use crate::store::{StoreError, StreamKey};

/// The index, with hash key `shard` and range key `position`.
const INDEX: &str = "byUpdate";

/// The attribute that names the feed containing the stream. It has 16 bytes, because every listing reads it
/// as well.
const FEED: &str = "feed";

/// The attribute with the revision up to which that feed contains the stream: the listed revision or a lower
/// one. It is separate, because a relay of an earlier version, for example after a rollback, advances the
/// listed revision and knows nothing of feeds.
const FED: &str = "fed";

/// How many items one request may read:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
const KEYS_A_CALL: usize = 100;

/// Marks the catalogue as the kind of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub enum Streams {}

/// The catalogue table.
pub type CatalogueTable = Table<Streams>;

impl Catalogue for CatalogueTable {
    async fn query(&self, stream_type: &StreamType, query: ShardQuery) -> Result<ShardAnswer, StoreError> {
        let bound = query.start.exclusive_bound();
        let condition = if bound.is_some() {
            "#shard = :shard AND #position > :bound"
        } else {
            "#shard = :shard"
        };
        let request = self
            .query_by(condition)
            .index_name(INDEX)
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_values(":shard", AttributeValue::S(query.shard.key(stream_type)))
            .set_limit(query.limit.try_into().ok());
        let request = match bound {
            Some(bound) => request
                .expression_attribute_names("#position", "position")
                .expression_attribute_values(":bound", AttributeValue::S(bound)),
            None => request,
        };
        let (items, next) = self.read(request).await?;
        let streams = items.iter().map(decode).collect::<Result<Vec<_>, _>>();
        let more_after = next.as_ref().map(position).transpose();
        Ok(ShardAnswer {
            shard: query.shard,
            streams: streams.map_err(|error| StoreError::Fault(error.into()))?,
            more_after: more_after.map_err(|error| StoreError::Fault(error.into()))?,
        })
    }
}

impl CatalogueWriter for CatalogueTable {
    async fn bring_forward(&self, stream: &Stream, feed: Incarnation) -> Result<BroughtForward, StoreError> {
        let position = Position::of(stream);
        let key = StreamKey {
            stream_type: stream.stream_type.clone(),
            stream_id: stream.stream_id,
        };
        let mark = Mark {
            incarnation: feed,
            revision: stream.revision,
        };
        let text = AttributeValue::S;
        let answer = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key("pk", text(key.to_string()))
            .update_expression(
                "SET #revision = :revision, #updatedAt = :updatedAt, #shard = :shard, #position = :position, \
                 #feed = :feed, #fed = :revision",
            )
            .condition_expression("attribute_not_exists(#pk) OR #revision < :revision")
            .expression_attribute_names("#pk", "pk")
            .expression_attribute_names("#revision", "revision")
            .expression_attribute_names("#updatedAt", "updatedAt")
            .expression_attribute_names("#shard", "shard")
            .expression_attribute_names("#position", "position")
            .expression_attribute_names("#feed", FEED)
            .expression_attribute_names("#fed", FED)
            .expression_attribute_values(":feed", bytes(feed))
            .expression_attribute_values(":revision", AttributeValue::N(stream.revision.to_string()))
            .expression_attribute_values(":updatedAt", text(stream.updated_at.to_string()))
            .expression_attribute_values(
                ":shard",
                text(Shard::of(&stream.stream_id).key(&stream.stream_type)),
            )
            .expression_attribute_values(":position", text(position.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                self.count_write(answer.consumed_capacity);
                Ok(BroughtForward::Updated)
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                    // A refused write is billed, but its answer does not say how much: an item of at most 1
                    // KB costs 1 unit.
                    self.meter.add_write(Some(1.0));
                    let there = refusal.item.as_ref().and_then(decode_mark);
                    let noted = there.and_then(|mark| mark.within(feed));
                    // The stream is listed already, but its feed was created or filled only now.
                    if noted < Some(stream.revision) {
                        self.mark(&key, mark).await?;
                    }
                    Ok(BroughtForward::AlreadyThere)
                }
                _ => Err(translate(error)),
            },
        }
    }

    async fn marks(&self, streams: &[StreamKey]) -> Result<Vec<(StreamKey, Mark)>, StoreError> {
        let mut marks = Vec::new();
        for streams in streams.chunks(KEYS_A_CALL) {
            let keys = streams
                .iter()
                .map(|stream| HashMap::from([("pk".to_owned(), AttributeValue::S(stream.to_string()))]));
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(keys.collect()))
                .projection_expression("pk, #feed, #fed")
                .expression_attribute_names("#feed", FEED)
                .expression_attribute_names("#fed", FED);
            let (items, left_out) = self.read_all(keys).await?;
            if !left_out.is_empty() {
                return Err(StoreError::Throttled("the answer left keys out".into()));
            }
            marks.extend(items.into_iter().filter_map(|item| {
                let stream = string(&item, "pk")?.parse().ok()?;
                Some((stream, decode_mark(&item)?))
            }));
        }
        Ok(marks)
    }
}

impl CatalogueTable {
    /// Notes up to which revision the feed contains a listed stream. Never lowers a mark of the same feed.
    async fn mark(&self, stream: &StreamKey, mark: Mark) -> Result<(), StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&*self.name)
            .key("pk", AttributeValue::S(stream.to_string()))
            .update_expression("SET #feed = :feed, #fed = :fed")
            .condition_expression("attribute_not_exists(#feed) OR #feed <> :feed OR #fed < :fed")
            .expression_attribute_names("#feed", FEED)
            .expression_attribute_names("#fed", FED)
            .expression_attribute_values(":feed", bytes(mark.incarnation))
            .expression_attribute_values(":fed", AttributeValue::N(mark.revision.to_string()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                self.count_write(answer.consumed_capacity);
                Ok(())
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                self.meter.add_write(Some(1.0));
                Ok(())
            }
            Err(error) => Err(translate(error)),
        }
    }
}

/// Reads up to which revision the feed contains an item's stream. An absent or unreadable mark proves
/// nothing.
fn decode_mark(item: &Item) -> Option<Mark> {
    Some(Mark {
        incarnation: Incarnation::from_bytes(item.get(FEED)?.as_b().ok()?.as_ref())?,
        revision: item.get(FED)?.as_n().ok()?.parse().ok()?,
    })
}

fn bytes(feed: Incarnation) -> AttributeValue {
    AttributeValue::B(Blob::new(feed.to_bytes()))
}

/// Decodes an item of the index as the stream that it lists.
///
/// A listing sorts by the stream's data and continues after the item's position: the two must agree.
pub(super) fn decode(item: &Item) -> Result<Stream, Undecodable> {
    let undecodable = |attribute| Undecodable { attribute };
    let key: StreamKey = string(item, "pk")
        .and_then(|pk| pk.parse().ok())
        .ok_or(undecodable("pk"))?;
    let revision = item
        .get("revision")
        .and_then(|value| value.as_n().ok()?.parse().ok())
        .ok_or(undecodable("revision"))?;
    let position = position(item)?;
    if position.stream_id != key.stream_id {
        return Err(undecodable("position"));
    }
    Ok(key.at(revision, position.updated_at))
}

fn position(item: &Item) -> Result<Position, Undecodable> {
    string(item, "position")
        .and_then(|text| text.parse().ok())
        .ok_or(Undecodable {
            attribute: "position",
        })
}

fn string<'item>(item: &'item Item, attribute: &str) -> Option<&'item str> {
    item.get(attribute)?.as_s().ok().map(String::as_str)
}

/// The error for an item that does not belong in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the attribute `{attribute}` of a catalogue item is missing or invalid")]
pub(super) struct Undecodable {
    pub(super) attribute: &'static str,
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;

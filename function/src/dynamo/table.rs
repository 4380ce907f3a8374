//! What the three tables share: a client, a name, a meter, and their requests.

use std::marker::PhantomData;
use std::sync::Arc;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::builders::KeysAndAttributesBuilder;
use aws_sdk_dynamodb::types::{
    ConsumedCapacity, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
};

use super::item::{self, Item};
use super::{Client, translate};
use crate::store::{Meter, StoreError};

/// A table, and the meter that counts its consumption. `Kind` names one of the three tables, and thereby
/// determines the possible requests.
#[derive(Clone, Debug)]
pub struct Table<Kind> {
    pub(super) client: Client,
    pub(super) name: Arc<str>,
    pub(super) meter: Meter,
    kind: PhantomData<Kind>,
}

impl<Kind> Table<Kind> {
    /// The table named `name`.
    pub fn new(client: Client, name: impl Into<Arc<str>>) -> Self {
        Self {
            client,
            name: name.into(),
            meter: Meter::default(),
            kind: PhantomData,
        }
    }

    /// The same table, with its consumption counted by `meter`.
    #[must_use]
    pub fn metered(&self, meter: Meter) -> Self {
        Self {
            client: self.client.clone(),
            name: self.name.clone(),
            meter,
            kind: PhantomData,
        }
    }

    /// A Query for the items that match `key_condition`.
    pub(super) fn query_by(&self, key_condition: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&*self.name)
            .key_condition_expression(key_condition)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// Sends `query`. Returns the items, and the key after which the result continues, if it does.
    pub(super) async fn read(
        &self,
        query: QueryFluentBuilder,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let answer = query.send().await.map_err(translate)?;
        self.count_read(answer.consumed_capacity);
        Ok((answer.items.unwrap_or_default(), answer.last_evaluated_key))
    }

    /// Reads the items of `keys`, at most 100. Returns them in any order, and the keys that the database left
    /// out because there was too much data.
    pub(super) async fn read_all(
        &self,
        keys: KeysAndAttributesBuilder,
    ) -> Result<(Vec<Item>, Vec<Item>), StoreError> {
        let keys = keys.build().map_err(|error| StoreError::Fault(error.into()))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&*self.name, keys)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(translate)?;
        self.count_read(answer.consumed_capacity.unwrap_or_default());
        let items = answer.responses.unwrap_or_default().into_values().flatten();
        let left_out = answer.unprocessed_keys.unwrap_or_default().into_values();
        Ok((items.collect(), left_out.flat_map(|table| table.keys).collect()))
    }

    /// Puts `item` on condition that no item has its key. Otherwise returns the existing item.
    ///
    /// This is the program's only put. IAM cannot forbid an unconditional put, which would overwrite an
    /// event.
    pub(super) async fn put_if_absent(&self, item: Item) -> Result<Option<Item>, StoreError> {
        let size = item::size(&item);
        let answer = self
            .client
            .put_item()
            .table_name(&*self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let error = match answer {
            Ok(answer) => {
                self.count_write(answer.consumed_capacity);
                return Ok(None);
            }
            Err(error) => error,
        };
        let Some(PutItemError::ConditionalCheckFailedException(refusal)) = error.as_service_error() else {
            return Err(translate(error));
        };
        let there = refusal.item.clone().ok_or(RefusedWithoutItem)?;
        // The put is billed like the larger of the two items, but the answer does not say so.
        let units = size.max(item::size(&there)).div_ceil(1024).max(1);
        self.meter
            .add_write(Some(u32::try_from(units).map_or(f64::MAX, f64::from)));
        Ok(Some(there))
    }

    /// Counts an answered read.
    pub(super) fn count_read(&self, consumed: impl IntoIterator<Item = ConsumedCapacity>) {
        self.meter.add_read(units(consumed));
    }

    /// Counts an answered write.
    pub(super) fn count_write(&self, consumed: impl IntoIterator<Item = ConsumedCapacity>) {
        self.meter.add_write(units(consumed));
    }
}

fn units(consumed: impl IntoIterator<Item = ConsumedCapacity>) -> Option<f64> {
    consumed.into_iter().map(|table| table.capacity_units).sum()
}

/// The error for a refused put whose answer lacks the existing item.
#[derive(Debug, thiserror::Error)]
#[error("a put was refused, but the answer lacks the existing item")]
struct RefusedWithoutItem;

impl From<RefusedWithoutItem> for StoreError {
    fn from(error: RefusedWithoutItem) -> Self {
        Self::Fault(error.into())
    }
}

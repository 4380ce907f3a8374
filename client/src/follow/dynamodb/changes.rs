//! What events change.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Update};

use super::table::Key;
use super::{NoKey, Table};

/// What events are written into: the view of their stream, and writes of items in other tables.
///
/// DynamoDB takes one write of an item a transaction. Of several [`put`](Self::put)s and [`delete`](Self::delete)s of one
/// item the last one counts, which is the same, and [`add`](Self::add)s of one item are summed; where an [`update`](Self::update)
/// meets an earlier write, or an `add` another one, the events are committed one after the other instead of together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes<View = ()> {
    /// What the events of the stream are folded into. Its default for a stream that has no checkpoint.
    pub view: View,
    writes: Vec<(Key, Write)>,
    /// What is added to numbers of items: written at the end.
    sums: Vec<(Key, BTreeMap<String, i128>)>,
    has_met: bool,
}

/// A write of an item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Write {
    /// The item becomes this, whatever it was.
    Put {
        /// The name of the table.
        table: String,
        /// The item, its key included.
        item: HashMap<String, AttributeValue>,
    },
    /// The item is changed, or made.
    Update(Update),
    /// The item is gone.
    Delete {
        /// The name of the table.
        table: String,
        /// Its key.
        key: HashMap<String, AttributeValue>,
    },
}

impl<View> Changes<View> {
    /// Nothing is changed yet.
    pub(super) fn of(view: View) -> Self {
        Self {
            view,
            writes: Vec::new(),
            sums: Vec::new(),
            has_met: false,
        }
    }

    /// Writes an item, over the one that may be there.
    ///
    /// # Errors
    /// When the item lacks the table's key.
    pub fn put(
        &mut self,
        table: &Table,
        item: impl IntoIterator<Item = (String, AttributeValue)>,
    ) -> Result<(), NoKey> {
        let item: HashMap<_, _> = item.into_iter().collect();
        let key = table.key_of(&item)?;
        let table = table.name().to_owned();
        self.replace(key, Write::Put { table, item });
        Ok(())
    }

    /// Changes the item at `key` by an expression, which `describe` adds with its names and values. An item that is not
    /// there is made.
    ///
    /// # Errors
    /// When `key` lacks the table's key, or `describe` adds no expression.
    pub fn update(
        &mut self,
        table: &Table,
        key: impl IntoIterator<Item = (String, AttributeValue)>,
        describe: impl FnOnce(UpdateBuilder) -> UpdateBuilder,
    ) -> Result<(), NoKey> {
        let key = table.key_of(&key.into_iter().collect())?;
        let update = Update::builder()
            .table_name(table.name())
            .set_key(Some(key.attributes.clone()));
        let update = describe(update).build().map_err(|_| NoKey {
            table: key.table.clone(),
            attribute: "update expression".into(),
        })?;
        self.has_met |= self.is_written(&key) || self.is_summed(&key);
        self.writes.push((key, Write::Update(update)));
        Ok(())
    }

    /// Adds `number`, which may be negative, to the number `attribute` of the item at `key`; one that is not there counts as 0.
    ///
    /// What is added to one item in one commit is summed, so that many events that count are one write.
    ///
    /// # Errors
    /// When `key` lacks the table's key.
    pub fn add(
        &mut self,
        table: &Table,
        key: impl IntoIterator<Item = (String, AttributeValue)>,
        attribute: &str,
        number: impl Into<i128>,
    ) -> Result<(), NoKey> {
        let key = table.key_of(&key.into_iter().collect())?;
        self.has_met |= self.is_written(&key);
        let index = self.sums.iter().position(|(summed, _)| *summed == key);
        let index = index.unwrap_or_else(|| {
            self.sums.push((key, BTreeMap::new()));
            self.sums.len() - 1
        });
        let sum = self.sums[index].1.entry(attribute.to_owned()).or_default();
        *sum = sum.saturating_add(number.into());
        Ok(())
    }

    /// Removes the item at `key`, if it is there.
    ///
    /// # Errors
    /// When `key` lacks the table's key.
    pub fn delete(
        &mut self,
        table: &Table,
        key: impl IntoIterator<Item = (String, AttributeValue)>,
    ) -> Result<(), NoKey> {
        let key = table.key_of(&key.into_iter().collect())?;
        let (table, attributes) = (table.name().to_owned(), key.attributes.clone());
        self.replace(
            key,
            Write::Delete {
                table,
                key: attributes,
            },
        );
        Ok(())
    }

    /// The writes, for a test of a projection to look at.
    pub fn writes(&self) -> Vec<Write> {
        let writes = self.writes.iter().map(|(_, write)| write.clone());
        writes.chain(self.sums.iter().filter_map(summed)).collect()
    }

    /// Whether an item is written twice, which no transaction takes.
    pub(super) fn has_met(&self) -> bool {
        self.has_met
    }

    pub(super) fn into_parts(self) -> (View, Vec<Write>) {
        let sums = self.sums.iter().filter_map(summed);
        let writes = self.writes.into_iter().map(|(_, write)| write).chain(sums);
        (self.view, writes.collect())
    }

    fn is_written(&self, key: &Key) -> bool {
        self.writes.iter().any(|(written, _)| written == key)
    }

    fn is_summed(&self, key: &Key) -> bool {
        self.sums.iter().any(|(summed, _)| summed == key)
    }

    /// What an item becomes as a whole does not depend on what was done to it before.
    fn replace(&mut self, key: Key, write: Write) {
        self.writes.retain(|(written, _)| *written != key);
        self.sums.retain(|(summed, _)| *summed != key);
        self.writes.push((key, write));
    }
}

/// The sums of one item as one update; `None` when there are none.
fn summed((key, sums): &(Key, BTreeMap<String, i128>)) -> Option<Write> {
    let mut update = Update::builder()
        .table_name(&key.table)
        .set_key(Some(key.attributes.clone()));
    let mut terms = Vec::new();
    for (index, (attribute, sum)) in sums.iter().enumerate() {
        terms.push(format!("#n{index} :n{index}"));
        update = update
            .expression_attribute_names(format!("#n{index}"), attribute)
            .expression_attribute_values(format!(":n{index}"), AttributeValue::N(sum.to_string()));
    }
    // Building fails only without a key, a table or an expression, and all are here.
    let update = update
        .update_expression(format!("ADD {}", terms.join(", ")))
        .build();
    update.ok().map(Write::Update)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> AttributeValue {
        AttributeValue::S(value.to_owned())
    }

    fn item(id: &str, colour: &str) -> [(String, AttributeValue); 2] {
        [("id".to_owned(), text(id)), ("colour".to_owned(), text(colour))]
    }

    fn key(id: &str) -> [(String, AttributeValue); 1] {
        [("id".to_owned(), text(id))]
    }

    fn adding(update: UpdateBuilder) -> UpdateBuilder {
        update
            .update_expression("ADD n :one")
            .expression_attribute_values(":one", AttributeValue::N("1".into()))
    }

    #[test]
    fn of_puts_and_deletes_of_one_item_the_last_counts() {
        let table = Table::new("things", "id");
        let mut changes: Changes = Changes::default();
        changes.put(&table, item("a", "red")).unwrap();
        changes.put(&table, item("b", "red")).unwrap();
        changes.put(&table, item("a", "blue")).unwrap();
        changes.delete(&table, key("b")).unwrap();
        let [Write::Put { item, .. }, Write::Delete { key, .. }] = &changes.writes()[..] else {
            panic!("{changes:?}")
        };
        assert_eq!((&item["colour"], &key["id"]), (&text("blue"), &text("b")));
        assert!(!changes.has_met());
    }

    #[test]
    fn an_update_meets_whatever_was_written_before_it() {
        let table = Table::new("things", "id");
        for put_first in [true, false] {
            let mut changes: Changes = Changes::default();
            if put_first {
                changes.put(&table, item("a", "red")).unwrap();
            } else {
                changes.update(&table, key("a"), adding).unwrap();
            }
            changes.update(&table, key("b"), adding).unwrap();
            assert!(!changes.has_met());
            changes.update(&table, key("a"), adding).unwrap();
            assert!(changes.has_met());
        }
    }

    #[test]
    fn what_is_added_to_one_item_is_one_write() {
        let table = Table::new("things", "id");
        let mut changes: Changes = Changes::default();
        for number in [1, 2, -5] {
            changes.add(&table, key("a"), "n", number).unwrap();
        }
        changes.add(&table, key("a"), "name", 1).unwrap();
        changes.add(&table, key("b"), "n", 7).unwrap();
        let [Write::Update(first), Write::Update(second)] = &changes.writes()[..] else {
            panic!("{changes:?}")
        };
        assert_eq!(first.update_expression(), "ADD #n0 :n0, #n1 :n1");
        let values = |update: &Update| update.expression_attribute_values().unwrap()[":n0"].clone();
        assert_eq!(values(first), AttributeValue::N("-2".into()));
        assert_eq!(values(second), AttributeValue::N("7".into()));
        assert!(!changes.has_met());

        // What an item becomes as a whole does not depend on what was added to it; what is added to that is another commit.
        changes.put(&table, item("a", "red")).unwrap();
        assert_eq!((changes.writes().len(), changes.has_met()), (2, false));
        changes.add(&table, key("a"), "n", 1).unwrap();
        assert!(changes.has_met());
        let mut changes: Changes = Changes::default();
        changes.add(&table, key("a"), "n", 1).unwrap();
        changes.update(&table, key("a"), adding).unwrap();
        assert!(changes.has_met());
    }

    #[test]
    fn the_same_key_in_another_table_or_with_another_sort_key_is_another_item() {
        let mut changes: Changes = Changes::default();
        changes
            .update(&Table::new("things", "id"), key("a"), adding)
            .unwrap();
        changes
            .update(&Table::new("others", "id"), key("a"), adding)
            .unwrap();
        let sorted = Table::new("things", "id").sort_key("colour");
        changes.update(&sorted, item("a", "red"), adding).unwrap();
        changes.update(&sorted, item("a", "blue"), adding).unwrap();
        assert!(!changes.has_met());
    }

    #[test]
    fn what_lacks_its_key_is_refused() {
        let table = Table::new("things", "id").sort_key("size");
        let mut changes: Changes = Changes::default();
        let error = changes.put(&table, item("a", "red")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a write to the table `things` lacks its `size`"
        );
        let error = changes.update(&table, key("a"), adding).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a write to the table `things` lacks its `size`"
        );
        let error = changes.delete(&table, key("a")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a write to the table `things` lacks its `size`"
        );
        let error = changes.update(&Table::new("things", "id"), key("a"), |update| update);
        assert_eq!(
            error.unwrap_err().to_string(),
            "a write to the table `things` lacks its `update expression`"
        );
        assert!(changes.writes().is_empty());
    }
}

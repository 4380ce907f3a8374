//! A table, as far as a projection needs to know it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::NoKey;

/// A table: its name, and the attributes of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    name: String,
    partition_key: String,
    sort_key: Option<String>,
}

impl Table {
    /// A table whose key is one attribute.
    pub fn new(name: impl Into<String>, partition_key: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            partition_key: partition_key.into(),
            sort_key: None,
        }
    }

    /// The same, with a sort key.
    #[must_use]
    pub fn sort_key(mut self, attribute: impl Into<String>) -> Self {
        self.sort_key = Some(attribute.into());
        self
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key of an item that the library keeps here: `text`, and `sort` where there is a sort key.
    pub(crate) fn text_key(&self, text: impl Into<String>, sort: &str) -> HashMap<String, AttributeValue> {
        let text = AttributeValue::S(text.into());
        let mut key = HashMap::from([(self.partition_key.clone(), text)]);
        if let Some(sort_key) = &self.sort_key {
            key.insert(sort_key.clone(), AttributeValue::S(sort.into()));
        }
        key
    }

    /// The key of `item`, which may hold more.
    pub(super) fn key_of(&self, item: &HashMap<String, AttributeValue>) -> Result<Key, NoKey> {
        let attributes = [Some(&self.partition_key), self.sort_key.as_ref()];
        let attributes = attributes.into_iter().flatten().map(|name| {
            let value = item.get(name).ok_or_else(|| NoKey {
                table: self.name.clone(),
                attribute: name.clone(),
            });
            Ok((name.clone(), value?.clone()))
        });
        Ok(Key {
            table: self.name.clone(),
            attributes: attributes.collect::<Result<_, _>>()?,
        })
    }
}

/// An item's place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) table: String,
    pub(super) attributes: HashMap<String, AttributeValue>,
}

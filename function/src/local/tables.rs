//! The tables, as the template has them.

use dynoxide::{Database, DynoxideError};
use serde_json::Value;

use crate::dynamo;

/// The names of the tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableNames {
    pub(super) events: String,
    pub(super) catalogue: String,
    pub(super) feed: String,
}

impl TableNames {
    /// Makes what is missing of the tables.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) fn made_in(database: &Database) -> Result<Self, DynoxideError> {
        let definitions: Value = serde_json::from_str(dynamo::TABLES).map_err(|error| invalid(&error))?;
        Ok(Self {
            events: make(database, &definitions["EventsTable"])?,
            catalogue: make(database, &definitions["CatalogueTable"])?,
            feed: make(database, &definitions["FeedTable"])?,
        })
    }
}

fn make(database: &Database, definition: &Value) -> Result<String, DynoxideError> {
    let name = definition["TableName"].as_str().unwrap_or_default();
    if database.get_table_metadata(name)?.is_none() {
        let request = serde_json::from_value(definition.clone()).map_err(|error| invalid(&error))?;
        database.create_table(request)?;
    }
    Ok(name.to_owned())
}

fn invalid(error: &serde_json::Error) -> DynoxideError {
    DynoxideError::SerializationException(error.to_string())
}

//! What can go wrong between the store and its database.

use std::error::Error;

/// A failed request to the database. It may or may not have taken effect.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database throttles, even after the client's retries.
    #[error("the database throttles")]
    Throttled(#[source] Box<dyn Error + Send + Sync>),
    /// The database cannot be reached, fails, or does not answer in time.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The request or its answer is invalid: a retry does not help.
    #[error("the database refused the request or gave an invalid answer")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

//! What can go wrong between the store and its database.

use std::error::Error;

/// A request to the database that was not answered. Which of its effects happened is unknown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database throttles, even after the client's retries.
    #[error("the database throttles")]
    Throttled(#[source] Box<dyn Error + Send + Sync>),
    /// The database cannot be reached, fails, or does not answer in time.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The request or its answer is not what it should be: trying again does not help.
    #[error("the database refuses the request or gives an answer that makes no sense")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

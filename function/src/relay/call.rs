//! PURE: what a failed call of the topic or the failure queue means to the relay.

use std::error::Error;

/// A call that failed. Whether it had an effect is unknown.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The service throttles, fails, or was not reached in time.
    #[error("the service did not answer")]
    Transient(#[source] Box<dyn Error + Send + Sync>),
    /// The service refuses the call: the same call will fail again.
    #[error("the service refuses the call")]
    Permanent(#[source] Box<dyn Error + Send + Sync>),
}

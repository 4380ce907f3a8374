//! PURE: what a failed call to the topic or the failure queue means to the relay.

use std::error::Error;

/// A failed call. It may or may not have had an effect.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The service throttles, fails, or was not reached in time.
    #[error("the service did not answer")]
    Transient(#[source] Box<dyn Error + Send + Sync>),
    /// The service refused the call: the same call will fail again.
    #[error("the service refuses the call")]
    Permanent(#[source] Box<dyn Error + Send + Sync>),
}

//! Calls of functions.

use super::CallError;

/// What a function answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoked {
    /// The answer, or what Lambda says of the failure.
    pub payload: String,
    /// Whether the function failed.
    pub failed: bool,
}

/// Lambda, calling a function.
pub trait Invocations {
    /// Calls a function by the name or ARN of it or of an alias, and waits for the answer: a minute and more.
    async fn invoke(&self, function: &str, payload: &str) -> Result<Invoked, CallError>;
}

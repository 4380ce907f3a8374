//! Who is calling.

use super::CallError;

/// The owner of the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account, twelve digits.
    pub account: String,
    /// The ARN of the user or of the assumed role.
    pub arn: String,
}

/// STS.
pub trait Identity {
    /// Asks AWS whose credentials these are.
    async fn caller(&self) -> Result<Caller, CallError>;
}

//! Why a client could not be made.

use http::header::InvalidHeaderValue;

use super::address::InvalidBaseUrl;
use crate::BoxError;

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The base URL cannot be one.
    #[error(transparent)]
    BaseUrl(#[from] InvalidBaseUrl),
    /// The name of the application holds a character that no header can carry.
    #[error("the name `{}` of the application cannot stand in a header", application.escape_debug())]
    UserAgent {
        /// The name.
        application: String,
        /// Why not.
        source: InvalidHeaderValue,
    },
    /// The transport cannot be set up, such as for want of TLS roots.
    #[error("the HTTP transport cannot be set up")]
    Transport(#[source] BoxError),
}

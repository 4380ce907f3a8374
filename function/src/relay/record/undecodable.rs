//! PURE: why a record cannot be decoded.

/// Why a record cannot be decoded. No variant quotes an image, because that may contain a payload.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// It does not have the form of a record.
    #[error("the record does not have the form of a change, at line {line}, column {column}")]
    Form {
        /// The line of its JSON, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The name is none of the three that DynamoDB uses.
    #[error("the record's event name `{name}` is unknown")]
    UnknownName { name: String },
    /// The stream does not contain new images.
    #[error("the record has no new image")]
    NoImage,
    /// The new image is not an item.
    #[error("the record's new image is not an item")]
    NoItem,
    /// An attribute is missing, invalid, or contradicts the others.
    #[error("the attribute `{attribute}` of the record's image is invalid")]
    Inconsistent { attribute: &'static str },
}

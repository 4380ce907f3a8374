//! PURE: why a record cannot be decoded.

/// Why a record cannot be decoded. None of it quotes an image, for that may hold a payload.
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
    /// It is neither of the three that DynamoDB knows.
    #[error("the record's event name `{name}` is unknown")]
    UnknownName { name: String },
    /// The stream does not carry new images.
    #[error("the record has no new image")]
    NoImage,
    /// The new image is something else than an item.
    #[error("the record's new image is not an item")]
    NoItem,
    /// An attribute is missing, or contradicts the others or itself.
    #[error("the attribute `{attribute}` of the record's image is not what it should be")]
    Inconsistent { attribute: &'static str },
}

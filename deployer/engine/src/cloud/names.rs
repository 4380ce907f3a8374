//! Names that are taken, and by whom.

use std::fmt::{self, Display, Formatter};

use crate::stack::NamedResource;

use super::CallError;

/// What CloudFormation says of the stack that a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// It is part of the stack of this name.
    Stack(String),
    /// It was part of the stack of this name, which is deleted and has left it behind.
    Deleted(String),
    /// It is part of none, and was part of none in the last 90 days.
    Nobody,
    /// Whoever asks may not know.
    Unknown,
}

impl Owner {
    /// The stack that it is part of.
    pub fn stack(&self) -> Option<&str> {
        match self {
            Self::Stack(name) => Some(name),
            Self::Deleted(_) | Self::Nobody | Self::Unknown => None,
        }
    }
}

impl Display for Owner {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stack(name) => write!(formatter, "part of stack `{name}`"),
            Self::Deleted(name) => write!(formatter, "left by stack `{name}`, which is deleted"),
            Self::Nobody => formatter.write_str("in no stack"),
            Self::Unknown => formatter.write_str("of a stack that may not be looked up, or of none"),
        }
    }
}

/// Whatever in AWS has a name.
pub trait Names {
    /// What CloudFormation calls the resource of a name: its name, ARN or URL; `None` when there is none.
    async fn physical_id(&self, resource: &NamedResource, account: &str)
    -> Result<Option<String>, CallError>;

    /// The stack that a resource belongs to, by what CloudFormation calls the resource.
    async fn owner(&self, physical_id: &str) -> Result<Owner, CallError>;
}

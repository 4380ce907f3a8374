//! Names that a template gives, and that something else has already.

use std::fmt::{self, Display, Formatter};

use futures::future::join_all;

use crate::cloud::{CallError, Cloud, Owner};
use crate::stack::NamedResource;

/// A name that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What the template gives the name.
    pub resource: NamedResource,
    /// What CloudFormation calls that which has it: a topic's ARN, a queue's URL, otherwise the name.
    pub id: String,
    /// Whose that is which has it.
    pub owner: Owner,
}

impl Display for Taken {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.resource, self.owner)
    }
}

/// Looks up, all at once, which names are taken; what cannot be looked up is an error in its place.
pub(super) async fn taken<C: Cloud>(
    cloud: &C,
    account: &str,
    names: impl IntoIterator<Item = &NamedResource>,
) -> Vec<Result<Taken, CallError>> {
    let found = names.into_iter().map(async |resource| {
        let Some(id) = cloud.physical_id(resource, account).await? else {
            return Ok(None);
        };
        Ok(Some(Taken {
            resource: resource.clone(),
            owner: cloud.owner(&id).await?,
            id,
        }))
    });
    let found = join_all(found).await.into_iter();
    found.filter_map(Result::transpose).collect()
}

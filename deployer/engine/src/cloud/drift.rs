//! What CloudFormation finds to differ from a stack's template.

use crate::stack::ResourceDrift;

use super::{CallError, Page};

/// How far a search for drift has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriftSearch {
    /// It goes on.
    Running,
    /// It is over; some resources may not have been looked at, and why is in AWS's words.
    Over {
        /// Why the search is not complete, if it is not.
        incomplete: Option<String>,
    },
}

/// CloudFormation's drift detection.
pub trait DriftDetection {
    /// Begins to search a stack for drift, and answers the search's id.
    async fn search_for_drift(&self, stack: &str) -> Result<String, CallError>;

    /// How far a search has come.
    async fn drift_search(&self, id: &str) -> Result<DriftSearch, CallError>;

    /// A page of the resources that the last search found to be changed or gone.
    async fn drifted_resources(
        &self,
        stack: &str,
        page: Option<&str>,
    ) -> Result<Page<ResourceDrift>, CallError>;
}

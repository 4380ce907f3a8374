//! Why a rebuild did not come to its end.

use super::super::ProjectError;
use super::{Position, RebuildTally};
use crate::notification::BoxError;

/// Why a rebuild did not come to its end. [Resumed](super::Rebuild::resume) at its position, or begun anew, it goes on
/// from the checkpoints that are there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotRebuilt {
    /// The store did not list its streams.
    #[error("the streams cannot be listed")]
    #[non_exhaustive]
    NotListed {
        /// Where the rebuild stands.
        position: Position,
        /// Why.
        source: BoxError,
    },
    /// Some streams are not in the read model as far as they go. All others were tried, unless there were too many of
    /// these.
    #[error("{} of {} streams are not in the read model", failures.len(), tally.streams)]
    #[non_exhaustive]
    StreamsFailed {
        /// Each of them.
        failures: Vec<ProjectError>,
        /// Where to go on to try these again.
        position: Position,
        /// What was done.
        tally: RebuildTally,
    },
}

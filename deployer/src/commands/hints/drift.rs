//! PURE: remedies for a failed drift detection.

use cfn_deploy::DriftError;

use super::Hints;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn drift(&self, error: DriftError) -> CommandError {
        let hints = match &error {
            DriftError::Call(call) => self.call(call),
            DriftError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            DriftError::Busy { .. } => vec!["try again when it is done".to_owned()],
            DriftError::Interrupted => vec!["nothing was changed".to_owned()],
        };
        CommandError::new(error.kind().into(), error).hints(hints)
    }
}

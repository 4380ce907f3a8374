//! PURE: remedies for a stack that could not be described.

use cfn_deploy::DescribeError;

use super::Hints;
use crate::commands::error::{CommandError, ErrorKind};

impl Hints<'_> {
    pub(in crate::commands) fn describe(&self, error: DescribeError) -> CommandError {
        let hints = match &error {
            DescribeError::Call(call) => self.call(call),
            DescribeError::NoStack { .. } | DescribeError::Empty { .. } => {
                vec![format!("`{}` makes it", self.command("up"))]
            }
        };
        CommandError::new(ErrorKind::Failed, error).hints(hints)
    }
}

//! PURE: remedies for logs that could not be read.

use cfn_deploy::LogsError;

use super::Hints;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn logs(&self, error: LogsError) -> CommandError {
        let kind = error.kind().into();
        let hints = match &error {
            LogsError::Call(call) => self.call(call),
            LogsError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            LogsError::NoFunctions { .. } => vec![self.console()],
            LogsError::Interrupted => Vec::new(),
        };
        CommandError::new(kind, error).hints(hints)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;

    #[test]
    fn a_missing_stack_is_told_with_what_makes_it() {
        let stack = "orders".to_owned();
        insta::assert_snapshot!(explained(|explain| explain.logs(LogsError::NoStack { stack })), @"
        1: there is no stack `orders`
        - `deployer up --env staging` makes it
        ");
    }
}

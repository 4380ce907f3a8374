//! PURE: remedies for wrong or missing credentials.

use cfn_deploy::AccountError;

use super::Hints;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn account(&self, error: AccountError) -> CommandError {
        let kind = error.kind().into();
        let hints = match &error {
            AccountError::Call(call) => self.call(call),
            AccountError::WrongAccount { caller, .. } => vec![format!(
                "these are the credentials of `{caller}`: choose others with `AWS_PROFILE`, or another environment with `--env`"
            )],
        };
        CommandError::new(kind, error).hints(hints)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{call, explained};
    use super::*;
    use cfn_deploy::cloud::CallErrorKind;

    #[test]
    fn the_wrong_account_is_refused_by_a_guard() {
        let error = AccountError::WrongAccount {
            expected: "123456789012".to_owned(),
            actual: "210987654321".to_owned(),
            caller: "arn:aws:iam::210987654321:user/ada".to_owned(),
        };
        insta::assert_snapshot!(explained(|explain| explain.account(error)), @"
        4: the credentials are of account `210987654321`, the environment is in `123456789012`
        - these are the credentials of `arn:aws:iam::210987654321:user/ada`: choose others with `AWS_PROFILE`, or another environment with `--env`
        ");
    }

    #[test]
    fn missing_credentials_are_a_failure_with_a_remedy() {
        let error = AccountError::Call(call(CallErrorKind::NoCredentials));
        insta::assert_snapshot!(explained(|explain| explain.account(error)), @"
        1: `sts:GetCallerIdentity` failed: no credentials found
        - sign in with `aws login` or `aws sso login`, or choose other credentials with `AWS_PROFILE`
        ");
    }
}

//! PURE: remedies for a failed push of code.

use cfn_deploy::{PushError, Stopped};

use super::Hints;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn push(&self, error: PushError) -> CommandError {
        let kind = error.kind().into();
        let hints = match error {
            PushError::Bucket(error) => return self.deploy(*error),
            PushError::Protected { .. } => vec![format!("deploy it with `{}`", self.command("up"))],
            PushError::Unfinished { ref run, .. } => vec![format!(
                "unless it is still at work, `{}` finishes it",
                self.finishes(run)
            )],
            PushError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            PushError::NotReachable { .. } => vec![format!(
                "`{}` brings the stack to what the template says",
                self.command("up")
            )],
            PushError::Stopped(Stopped::Interrupted { .. }) => vec![format!(
                "functions that were told already run the new code; `{}` puts it right",
                self.command("up")
            )],
            PushError::Stopped(ref stopped) => self.after(stopped, "push", "describe"),
            PushError::NoAlias { .. } => vec![
                format!("`{}` deploys it", self.command("up")),
                "with an `AWS::Lambda::Version` and an `AWS::Lambda::Alias` in the template it could be pushed, and be led back"
                    .to_owned(),
            ],
        };
        CommandError::new(kind, error).hints(hints)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;

    #[test]
    fn what_is_not_pushed_says_why() {
        let stack = || "orders".to_owned();
        let errors = [
            PushError::Protected { stack: stack() },
            PushError::NoStack { stack: stack() },
            PushError::NotReachable {
                stack: stack(),
                function: "Api".to_owned(),
            },
            PushError::NoAlias {
                functions: vec!["Jobs".to_owned(), "Web".to_owned()],
            },
        ];
        let told = errors.map(|error| explained(|explain| explain.push(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        4: stack `orders` is protected: its code is changed by a deployment alone
        - deploy it with `deployer up --env staging`
        1: there is no stack `orders`
        - `deployer up --env staging` makes it
        1: stack `orders` has no function `Api` that is reached through its alias
        - `deployer up --env staging` brings the stack to what the template says
        64: no alias leads to `Jobs`, `Web`, and only what one leads to can be pushed
        - `deployer up --env staging` deploys it
        - with an `AWS::Lambda::Version` and an `AWS::Lambda::Alias` in the template it could be pushed, and be led back
        ");
    }
}

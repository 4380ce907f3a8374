//! PURE: what can be done where the listing was not made complete.

use super::Explain;
use crate::commands::error::CommandError;
use crate::engine::ReconcileError;

impl Explain<'_> {
    pub(in crate::commands) fn reconcile(&self, error: ReconcileError) -> CommandError {
        let kind = error.kind().into();
        let hints = match &error {
            ReconcileError::Call(call) => self.call(call),
            ReconcileError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            ReconcileError::NotDeployed { .. } => {
                vec![format!(
                    "`{}` brings the stack to the template",
                    self.command("up")
                )]
            }
            ReconcileError::FunctionFailed { .. } | ReconcileError::Stuck { .. } => vec![
                format!("the function's log says more: `{}`", self.command("logs")),
                "it is safe to run again: what was done stays done".to_owned(),
            ],
            ReconcileError::Unintelligible { .. } => {
                vec!["`Metadata.Deployer.Reconcile` in the template names another function, or its code is too old".to_owned()]
            }
            ReconcileError::Interrupted => {
                vec!["it is safe to run again: what was done stays done".to_owned()]
            }
        };
        CommandError::new(kind, error).hints(hints)
    }

    /// What remains to be done by hand.
    pub(in crate::commands) fn reconcile_later(&self) -> String {
        format!("make it complete with `{}`", self.command("reconcile"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;

    #[test]
    fn a_failure_of_the_function_is_told_in_its_words_with_where_to_look() {
        let function = || "orders-relay:live".to_owned();
        let told = [
            ReconcileError::FunctionFailed {
                function: function(),
                message: "Task timed out after 60.00 seconds".to_owned(),
            },
            ReconcileError::Stuck {
                function: function(),
                failure: "the catalogue is throttled".to_owned(),
            },
            ReconcileError::Unintelligible { function: function() },
            ReconcileError::NotDeployed {
                stack: "orders".to_owned(),
                logical_id: "RelayAlias".to_owned(),
            },
        ]
        .map(|error| explained(|explain| explain.reconcile(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        1: `orders-relay:live` failed: Task timed out after 60.00 seconds
        - the function's log says more: `deployer logs --env staging`
        - it is safe to run again: what was done stays done
        1: `orders-relay:live` comes no further: the catalogue is throttled
        - the function's log says more: `deployer logs --env staging`
        - it is safe to run again: what was done stays done
        1: `orders-relay:live` does not answer as a function that reconciles does
        - `Metadata.Deployer.Reconcile` in the template names another function, or its code is too old
        1: stack `orders` has no `RelayAlias`, which the template says reconciles
        - `deployer up --env staging` brings the stack to the template
        ");
    }
}

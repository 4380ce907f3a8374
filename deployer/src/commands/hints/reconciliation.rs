//! PURE: remedies for a failed completion of the listing and the feed.

use cfn_deploy::ReconcileError;

use super::Hints;
use crate::commands::error::CommandError;

/// The deployment succeeded, but the listing may lack streams, and the feed may lack events.
#[derive(Debug, thiserror::Error)]
#[error(
    "the deployment of stack `{stack}` stands, but its listing may lack streams, and its feed events: {reason}"
)]
struct Incomplete {
    stack: String,
    reason: String,
}

impl Hints<'_> {
    pub(in crate::commands) fn reconcile(&self, error: ReconcileError) -> CommandError {
        let kind = error.kind().into();
        let hints = match &error {
            ReconcileError::Call(call) => self.call(call),
            ReconcileError::Unready(unready) => self.unready(unready),
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

    /// The failure of a deployment that succeeded, but whose listing and feed could not be completed.
    pub(in crate::commands) fn incomplete(&self, stack: &str, error: &CommandError) -> CommandError {
        let incomplete = Incomplete {
            stack: stack.to_owned(),
            reason: error.source.to_string(),
        };
        CommandError::new(error.kind, incomplete)
            .hints(error.hints.iter().cloned())
            .hint(format!("make it complete with `{}`", self.command("reconcile")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;

    #[test]
    fn a_deployment_whose_listing_is_not_complete_stands_all_the_same() {
        let told = explained(|explain| {
            let stuck = ReconcileError::Stuck {
                function: "orders-relay:live".to_owned(),
                failure: "the catalogue is throttled".to_owned(),
            };
            explain.incomplete("orders", &explain.reconcile(stuck))
        });
        insta::assert_snapshot!(told, @"
        1: the deployment of stack `orders` stands, but its listing may lack streams, and its feed events: `orders-relay:live` comes no further: the catalogue is throttled
        - the function's log says more: `deployer logs --env staging`
        - it is safe to run again: what was done stays done
        - make it complete with `deployer reconcile --env staging`
        ");
    }

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

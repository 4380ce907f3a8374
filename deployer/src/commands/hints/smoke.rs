//! PURE: where to look when a smoke test fails.

use cfn_deploy::{SmokeError, SmokeStep};

use super::Hints;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn smoke(&self, error: SmokeError) -> CommandError {
        let hints = match &error {
            SmokeError::Call(call) => self.call(call),
            SmokeError::Unready(unready) => self.unready(unready),
            SmokeError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            SmokeError::NoOutput { .. } => vec![self.instead_of_smoke()],
            SmokeError::Interrupted => vec!["the queue that listened is removed".to_owned()],
            SmokeError::LetsAnybodyIn { .. } => {
                vec!["look at `AuthType` of the function URL, and at the permissions on its alias".to_owned()]
            }
            SmokeError::Failed { step, .. } => vec![self.where_to_look(*step)],
            SmokeError::NotSeen { step, .. } => vec![
                format!(
                    "AWS may be late with it: try again with `{}`",
                    self.command("smoke --timeout 300")
                ),
                self.where_to_look(*step),
            ],
            SmokeError::Unreachable(_) => Vec::new(),
        };
        CommandError::new(error.kind().into(), error).hints(hints)
    }

    /// The remedy for a stack that is not a store.
    pub(in crate::commands) fn instead_of_smoke(&self) -> String {
        format!(
            "event stores alone are tried so; `{}` tells how this stack does",
            self.command("describe")
        )
    }

    /// What performs a step, and where it logs.
    fn where_to_look(&self, step: SmokeStep) -> String {
        match step {
            SmokeStep::List => format!(
                "the relay lists: its log, `{}`, tells whether it may; `{}` completes the listing and the feed",
                self.command("logs"),
                self.command("reconcile")
            ),
            SmokeStep::Announce => format!(
                "the relay announces: `{}` tells whether it reads the table's stream, its log whether it may publish",
                self.command("describe")
            ),
            SmokeStep::Subscribe | SmokeStep::RefuseUnsigned | SmokeStep::Append | SmokeStep::Read => {
                format!(
                    "the API's log tells more; `{}` tells which version of it is live",
                    self.command("describe")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;

    #[test]
    fn a_smoke_test_that_fails_says_where_to_look() {
        let announce = SmokeError::NotSeen {
            step: SmokeStep::Announce,
            timeout: std::time::Duration::from_mins(1),
            source: None,
        };
        let list = SmokeError::NotSeen {
            step: SmokeStep::List,
            timeout: std::time::Duration::from_mins(1),
            source: None,
        };
        let append = SmokeError::Failed {
            step: SmokeStep::Append,
            source: "503 Service Unavailable".into(),
        };
        let lets_in = SmokeError::LetsAnybodyIn { status: 200 };
        let told = [announce, list, append, lets_in].map(|error| explained(|explain| explain.smoke(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        1: the smoke test has not seen `announce` within 60 seconds
        - AWS may be late with it: try again with `deployer smoke --timeout 300 --env staging`
        - the relay announces: `deployer describe --env staging` tells whether it reads the table's stream, its log whether it may publish
        1: the smoke test has not seen `list` within 60 seconds
        - AWS may be late with it: try again with `deployer smoke --timeout 300 --env staging`
        - the relay lists: its log, `deployer logs --env staging`, tells whether it may; `deployer reconcile --env staging` completes the listing and the feed
        1: the smoke test failed at `append`
        - the API's log tells more; `deployer describe --env staging` tells which version of it is live
        1: the smoke test failed at `refuse-unsigned`: a call without a signature was answered with 200, not with 403
        - look at `AuthType` of the function URL, and at the permissions on its alias
        ");
    }
}

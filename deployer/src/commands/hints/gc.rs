//! PURE: remedies for a failed deletion of artifacts.

use cfn_deploy::{GcError, LedgerError};

use super::Hints;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn gc(&self, error: GcError) -> CommandError {
        let kind = error.kind().into();
        let hints = match &error {
            GcError::Call(call)
            | GcError::Unproven {
                source: LedgerError::Call(call),
                ..
            }
            | GcError::NotDeleted { source: call, .. } => self.call(call),
            GcError::Unproven { .. } => vec!["tidy up with the latest deployer that is in use".to_owned()],
            GcError::Unsettled { .. } => vec!["try again when it is settled".to_owned()],
            GcError::Declined => vec!["nothing was deleted".to_owned()],
            GcError::NeedsApproval => {
                vec!["nothing was deleted; give the approval with `--yes`".to_owned()]
            }
            GcError::Interrupted { .. } => Vec::new(),
        };
        CommandError::new(kind, error).hints(hints)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{call, explained};
    use super::*;
    use cfn_deploy::cloud::CallErrorKind;
    use cfn_deploy::stack::StackStatus;

    #[test]
    fn what_is_not_deleted_says_why() {
        let denied = || {
            call(CallErrorKind::AccessDenied {
                message: "no".to_owned(),
            })
        };
        let errors = [
            GcError::Unproven {
                what: "the list of stacks".to_owned(),
                source: denied().into(),
            },
            GcError::Unsettled {
                stack: "orders".to_owned(),
                status: StackStatus::UpdateInProgress,
            },
            GcError::NeedsApproval,
            GcError::NotDeleted {
                key: "code/api.zip".to_owned(),
                deleted: 2,
                source: denied(),
            },
        ];
        let told = errors.map(|error| explained(|explain| explain.gc(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        1: nothing was deleted: it is not known what refers to artifacts without the list of stacks
        - the credentials lack this permission
        4: nothing was deleted: stack `orders` is `UPDATE_IN_PROGRESS`, and may return to a template that cannot be read now
        - try again when it is settled
        3: the deletion needs approval
        - nothing was deleted; give the approval with `--yes`
        1: `code/api.zip` could not be deleted, after 2 others were
        - the credentials lack this permission
        ");
    }
}

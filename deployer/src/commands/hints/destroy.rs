//! PURE: remedies for a failed deletion of a stack.

use cfn_deploy::shell;
use cfn_deploy::{DestroyError, Stopped};

use super::Hints;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn destroy(&self, error: DestroyError) -> CommandError {
        let kind = error.kind().into();
        if let DestroyError::Stopped(Stopped::Failed {
            cause: Some(cause),
            status,
            ..
        }) = &error
        {
            return self.failed((**cause).clone(), status, &error);
        }
        let hints = match &error {
            DestroyError::Stopped(stopped) => self.after(stopped, "deletion", "describe"),
            DestroyError::Protected { .. } => vec![format!(
                "set `protected: false` in `{}` and run `{}`, if it really has to go",
                self.environment.file,
                self.command("up")
            )],
            DestroyError::Leftovers { .. } => {
                vec![format!(
                    "run `{}` again, or delete them by hand",
                    self.command("down")
                )]
            }
            DestroyError::Declined { .. } | DestroyError::NoMatch { .. } => {
                vec!["nothing was changed".to_owned()]
            }
            DestroyError::NeedsApproval { stack, purges: true } => {
                vec![format!(
                    "nothing was changed; give the approval with `--purge --confirm {}`",
                    shell::quoted(stack)
                )]
            }
            DestroyError::NeedsApproval { purges: false, .. } => {
                vec!["nothing was changed; give the approval with `--yes`".to_owned()]
            }
            DestroyError::OwnedElsewhere { .. } => Vec::new(),
        };
        CommandError::new(kind, error).hints(hints)
    }
}

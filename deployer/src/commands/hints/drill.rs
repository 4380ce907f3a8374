//! PURE: what can be done where a drill was not begun, or did not go well.

use cfn_deploy::{DrillError, LeftBehind, StepError};

use super::Hints;
use crate::commands::error::{CommandError, ErrorKind};

impl Hints<'_> {
    pub(in crate::commands) fn drill(&self, error: DrillError) -> CommandError {
        let kind: ErrorKind = error.kind().into();
        if let DrillError::Failed { cause, left, .. } = &error {
            let hints = self.step(cause);
            let after = self.after_failure(left.as_deref());
            return CommandError::new(kind, error).hints(hints).hints(after);
        }
        let hints = match &error {
            DrillError::Call(call) => self.call(call),
            DrillError::Unready(unready) => self.unready(unready),
            DrillError::NoStack { .. } | DrillError::NoTable { .. } => {
                vec![format!("`{}` makes it", self.command("up"))]
            }
            DrillError::NoRelease { .. } => vec![format!("`{}` records one", self.command("up"))],
            DrillError::NoRecovery { .. } => vec![format!(
                "set `protected: true` in `{}` and run `{}`: from then on the events can be restored",
                self.environment.file,
                self.command("up")
            )],
            DrillError::Declined { .. } | DrillError::Interrupted => vec!["nothing was made".to_owned()],
            DrillError::NeedsApproval { .. } => {
                vec!["nothing was made; give the approval with `--yes`".to_owned()]
            }
            DrillError::OutOfReach { .. } => {
                vec!["leave out `--at` for the latest moment that it can be restored as of".to_owned()]
            }
            DrillError::NotTakenDown(_) => self.after_it_is_left(),
            DrillError::Ledger(_)
            | DrillError::Blueprint(_)
            | DrillError::NoLog
            | DrillError::TableOfAnother { .. }
            | DrillError::Failed { .. } => Vec::new(),
        };
        CommandError::new(kind, error).hints(hints)
    }

    fn step(&self, cause: &StepError) -> Vec<String> {
        match cause {
            StepError::Call(call) => self.call(call),
            StepError::Unready(unready) if !cause.is_interrupted() => self.unready(unready),
            StepError::NotWhole(_) => {
                vec![
                    "the same may be wrong with the environment's own store: `event-store verify` tells"
                        .to_owned(),
                ]
            }
            _ => Vec::new(),
        }
    }

    fn after_failure(&self, left: Option<&LeftBehind>) -> Vec<String> {
        match left {
            None => vec!["all that the drill had made is gone again".to_owned()],
            Some(left) => {
                let mut told = vec![format!("{left}: {}", left.source)];
                told.extend(self.after_it_is_left());
                told
            }
        }
    }

    fn after_it_is_left(&self) -> Vec<String> {
        vec![format!(
            "`{}` removes what is left, before it drills again",
            self.command("drill")
        )]
    }
}

#[cfg(test)]
mod tests {
    use cfn_deploy::{DrillStep, ErrorKind, Verified};

    use super::super::tests::explained;
    use super::*;

    fn failed(left: Option<Box<LeftBehind>>) -> DrillError {
        DrillError::Failed {
            step: DrillStep::Verify,
            cause: Box::new(StepError::NotWhole(Verified {
                wrong: 1,
                examples: vec!["order/1: ends at revision 1, and 2 was listed or in the feed".to_owned()],
                ..Verified::default()
            })),
            left,
        }
    }

    fn left() -> LeftBehind {
        LeftBehind {
            stack: "orders-drill".to_owned(),
            table: "orders-drill-events".to_owned(),
            source: "AWS is away".into(),
        }
    }

    #[test]
    fn a_drill_that_is_refused_names_the_remedy() {
        let told = [
            DrillError::NoRecovery {
                table: "orders-events".to_owned(),
            },
            DrillError::NoRelease {
                stack: "orders".to_owned(),
            },
            DrillError::NeedsApproval {
                stack: "orders".to_owned(),
            },
        ]
        .map(|error| explained(|explain| explain.drill(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        4: table `orders-events` has no point-in-time recovery
        - set `protected: true` in `environments/staging.yaml` and run `deployer up --env staging`: from then on the events can be restored
        1: stack `orders` has no recorded release, which would tell the code that a restored log is read with
        - `deployer up --env staging` records one
        3: the drill of stack `orders` needs approval
        - nothing was made; give the approval with `--yes`
        ");
    }

    #[test]
    fn a_drill_that_fails_says_what_is_left() {
        let told = [
            failed(None),
            failed(Some(Box::new(left()))),
            DrillError::NotTakenDown(Box::new(left())),
        ]
        .map(|error| explained(|explain| explain.drill(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        1: the drill failed at `verify`
        - the same may be wrong with the environment's own store: `event-store verify` tells
        - all that the drill had made is gone again
        1: the drill failed at `verify`
        - the same may be wrong with the environment's own store: `event-store verify` tells
        - stack `orders-drill` or table `orders-drill-events` is left: AWS is away
        - `deployer drill --env staging` removes what is left, before it drills again
        1: the log was restored and verified, and could not be taken down
        - `deployer drill --env staging` removes what is left, before it drills again
        ");
    }

    #[test]
    fn an_interrupted_step_is_an_interruption() {
        let error = DrillError::Failed {
            step: DrillStep::Restore,
            cause: Box::new(StepError::Interrupted),
            left: None,
        };
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        let told = explained(|explain| explain.drill(error));
        insta::assert_snapshot!(told, @"
        130: the drill failed at `restore`
        - all that the drill had made is gone again
        ");
    }
}

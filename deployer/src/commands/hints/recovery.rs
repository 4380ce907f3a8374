//! PURE: remedies for a failed recovery.

use cfn_deploy::stack::{Move, situation};
use cfn_deploy::{RecoverError, Stopped};

use super::Hints;
use super::acceptance::guarded;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn recover(&self, error: RecoverError) -> CommandError {
        let kind = error.kind().into();
        let hints = match &error {
            RecoverError::Stopped(Stopped::Failed {
                cause: Some(cause),
                status,
                ..
            }) => return self.failed((**cause).clone(), status, &error),
            RecoverError::Stopped(stopped) => self.after(stopped, "recovery", "events"),
            RecoverError::NoStack { .. } => vec![format!("`{}` makes it", self.command("up"))],
            RecoverError::NotPossible { possible, status, .. } if possible.is_empty() => {
                vec![situation(status).meaning.to_owned()]
            }
            RecoverError::NotPossible { possible, .. } => vec![format!("there are {}", named(possible))],
            RecoverError::NothingNamed { way } => vec![format!("name them: `--{way} RESOURCE`")],
            RecoverError::NeedsChoice { possible, .. } => vec![format!(
                "nothing was changed; choose a move with `--move NAME`: {}",
                named(possible)
            )],
            RecoverError::Declined { .. } => vec!["nothing was changed".to_owned()],
            RecoverError::NoMove { .. } => vec![self.console()],
            RecoverError::Protected { .. } => vec![format!(
                "set `protected: false` in `{}`, if it really has to go",
                self.environment.file
            )],
            RecoverError::Guarded { objections, .. } => guarded(objections),
        };
        CommandError::new(kind, error).hints(hints)
    }
}

fn named(moves: &[Move]) -> String {
    let names = moves.iter().map(|way| format!("`{way}`"));
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;
    use cfn_deploy::stack::StackStatus;
    use cfn_deploy::stack::guard::{Danger, Objection};

    fn recovery(error: RecoverError) -> String {
        explained(|explain| explain.recover(error))
    }

    #[test]
    fn without_a_choice_the_flag_that_makes_it_is_named() {
        let error = RecoverError::NeedsChoice {
            stack: "orders".to_owned(),
            status: StackStatus::UpdateRollbackFailed,
            possible: vec![Move::Continue, Move::Skip],
        };
        insta::assert_snapshot!(recovery(error), @"
        3: stack `orders` is `UPDATE_ROLLBACK_FAILED`, and no move is chosen
        - nothing was changed; choose a move with `--move NAME`: `continue`, `skip`
        ");
    }

    #[test]
    fn a_move_that_the_state_does_not_allow_is_told_with_those_that_it_does() {
        let not_possible = |status: StackStatus| {
            let moves = situation(&status).moves.iter();
            recovery(RecoverError::NotPossible {
                stack: "orders".to_owned(),
                possible: moves.map(|possible| possible.way).collect(),
                status,
                way: Move::Force,
            })
        };
        let told = [
            not_possible(StackStatus::UpdateFailed),
            not_possible(StackStatus::from("NEW")),
        ];
        insta::assert_snapshot!(told.join("\n"), @"
        64: `force` is no move out of `UPDATE_FAILED`
        - there are `rollback`, `delete`
        64: `force` is no move out of `NEW`
        - AWS has added this state since this program was made: any move would be a guess
        ");
    }

    #[test]
    fn a_move_that_would_lose_the_events_is_accepted_by_name() {
        let error = RecoverError::Guarded {
            stack: "orders".to_owned(),
            objections: vec![Objection {
                logical_id: "EventsTable".to_owned(),
                danger: Danger::LogRemoved,
                path: None,
            }],
        };
        insta::assert_snapshot!(recovery(error), @"
        4: the move is refused, because stack `orders` would take the events with it: remove:EventsTable
        - `EventsTable`: the store loses its events; the table itself stays only if its policy keeps it
        - nothing was changed; if this is meant, accept it by name: `--accept remove:EventsTable`
        ");
    }

    #[test]
    fn a_protected_stack_is_not_deleted() {
        let error = RecoverError::Protected {
            stack: "orders".to_owned(),
        };
        insta::assert_snapshot!(recovery(error), @"
        4: stack `orders` is protected, and the move would delete it
        - set `protected: false` in `environments/staging.yaml`, if it really has to go
        ");
    }
}

//! PURE: remedies for a failed rollback to an earlier release.

use cfn_deploy::RollbackError;

use super::Hints;
use crate::commands::error::CommandError;

impl Hints<'_> {
    pub(in crate::commands) fn rollback(&self, error: RollbackError) -> CommandError {
        let kind = error.kind().into();
        let history = self.command("history");
        let hint = match error {
            RollbackError::Ledger(error) => return self.ledger(error),
            RollbackError::Deploy(error) => return self.deploy(error),
            RollbackError::NoChoice { .. } => format!("`{history}` lists the releases"),
            RollbackError::NothingThere { .. } => format!("`{}` makes it", self.command("up")),
            RollbackError::NoEarlierRelease { .. } => {
                format!("`{history}` lists the releases; one is recorded at each `up` that changes something")
            }
            RollbackError::Gone { .. } | RollbackError::Altered { .. } => {
                format!("nothing was changed; choose another release with `--to`: `{history}` lists them")
            }
        };
        CommandError::new(kind, error).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;
    use cfn_deploy::stack::ReleaseId;
    use cfn_deploy::stack::release::NoChoice;

    #[test]
    fn a_release_that_cannot_be_returned_to_says_what_is_gone() {
        let release: ReleaseId = "20270115T080000.000Z".parse().unwrap();
        let errors = [
            RollbackError::NothingThere {
                stack: "orders".to_owned(),
            },
            RollbackError::NoEarlierRelease {
                stack: "orders".to_owned(),
            },
            RollbackError::Gone {
                release: release.clone(),
                bucket: "artifacts".to_owned(),
                keys: vec!["templates/orders/t1.json".to_owned(), "code/api.zip".to_owned()],
            },
            RollbackError::Altered {
                release,
                key: "templates/orders/t1.json".to_owned(),
            },
            RollbackError::NoChoice {
                stack: "orders".to_owned(),
                choice: NoChoice::Unknown("2028".to_owned()),
            },
        ];
        let told = errors.map(|error| explained(|explain| explain.rollback(error)));
        insta::assert_snapshot!(told.join("\n"), @"
        1: there is no stack `orders`, and no release of it
        - `deployer up --env staging` makes it
        1: stack `orders` has no release before the one that is deployed
        - `deployer history --env staging` lists the releases; one is recorded at each `up` that changes something
        1: release `20270115T080000.000Z` cannot be deployed again: gone from bucket `artifacts` are `templates/orders/t1.json`, `code/api.zip`
        - nothing was changed; choose another release with `--to`: `deployer history --env staging` lists them
        1: release `20270115T080000.000Z` cannot be deployed again: `templates/orders/t1.json` is not what was stored there
        - nothing was changed; choose another release with `--to`: `deployer history --env staging` lists them
        64: stack `orders`: no release is called `2028`
        - `deployer history --env staging` lists the releases
        ");
    }
}

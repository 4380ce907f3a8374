//! PURE: changes that are refused unless the user accepts them by name: their cost, and the flags that accept them.

use cfn_deploy::shell;
use cfn_deploy::stack::guard::{Danger, Objection, Refusal};
use cfn_deploy::stack::widening::{Widening, acceptances};

/// The cost of each refused change, and how to accept it.
pub(super) fn guarded(objections: &[Objection]) -> Vec<String> {
    let refusals = Refusal::of(objections);
    let costs = refusals.iter().flat_map(|refusal| {
        let dangers = refusal.dangers.iter();
        dangers.map(|(danger, paths)| {
            let paths = paths.iter().map(|path| path.trim_start_matches("Properties."));
            let paths = paths.collect::<Vec<_>>().join(", ");
            let space = if paths.is_empty() { "" } else { " " };
            format!("`{}`{space}{paths}: {}", refusal.logical_id, danger.consequence())
        })
    });
    let flags: Vec<String> = refusals
        .iter()
        .map(|refusal| format!("--accept {}", shell::quoted(&refusal.acceptance)))
        .collect();
    let replaces_a_table = objections
        .iter()
        .any(|objection| matches!(objection.danger, Danger::LogReplaced | Danger::LogReshaped));
    costs
        .chain(replaces_a_table.then(|| {
            "CloudFormation makes no table anew under the same name: with the acceptance, a table that has a `TableName` needs another".to_owned()
        }))
        .chain([format!("nothing was changed; if this is meant, accept it by name: `{}`", flags.join(" "))])
        .collect()
}

/// How to approve widened permissions.
pub(super) fn widened(widenings: &[Widening]) -> Vec<String> {
    let flags: Vec<String> = acceptances(widenings)
        .into_iter()
        .map(|acceptance| format!("--accept {}", shell::quoted(&acceptance)))
        .collect();
    vec![format!(
        "nothing was changed; if this is meant, approve it by name: `{}`",
        flags.join(" ")
    )]
}

#[cfg(test)]
mod tests {
    use super::super::tests::explained;
    use super::*;
    use cfn_deploy::DeployError;
    use cfn_deploy::stack::widening::{Effect, Grant};

    #[test]
    fn a_widening_is_told_with_the_flag_that_approves_it() {
        let widenings = vec![Widening {
            logical_id: "ApiUrl".to_owned(),
            grant: Grant {
                principal: "everybody".to_owned(),
                action: "call without a signature".to_owned(),
                resource: "!Ref ApiFunction".to_owned(),
                condition: None,
                effect: Effect::Allow,
            },
        }];
        let error = DeployError::WideningNeedsApproval {
            stack: "orders".to_owned(),
            widenings,
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        3: the changes to stack `orders` widen permissions and need approval of their own
        - nothing was changed; if this is meant, approve it by name: `--accept widen:ApiUrl`
        ");
    }

    #[test]
    fn a_refused_change_says_what_it_would_cost_and_how_it_is_accepted() {
        let objection = |logical_id: &str, danger, path: Option<&str>| Objection {
            logical_id: logical_id.to_owned(),
            danger,
            path: path.map(str::to_owned),
        };
        let error = DeployError::Guarded {
            stack: "orders".to_owned(),
            objections: vec![
                objection("EventsTable", Danger::LogReshaped, Some("Properties.KeySchema")),
                objection("RelayMapping", Danger::MappingRemoved, None),
            ],
        };
        insta::assert_snapshot!(explained(|explain| explain.deploy(error)), @"
        4: the changes to stack `orders` are refused: they would cost events, notifications or an address
        - `EventsTable` KeySchema: DynamoDB cannot change this of a table: it is made anew, and empty
        - `RelayMapping`: updates are neither listed nor announced; after 24 hours the stream has forgotten them
        - CloudFormation makes no table anew under the same name: with the acceptance, a table that has a `TableName` needs another
        - nothing was changed; if this is meant, accept it by name: `--accept replace:EventsTable --accept remove:RelayMapping`
        ");
    }
}

//! How far the narrow policies reach: those for comparing, and those of previews.

use super::*;

#[test]
fn who_compares_changes_nothing_but_the_change_sets_of_diff() {
    let staging = environment("staging", "");
    let policy = diff(&staging, &both(&staging).0);
    let changing: Vec<(&str, &str)> = policy
        .statements()
        .iter()
        .flat_map(|statement| {
            statement
                .actions
                .iter()
                .map(|action| (statement.sid.as_str(), action.as_str()))
        })
        .filter(|(_, action)| {
            !["Describe", "Get", "List"]
                .iter()
                .any(|verb| action.contains(&format!(":{verb}")))
        })
        .collect();
    assert_eq!(
        changing,
        [
            ("AskByChangeSet", "cloudformation:CreateChangeSet"),
            ("AskByChangeSet", "cloudformation:DeleteChangeSet"),
        ]
    );
    let asking = policy
        .statements()
        .iter()
        .find(|statement| statement.sid == "AskByChangeSet")
        .unwrap();
    assert_eq!(
        asking.condition.as_ref().unwrap()["StringLike"]["cloudformation:ChangeSetName"],
        "deployer-diff-*"
    );
}

#[test]
fn previews_reach_no_stack_but_their_own_and_not_the_bucket_itself() {
    let policy = previews();
    let of_staging = |arn: &&String| arn.contains("event-store-staging") || arn.contains("/staging");
    let resources: Vec<&String> = policy
        .statements()
        .iter()
        .flat_map(|statement| &statement.resources)
        .collect();
    for arn in resources.iter().copied().filter(of_staging) {
        assert!(arn.contains("staging-pr-*"), "{arn}");
    }
    for arn in &resources {
        assert!(
            !arn.contains("pr-0") && !arn.contains("stack/event-store-artifacts"),
            "{arn}"
        );
    }
    assert!(
        !policy
            .statements()
            .iter()
            .any(|statement| statement.actions.contains("s3:PutBucketPolicy"))
    );
    for bad in ["", "Pr-", "-pr", "*", "pr_", "a-prefix-of-21-letters"] {
        assert!(
            matches!(bad.parse::<Instances>(), Err(NameError::Instance(text)) if text == bad),
            "{bad}"
        );
    }
    let refused = "pr-"
        .parse::<Instances>()
        .unwrap()
        .example(&environment("production", ""));
    assert!(matches!(refused, Err(InstancesError::Protected)));
}

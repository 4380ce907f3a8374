//! PURE: what whoever drills the restoring of an environment's log has to be allowed.

use cfn_template::{Rendered, Resource};

use super::{Names, Policy, Statement, UnknownTypes, ci};
use crate::environment::Environment;

/// What restores a log, and looks before whether that can be done.
const SOURCE: [&str; 3] = [
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:RestoreTableToPointInTime",
];

/// What DynamoDB asks on the new table of whoever restores into it:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html>.
const TARGET: [&str; 7] = [
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
];

/// The policy of whoever runs `drill`: all on the drill's own names, as [`ci()`] has it for an instance, and of the environment itself nothing
/// but to look at its stack and releases and to restore from its log.
///
/// # Errors
/// A resource has a type that is not known.
pub fn drill(
    environment: &Environment,
    rendered: &Rendered,
    (beside, rendered_beside): (&Environment, &Rendered),
    bucket: (&str, &Rendered),
) -> Result<Policy, UnknownTypes> {
    let names = Names::of(environment);
    let stack = environment.stack.as_str();
    let releases = format!("{}/releases/{stack}/*", environment.artifact_bucket());
    let is_log = |resource: &&Resource| {
        resource.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] == true
    };
    let resources = rendered.resources().iter();
    let logs: Vec<&str> = resources
        .filter(is_log)
        .map(|log| log.logical_id.as_str())
        .collect();
    let source = Policy::of([
        Statement::new("RestoreFrom", SOURCE, tables(environment, rendered, &logs)),
        Statement::new("RestoreInto", TARGET, tables(beside, rendered_beside, &logs)),
        Statement::new(
            "DrilledStack",
            ["cloudformation:DescribeStacks"],
            [names.stack(stack)],
        ),
        Statement::new("DrilledReleases", ["s3:GetObject"], [names.bucket(&releases)]),
    ]);
    Ok(ci(beside, rendered_beside, bucket)?.and(source))
}

/// The ARNs of the tables with these names in the template.
fn tables(environment: &Environment, rendered: &Rendered, logical_ids: &[&str]) -> Vec<String> {
    let names = Names::of(environment);
    let resources = rendered.resources().iter();
    resources
        .filter(|resource| logical_ids.contains(&resource.logical_id.as_str()))
        .map(|table| {
            let name = names.name(environment.stack.as_str(), table);
            names.arn("dynamodb", &format!("table/{name}"))
        })
        .collect()
}

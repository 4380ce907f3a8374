//! What CloudFormation would refuse, most of it minutes later.

use crate::cloud::Cloud;
use crate::stack::Blueprint;
use crate::{DeployError, Deployment, Session};

/// CloudFormation takes this many tags
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html)).
const MOST_TAGS: usize = 50;
/// CloudFormation takes a template of this size through S3.
const LONGEST_TEMPLATE: usize = 1_000_000;

/// Refuses what can be seen to be refused without asking AWS.
pub(super) fn check(deployment: &Deployment) -> Result<(), DeployError> {
    if deployment.tags.len() > MOST_TAGS {
        return Err(DeployError::TooManyTags {
            count: deployment.tags.len(),
        });
    }
    if deployment.template.text().len() > LONGEST_TEMPLATE {
        return Err(DeployError::TemplateTooLong {
            bytes: deployment.template.text().len(),
        });
    }
    let given = |key: &str| deployment.artifacts.iter().any(|artifact| artifact.key == key);
    let missing = deployment
        .template
        .blueprint()
        .functions
        .iter()
        .filter_map(|function| function.code_key(&deployment.bucket.name))
        .find(|key| !given(key));
    missing.map_or(Ok(()), |key| {
        Err(DeployError::MissingArtifact { key: key.to_owned() })
    })
}

/// The roles that are to call: an unknown one would fail the creation of its permission minutes later.
pub(crate) async fn check_callers<C: Cloud>(
    session: &Session<'_, C>,
    blueprint: &Blueprint,
) -> Result<(), DeployError> {
    let mut unknown = Vec::new();
    for caller in &blueprint.callers {
        let Some(role) = role_of_account(caller, session.account()) else {
            continue;
        };
        if session.cloud.role_arn(role).await?.is_none() {
            unknown.push(caller.clone());
        }
    }
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(DeployError::UnknownCallers { roles: unknown })
    }
}

/// The name of a role in this account; other accounts' roles cannot be looked up from here.
fn role_of_account<'a>(caller: &'a str, account: &str) -> Option<&'a str> {
    let (prefix, path) = caller.split_once(":role/")?;
    (prefix.rsplit(':').next() == Some(account)).then(|| path.rsplit('/').next().unwrap_or(path))
}

//! Whether each alias leads to the version that the stack published, and bringing it back if it does not.

use std::collections::BTreeMap;

use crate::cloud::{CallError, Cloud};
use crate::stack::{
    Blueprint, DeployedStack, Difference, LiveCode, LiveFunction, StackResource, traffic_difference,
    version_number,
};

use super::{DeployError, Deployment, Event, Session};

/// What Lambda calls the code that is published next.
const UNPUBLISHED: &str = "$LATEST";

/// The stack's resources by their name in the template.
pub(super) type Resources = BTreeMap<String, StackResource>;

/// Reads all resources of a stack.
pub(super) async fn resources<C: Cloud>(cloud: &C, stack: &str) -> Result<Resources, CallError> {
    let mut resources = Resources::new();
    let mut next: Option<String> = None;
    loop {
        let page = cloud.stack_resources(stack, next.as_deref()).await?;
        resources.extend(
            page.items
                .into_iter()
                .map(|resource| (resource.logical_id.clone(), resource)),
        );
        next = page.next;
        if next.is_none() {
            return Ok(resources);
        }
    }
}

/// The resources of a type.
pub(super) fn of_type<'a>(
    resources: &'a Resources,
    resource_type: &'static str,
) -> impl Iterator<Item = &'a StackResource> {
    resources
        .values()
        .filter(move |resource| resource.resource_type == resource_type)
}

/// Compares what each alias leads to with what the stack published and with the artifacts: one call a function.
pub(super) async fn differences<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    resources: &Resources,
) -> Result<Vec<Difference>, CallError> {
    let mut differences = Vec::new();
    for function in &blueprint.functions {
        let missing = || Difference::Missing {
            function_id: function.function_id.clone(),
        };
        let (Some(deployed), Some(version)) = (
            resources.get(&function.function_id),
            resources.get(&function.version_id),
        ) else {
            differences.push(missing());
            continue;
        };
        let configuration = session
            .cloud
            .function_configuration(&deployed.physical_id, &function.alias)
            .await?;
        let Some(configuration) = configuration else {
            differences.push(missing());
            continue;
        };
        let live = LiveCode {
            version: configuration.version,
            code_sha256: configuration.code_sha256,
        };
        let wanted = code_of(deployment, function);
        differences.extend(traffic_difference(&function.function_id, version, wanted, &live));
    }
    Ok(differences)
}

/// A function that somebody has pushed code to: its alias leads elsewhere than to the version that the stack published, or what would be
/// published next is not the artifact.
#[derive(Debug)]
pub(super) struct PushedTo {
    function: LiveFunction,
    /// Its name in AWS.
    name: String,
    /// The version that the stack published.
    own: String,
    /// The version that is live; `$LATEST`, where nothing was published.
    live: String,
    /// Whether the deployment brings other code anyway.
    is_outdone: bool,
}

impl PushedTo {
    /// The function's name in the template.
    pub(super) fn function_id(&self) -> &str {
        &self.function.function_id
    }
}

/// Finds the functions that code was pushed to. Where the deployment leaves the code as it was, CloudFormation sets none, and publishes what it
/// finds. Two calls a function; one where the deployment brings other code.
pub(super) async fn pushed_to<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    stack: &DeployedStack,
    (had, wanted): (&Blueprint, &Blueprint),
) -> Result<Vec<PushedTo>, CallError> {
    let bucket = &deployment.bucket.name;
    let resources = resources(session.cloud, &stack.id).await?;
    let mut pushed_to = Vec::new();
    for function in &wanted.functions {
        let mut known = had.functions.iter();
        let known = known.find(|known| known.function_id == function.function_id);
        let (Some(known), Some(code)) = (known, code_of(deployment, function)) else {
            continue;
        };
        let (Some(deployed), Some(version)) = (
            resources.get(&function.function_id),
            resources.get(&known.version_id),
        ) else {
            continue;
        };
        let is_outdone = known.code_key(bucket) != function.code_key(bucket);
        let own = version_number(version);
        let configuration = async |qualifier| {
            session
                .cloud
                .function_configuration(&deployed.physical_id, qualifier)
                .await
        };
        let live = configuration(&known.alias).await?;
        let latest = if is_outdone {
            None
        } else {
            configuration(UNPUBLISHED).await?
        };
        let found = match (live, latest) {
            // What was pushed becomes the stack's own.
            (Some(live), _) if is_outdone && live.code_sha256 == code => continue,
            (Some(live), _) if live.version != own => live.version,
            (_, Some(latest)) if latest.code_sha256 != code => latest.version,
            _ => continue,
        };
        pushed_to.push(PushedTo {
            function: function.clone(),
            name: deployed.physical_id.clone(),
            own: own.to_owned(),
            live: found,
            is_outdone,
        });
    }
    Ok(pushed_to)
}

/// Brings functions back that code was pushed to, unless other code comes anyway.
pub(super) async fn take_back<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    pushed_to: Vec<PushedTo>,
) -> Result<(), CallError> {
    for PushedTo {
        function,
        name,
        own,
        live,
        ..
    } in pushed_to.into_iter().filter(|pushed| !pushed.is_outdone)
    {
        bring_back(session, deployment, &function, &name, &own).await?;
        session.tell(Event::TrafficReturned {
            function: function.function_id,
            from: live,
            to: own,
        });
    }
    Ok(())
}

/// Brings every alias back to the version that the stack published, and the unpublished code with it.
///
/// # Errors
/// The stack's own version holds other code than the artifact, or an alias was deleted: CloudFormation sees neither, and
/// nothing that could be done here would mend it.
pub(super) async fn settle<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
    blueprint: &Blueprint,
    stack: &DeployedStack,
) -> Result<(), DeployError> {
    let resources = resources(session.cloud, &stack.id).await?;
    for difference in differences(session, deployment, blueprint, &resources).await? {
        match difference {
            Difference::Traffic {
                function_id,
                own,
                live,
            } => {
                let Some(deployed) = resources.get(&function_id) else {
                    continue;
                };
                for function in blueprint
                    .functions
                    .iter()
                    .filter(|function| function.function_id == function_id)
                {
                    bring_back(session, deployment, function, &deployed.physical_id, &own).await?;
                }
                session.tell(Event::TrafficReturned {
                    function: function_id,
                    from: live,
                    to: own,
                });
            }
            difference => unmendable(&difference).map_or(Ok(()), Err)?,
        }
    }
    Ok(())
}

/// Why a difference cannot be mended by a deployment of the same template, if it cannot.
pub(super) fn unmendable(difference: &Difference) -> Option<DeployError> {
    match difference.clone() {
        Difference::Code {
            function_id,
            wanted,
            live,
        } => Some(DeployError::LiveCodeDiffers {
            function: function_id,
            wanted,
            live,
            before: None,
        }),
        Difference::Missing { function_id } => Some(DeployError::NotReachable {
            function: function_id,
        }),
        Difference::Template
        | Difference::Tags
        | Difference::TerminationProtection
        | Difference::Traffic { .. } => None,
    }
}

async fn bring_back<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    function: &LiveFunction,
    name: &str,
    version: &str,
) -> Result<(), CallError> {
    if let Some(key) = function.code_key(&deployment.bucket.name) {
        session
            .cloud
            .update_code(name, &deployment.bucket.name, key)
            .await?;
    }
    session.cloud.point_alias(name, &function.alias, version).await
}

fn code_of<'a>(deployment: &'a Deployment, function: &LiveFunction) -> Option<&'a str> {
    let key = function.code_key(&deployment.bucket.name)?;
    let artifact = deployment.artifacts.iter().find(|artifact| artifact.key == key)?;
    Some(&artifact.code_sha256)
}

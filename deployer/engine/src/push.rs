//! New code behind a stack's functions, past CloudFormation.

use serde::Serialize;

use crate::cloud::{CallError, Cloud};
use crate::stack::{Blueprint, CodeObject, LiveFunction, Unfinished, version_number};

use super::find::{Found, find_for_update};
use super::{
    CodeArtifact, DeployError, Deployment, ErrorKind, Event, Session, Stopped, artifacts, journal, traffic,
};

/// What a push did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pushed {
    /// The functions that run other code now.
    pub functions: Vec<PushedFunction>,
    /// The functions that ran this code already, by their names in the template.
    pub unchanged: Vec<String>,
    /// Whether every function runs the version that the stack published: nothing is left that the stack does not know of.
    pub as_deployed: bool,
}

/// A function that runs other code now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PushedFunction {
    /// Its name in the template.
    pub function: String,
    /// The version that was live.
    pub from: String,
    /// The version that is live.
    pub to: String,
}

/// Why code was not pushed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// What stops any operation has stopped this one.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The artifact bucket could not be made ready.
    #[error(transparent)]
    Bucket(Box<DeployError>),
    /// What runs in a protected environment is what a release says.
    #[error("stack `{stack}` is protected: its code is changed by a deployment alone")]
    Protected { stack: String },
    /// A run has begun to change the stack and has not come to its end: what it publishes would be taken for what is pushed.
    #[error("stack `{stack}` is not at rest: a run on it has not come to its end")]
    Unfinished { stack: String, run: Unfinished },
    /// There is no stack.
    #[error("there is no stack `{stack}`")]
    NoStack { stack: String },
    /// The stack has no such function, or nothing that its alias leads to.
    #[error("stack `{stack}` has no function `{function}` that is reached through its alias")]
    NotReachable {
        stack: String,
        /// The function's name in the template.
        function: String,
    },
    /// What is to be pushed is reached without an alias, which alone leads from one version to another.
    #[error("no alias leads to {}, and only what one leads to can be pushed", functions.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", "))]
    NoAlias {
        /// The functions' names in the template.
        functions: Vec<String>,
    },
}

impl PushError {
    /// What the error means to the caller of the program.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Stopped(stopped) => stopped.kind(),
            Self::Bucket(error) => error.kind(),
            Self::Protected { .. } | Self::Unfinished { .. } => ErrorKind::Refused,
            Self::NoAlias { .. } => ErrorKind::Configuration,
            Self::NoStack { .. } | Self::NotReachable { .. } => ErrorKind::Failed,
        }
    }
}

/// Leads each function's alias to a new version with the deployment's code. The stack knows nothing of it: the next
/// deployment puts it right.
///
/// # Errors
/// The environment is protected, a run has not come to its end, the stack or a function is not there, or a call failed; functions before the one that
/// failed run the new code.
pub async fn push<C: Cloud>(
    session: &mut Session<'_, C>,
    deployment: &Deployment,
) -> Result<Pushed, PushError> {
    if deployment.protected {
        return Err(PushError::Protected {
            stack: deployment.stack.clone(),
        });
    }
    let blueprint = deployment.template.blueprint();
    let functions = without_alias(deployment, blueprint);
    if !functions.is_empty() {
        return Err(PushError::NoAlias { functions });
    }
    let stack = match find_for_update(session, &deployment.stack, &deployment.accepted).await? {
        Found::Standing(stack) => stack,
        Found::Nothing | Found::FailedCreation(_) => {
            return Err(PushError::NoStack {
                stack: deployment.stack.clone(),
            });
        }
    };
    // What protects the stack has been deployed, whatever the environment says now.
    if stack.termination_protection {
        return Err(PushError::Protected {
            stack: deployment.stack.clone(),
        });
    }
    let journal = journal::read(session, &deployment.bucket.name, &deployment.stack).await?;
    if let Some(run) = journal.first() {
        return Err(PushError::Unfinished {
            stack: deployment.stack.clone(),
            run,
        });
    }
    let resources = traffic::resources(session.cloud, &stack.id).await?;
    let mut pushed = Pushed {
        functions: Vec::new(),
        unchanged: Vec::new(),
        as_deployed: true,
    };
    for (function, artifact) in with_code(deployment, blueprint) {
        session.check_interrupt()?;
        let not_reachable = || PushError::NotReachable {
            stack: deployment.stack.clone(),
            function: function.function_id.clone(),
        };
        let deployed = resources.get(&function.function_id).ok_or_else(not_reachable)?;
        let live = session
            .cloud
            .function_configuration(&deployed.physical_id, &function.alias)
            .await?
            .ok_or_else(not_reachable)?;
        let own = resources
            .get(&function.version_id)
            .map(version_number)
            .ok_or_else(not_reachable)?;
        if live.code_sha256 == artifact.code_sha256 {
            pushed.as_deployed &= live.version == own;
            pushed.unchanged.push(function.function_id.clone());
            continue;
        }
        artifacts::store_code(session, deployment, artifact)
            .await
            .map_err(|error| PushError::Bucket(Box::new(error)))?;
        let to = lead_to(
            session,
            deployment,
            function,
            (&deployed.physical_id, own),
            artifact,
        )
        .await?;
        pushed.as_deployed &= to == own;
        session.tell(Event::Pushed {
            function: function.function_id.clone(),
            from: live.version.clone(),
            to: to.clone(),
        });
        pushed.functions.push(PushedFunction {
            function: function.function_id.clone(),
            from: live.version,
            to,
        });
    }
    Ok(pushed)
}

/// The functions whose code is deployed and that no alias leads to.
fn without_alias(deployment: &Deployment, blueprint: &Blueprint) -> Vec<String> {
    let is_deployed = |code: &CodeObject| {
        let mut artifacts = deployment.artifacts.iter();
        code.bucket == deployment.bucket.name && artifacts.any(|artifact| artifact.key == code.key)
    };
    let unaliased = blueprint.unaliased.iter();
    unaliased
        .filter(|(_, code)| code.as_ref().is_some_and(is_deployed))
        .map(|(function_id, _)| function_id.clone())
        .collect()
}

fn with_code<'a>(
    deployment: &'a Deployment,
    blueprint: &'a Blueprint,
) -> impl Iterator<Item = (&'a LiveFunction, &'a CodeArtifact)> {
    blueprint.functions.iter().filter_map(|function| {
        let key = function.code_key(&deployment.bucket.name)?;
        let artifact = deployment.artifacts.iter().find(|artifact| artifact.key == key)?;
        Some((function, artifact))
    })
}

/// Leads a function's alias to the artifact: to the version that the stack published, if that has it, else to a new one.
///
/// Once the code is set it is led to as well, also when somebody asks to stop: else the next deployment would publish it.
async fn lead_to<C: Cloud>(
    session: &Session<'_, C>,
    deployment: &Deployment,
    function: &LiveFunction,
    (name, own): (&str, &str),
    artifact: &CodeArtifact,
) -> Result<String, CallError> {
    let cloud = session.cloud;
    let of_the_stack = cloud.function_configuration(name, own).await?;
    let is_deployed = of_the_stack.is_some_and(|it| it.code_sha256 == artifact.code_sha256);
    cloud
        .update_code(name, &deployment.bucket.name, &artifact.key)
        .await?;
    let version = if is_deployed {
        own.to_owned()
    } else {
        cloud.publish_version(name, &artifact.code_sha256).await?
    };
    cloud.point_alias(name, &function.alias, &version).await?;
    Ok(version)
}

//! PURE: what the engine is asked for, from an environment and its rendering.

use crate::artifact::Artifact;
use crate::engine::{ArtifactBucket, CodeArtifact, Deployment, Outputs};
use crate::environment::Environment;
use crate::template::Rendered;

/// Puts together what is deployed.
pub(super) fn deployment(
    environment: &Environment,
    rendered: &Rendered,
    artifacts: Vec<Artifact>,
    bucket: ArtifactBucket,
) -> Deployment {
    Deployment {
        stack: environment.stack.to_string(),
        template: rendered.json().to_owned(),
        tags: environment
            .tags
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        protected: environment.protected,
        execution_role: environment.execution_role.as_ref().map(ToString::to_string),
        artifacts: artifacts.into_iter().map(code).collect(),
        bucket,
        callers: callers(rendered),
    }
}

fn code(artifact: Artifact) -> CodeArtifact {
    CodeArtifact {
        key: artifact.key(),
        code_sha256: artifact.hash().code_sha256(),
        body: artifact.into_zip(),
    }
}

/// The principals that permissions let in, each once: roles and accounts, neither services nor everybody.
fn callers(rendered: &Rendered) -> Vec<String> {
    let mut callers: Vec<String> = rendered
        .resources()
        .iter()
        .filter(|resource| resource.kind == "AWS::Lambda::Permission")
        .filter_map(|resource| resource.properties.get("Principal")?.as_str())
        .filter(|principal| !principal.ends_with(".amazonaws.com") && *principal != "*")
        .map(str::to_owned)
        .collect();
    callers.sort_unstable();
    callers.dedup();
    callers
}

/// The outputs with addresses that work: behind an endpoint, a function URL is reached in another way than AWS prints it.
pub(super) fn reachable(outputs: &Outputs, environment: &Environment) -> Vec<(String, String)> {
    outputs
        .iter()
        .map(|(name, value)| (name.clone(), address(value, environment)))
        .collect()
}

fn address(value: &str, environment: &Environment) -> String {
    let id = value
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once(".lambda-url."))
        .map(|(id, _)| id)
        .filter(|id| !id.contains(['.', '/']));
    match (id, &environment.endpoint, &environment.url) {
        (Some(id), Some(endpoint), Some(pattern)) => pattern.address(endpoint, id),
        _ => value.to_owned(),
    }
}

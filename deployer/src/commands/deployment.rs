//! PURE: converts an environment and its rendering to the engine's input.

use std::collections::BTreeMap;

use cfn_deploy::stack::OWNER_TAG;
use cfn_deploy::stack::guard::Accepted;
use cfn_deploy::stack::outline::ValueSources;
use cfn_deploy::stack::{Cause, Sequel, WantedTemplate};
use cfn_deploy::{ArtifactBucket, CodeArtifact, Deployment, Outputs, Provenance};
use cfn_template::Rendered;

use super::error::{CommandError, ErrorKind};
use crate::artifact::Artifact;
use crate::environment::Environment;

/// Describes the deployment of a rendering, with the origins of its values.
pub(super) fn deployment(
    environment: &Environment,
    (rendered, value_sources): (&Rendered, ValueSources),
    artifacts: Vec<Artifact>,
    bucket: ArtifactBucket,
    accepted: Accepted,
) -> Result<Deployment, CommandError> {
    let template = wanted(rendered.json().to_owned())?;
    let artifacts = artifacts.into_iter().map(code).collect();
    Ok(Deployment {
        value_sources,
        ..deployment_of(environment, template, artifacts, bucket, accepted)
    })
}

/// Reads a rendered template.
pub(super) fn wanted(template: String) -> Result<WantedTemplate, CommandError> {
    WantedTemplate::read(template).map_err(|error| CommandError::new(ErrorKind::Failed, error))
}

/// Describes the deployment of a template that was rendered earlier.
pub(super) fn deployment_of(
    environment: &Environment,
    template: WantedTemplate,
    artifacts: Vec<CodeArtifact>,
    bucket: ArtifactBucket,
    accepted: Accepted,
) -> Deployment {
    Deployment {
        stack: environment.stack.to_string(),
        template,
        value_sources: ValueSources::default(),
        tags: tags(environment),
        protected: environment.protected,
        watch_alarms_minutes: environment.watch_alarms_minutes,
        execution_role: environment.execution_role.as_ref().map(ToString::to_string),
        artifacts,
        bucket,
        accepted,
        provenance: Provenance {
            deployer: env!("CARGO_PKG_VERSION").to_owned(),
            ..Provenance::default()
        },
        sequel: Sequel::default(),
        cause: Cause::default(),
    }
}

/// The stack's tags: the environment's, and one with its name. A stack whose tag names another environment is not
/// touched.
pub(super) fn tags(environment: &Environment) -> BTreeMap<String, String> {
    let own = environment.tags.iter();
    own.map(|(name, value)| (name.clone(), value.clone()))
        .chain([(OWNER_TAG.to_owned(), environment.full_name())])
        .collect()
}

fn code(artifact: Artifact) -> CodeArtifact {
    CodeArtifact {
        key: artifact.key(),
        code_sha256: artifact.hash().code_sha256(),
        body: Some(artifact.into_zip()),
    }
}

/// The outputs with working addresses: behind an endpoint, function URLs differ from those that AWS reports.
pub(super) fn reachable(outputs: &Outputs, environment: &Environment) -> Outputs {
    outputs
        .iter()
        .map(|(name, value)| (name.clone(), address(value, environment)))
        .collect()
}

/// The working address of an output's value.
pub(super) fn address(value: &str, environment: &Environment) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    const ENVIRONMENT: &str = "account: '123456789012'\nregion: eu-central-1\n";
    const BEHIND_AN_ENDPOINT: &str =
        "endpoint: http://127.0.0.1:4566\nurl: '{endpoint}/_aws/lambda-url/{id}/'\n";

    fn environment(text: &str) -> Environment {
        Environment::parse("local.yaml", text, "local", None).unwrap()
    }

    fn url() -> Outputs {
        Outputs::from([
            (
                "EsUrl".to_owned(),
                "https://abc123.lambda-url.eu-central-1.on.aws/".to_owned(),
            ),
            ("EsMode".to_owned(), "local".to_owned()),
        ])
    }

    #[test]
    fn a_function_url_behind_an_endpoint_is_the_address_that_works() {
        let outputs = reachable(
            &url(),
            &environment(&format!("{ENVIRONMENT}{BEHIND_AN_ENDPOINT}")),
        );
        assert_eq!(outputs["EsUrl"], "http://127.0.0.1:4566/_aws/lambda-url/abc123/");
        assert_eq!(outputs["EsMode"], "local");
    }

    #[test]
    fn a_function_url_in_aws_is_left_as_aws_prints_it() {
        assert_eq!(reachable(&url(), &environment(ENVIRONMENT)), url());
    }
}

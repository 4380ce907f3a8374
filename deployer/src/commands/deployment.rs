//! PURE: what the engine is asked for, from an environment and its rendering.

use crate::artifact::Artifact;
use crate::engine::{ArtifactBucket, CodeArtifact, Deployment, Outputs};
use crate::environment::Environment;
use crate::stack::guard::Accepted;
use crate::template::Rendered;

/// Puts together what is deployed.
pub(super) fn deployment(
    environment: &Environment,
    rendered: &Rendered,
    artifacts: Vec<Artifact>,
    bucket: ArtifactBucket,
    accepted: Accepted,
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
        watch_alarms_minutes: environment.watch_alarms_minutes,
        execution_role: environment.execution_role.as_ref().map(ToString::to_string),
        artifacts: artifacts.into_iter().map(code).collect(),
        bucket,
        callers: callers(rendered),
        accepted,
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
pub(super) fn reachable(outputs: &Outputs, environment: &Environment) -> Outputs {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Artifacts, Template, render};

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

    #[test]
    fn the_callers_are_the_roles_and_accounts_that_permissions_let_in() {
        let permission = |id: &str, principal: &str| {
            format!(
                "  {id}: {{ Type: AWS::Lambda::Permission, Properties: {{ Principal: '{principal}' }} }}\n"
            )
        };
        let role = "arn:aws:iam::123456789012:role/orders";
        let text = format!(
            "Resources:\n{}{}{}{}{}",
            permission("Url", role),
            permission("Invoke", role),
            permission("Account", "210987654321"),
            permission("Service", "sns.amazonaws.com"),
            permission("Anyone", "*"),
        );
        let template = Template::parse("template.yaml", &text).unwrap();
        let rendered = render(
            &template,
            &environment(ENVIRONMENT),
            &Artifacts::in_bucket("code"),
        )
        .unwrap();
        assert_eq!(callers(&rendered), ["210987654321", role]);
    }
}

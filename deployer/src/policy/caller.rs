//! PURE: the permissions to call a store with IAM access.

use cfn_template::{Rendered, Resource};
use serde_json::json;

use super::{Names, Policy, Statement};

/// The template has no function URL to call.
#[derive(Debug, thiserror::Error)]
#[error("the template has no function URL, so nobody can call it")]
pub struct NoUrl;

/// The policy of a caller that the template does not allow by itself.
///
/// # Errors
/// There is no URL to call.
pub fn caller(names: Names<'_>, stack: &str, rendered: &Rendered) -> Result<Policy, NoUrl> {
    let aliases = aliases_with_urls(names, stack, rendered);
    if aliases.is_empty() {
        return Err(NoUrl);
    }
    Ok(Policy::of(statements(aliases)))
}

/// Both actions are required since October 2025, each with its own condition:
/// <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>.
pub(super) fn statements(aliases: Vec<String>) -> [Statement; 2] {
    [
        Statement::new("CallUrl", ["lambda:InvokeFunctionUrl"], aliases.clone())
            .when(json!({"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}})),
        Statement::new("InvokeThroughUrl", ["lambda:InvokeFunction"], aliases)
            .when(json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})),
    ]
}

/// The ARNs of the functions, or of their aliases, that have a URL.
pub(super) fn aliases_with_urls(names: Names<'_>, stack: &str, rendered: &Rendered) -> Vec<String> {
    let urls = rendered
        .resources()
        .iter()
        .filter(|resource| resource.kind == "AWS::Lambda::Url");
    urls.filter_map(|url| target(names, stack, rendered, url))
        .collect()
}

fn target(names: Names<'_>, stack: &str, rendered: &Rendered, url: &Resource) -> Option<String> {
    let target = referred(rendered, url, "TargetFunctionArn")?;
    let (function, alias) = match target.kind.as_str() {
        "AWS::Lambda::Alias" => (
            referred(rendered, target, "FunctionName")?,
            target.name.as_deref(),
        ),
        _ => (
            target,
            url.properties.get("Qualifier").and_then(|alias| alias.as_str()),
        ),
    };
    let name = names.name(stack, function);
    let qualified = alias.map_or_else(|| name.clone(), |alias| format!("{name}:{alias}"));
    Some(names.arn("lambda", &format!("function:{qualified}")))
}

fn referred<'a>(rendered: &'a Rendered, from: &Resource, property: &str) -> Option<&'a Resource> {
    let value = from.properties.get(property)?;
    let logical_id = match value.get("Ref") {
        Some(name) => name.as_str()?,
        None => value.get("Fn::GetAtt")?.get(0)?.as_str()?,
    };
    rendered.resource(logical_id)
}

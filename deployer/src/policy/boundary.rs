//! PURE: the permissions boundary of a stack's roles: everything that the template grants its roles, and nothing
//! else.
//!
//! Without this boundary, a principal that may create roles and functions under a name prefix could grant itself any
//! permission. It must therefore attach the boundary to every role that it creates:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>.

use cfn_template::{Rendered, Resource};
use serde_json::Value;

use super::{Names, Policy, Statement};
use crate::environment::Environment;

/// A role has permissions that are not known before the deployment.
#[derive(Debug, thiserror::Error)]
#[error("the template does not determine what the role `{role}` may do: {what}")]
pub struct Untold {
    /// The role's logical id.
    pub role: String,
    /// The part that cannot be evaluated.
    pub what: String,
}

/// The name of the boundary for an environment's roles, as `policy --format template` creates it.
pub fn boundary_name(environment: &Environment) -> String {
    format!("{}-boundary", environment.stack)
}

/// The ARN of that boundary.
pub fn boundary_arn(environment: &Environment) -> String {
    Names::of(environment).iam(&format!("policy/{}", boundary_name(environment)))
}

/// The boundary of the roles in a rendering.
///
/// # Errors
/// A role has permissions outside its inline policies, or ones that cannot be evaluated.
pub fn boundary(environment: &Environment, rendered: &Rendered) -> Result<Policy, Untold> {
    let place = Place {
        names: Names::of(environment),
        stack: environment.stack.as_str(),
        rendered,
    };
    let mut statements: Vec<Statement> = Vec::new();
    let roles = rendered
        .resources()
        .iter()
        .filter(|resource| resource.kind == "AWS::IAM::Role");
    for role in roles {
        for statement in place.statements(role)? {
            // Merges equal statements of several roles.
            let same = |other: &&mut Statement| {
                other.actions == statement.actions && other.condition == statement.condition
            };
            match statements.iter_mut().find(same) {
                Some(other) => other.resources.extend(statement.resources),
                None => statements.push(statement),
            }
        }
    }
    for (index, statement) in statements.iter_mut().enumerate() {
        statement.sid = format!("Roles{index}");
    }
    Ok(Policy::of(statements))
}

struct Place<'a> {
    names: Names<'a>,
    stack: &'a str,
    rendered: &'a Rendered,
}

impl Place<'_> {
    fn statements(&self, role: &Resource) -> Result<Vec<Statement>, Untold> {
        let untold = |what: String| Untold {
            role: role.logical_id.clone(),
            what,
        };
        if role.properties.get("ManagedPolicyArns").is_some() {
            return Err(untold("it has managed policies".to_owned()));
        }
        let policies = list(role.properties.get("Policies"));
        let written = policies
            .into_iter()
            .flat_map(|policy| list(policy.pointer("/PolicyDocument/Statement")));
        let allowed = written.filter(|statement| statement["Effect"] == "Allow");
        allowed
            .map(|statement| {
                let actions = texts(&statement["Action"]).ok_or_else(|| untold(statement.to_string()))?;
                let resources = list(statement.get("Resource"))
                    .into_iter()
                    .map(|value| self.text(value).ok_or_else(|| untold(value.to_string())))
                    .collect::<Result<Vec<_>, _>>()?;
                let mut read = Statement::new("", actions, resources);
                read.condition = statement.get("Condition").cloned();
                Ok(read)
            })
            .collect()
    }

    /// Evaluates a value as far as it is known, with `*` for the unknown parts.
    fn text(&self, value: &Value) -> Option<String> {
        if let Some(text) = value.as_str() {
            // A value that CloudFormation looks up can be anything.
            return Some(if text.contains("{{resolve:") { "*" } else { text }.to_owned());
        }
        if let Some(id) = value.get("Ref").and_then(Value::as_str) {
            let resource = self.rendered.resource(id)?;
            return match resource.kind.as_str() {
                "AWS::SNS::Topic" => self.names.resource(self.stack, resource),
                _ => Some(self.names.name(self.stack, resource)),
            };
        }
        if let Some(parts) = value.get("Fn::GetAtt").and_then(Value::as_array) {
            return self.attribute(parts.first()?.as_str()?, parts.get(1)?.as_str()?);
        }
        let mut rest = value.get("Fn::Sub")?.as_str()?;
        let mut text = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}')?;
            text.push_str(before);
            text.push_str(&match name.split_once('.') {
                Some((id, attribute)) => self.attribute(id, attribute)?,
                None => self.text(&serde_json::json!({"Ref": name}))?,
            });
            rest = behind;
        }
        text.push_str(rest);
        Some(text)
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<String> {
        let arn = self.names.resource(self.stack, self.rendered.resource(id)?)?;
        match attribute {
            "Arn" => Some(arn),
            "StreamArn" => Some(format!("{arn}/stream/*")),
            _ => None,
        }
    }
}

/// One value or several, as policies allow both.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        None => Vec::new(),
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    list(Some(value))
        .into_iter()
        .map(|text| text.as_str().map(str::to_owned))
        .collect()
}

//! PURE: everything that grants access: a role, its policies, the boundary of the roles that it creates, and the
//! trust in GitHub's tokens.

use std::fmt::Write as _;

use cfn_deploy::shell;
use serde_json::{Map, Value, json};

use super::statement::TooMany;
use super::trust::{ISSUER, audience, provider, trust};
use super::{Names, Policy, Subject};
use crate::environment::Environment;

/// What a role may do, and who may assume it.
#[derive(Clone, Debug)]
pub struct Access<'a> {
    /// The environment.
    pub environment: &'a Environment,
    /// The name of the role, and the prefix of its policies' names.
    pub name: String,
    /// The role's permissions.
    pub policy: Policy,
    /// The boundary of the environment's roles and its name, if it is created as well.
    pub boundary: Option<(String, Policy)>,
    /// The workflows that may assume the role. Without them, only policies are created, to attach to existing roles.
    pub subject: Option<Subject>,
    /// Whether the account already has GitHub's OIDC provider.
    pub existing_provider: bool,
}

impl Access<'_> {
    /// A CloudFormation template that creates everything, ending in a line break. It needs `CAPABILITY_NAMED_IAM`,
    /// because other resources refer to its resources by name.
    ///
    /// # Errors
    /// The policies are more than a role may have.
    pub fn template(&self) -> Result<String, TooMany> {
        let mut resources = Map::new();
        let mut outputs = Map::new();
        let stack = &self.environment.stack;
        if let Some((name, boundary)) = &self.boundary {
            let description = format!("The most that a role of the stack {stack} may do");
            resources.insert("Boundary".to_owned(), managed(name, &description, boundary));
            outputs.insert(
                "BoundaryArn".to_owned(),
                json!({"Description": "The environment's permissionsBoundary", "Value": {"Ref": "Boundary"}}),
            );
        }
        let mut attached = Vec::new();
        for (index, policy) in self.policy.managed()?.iter().enumerate() {
            let id = format!("Policy{}", index + 1);
            let description = format!("Part {} of what {} may do", index + 1, self.name);
            let name = self.policy_name(index);
            resources.insert(id.clone(), managed(&name, &description, policy));
            attached.push(json!({"Ref": id}));
        }
        if let Some(subject) = &self.subject {
            if !self.existing_provider {
                resources.insert("GitHub".to_owned(), of_github(Names::of(self.environment)));
            }
            resources.insert("Role".to_owned(), self.role(subject, &attached));
            outputs.insert(
                "RoleArn".to_owned(),
                json!({
                    "Description": format!("The role of {subject}"),
                    "Value": {"Fn::GetAtt": ["Role", "Arn"]},
                }),
            );
        }
        let mut template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": format!("What {} may do on the stack {stack}, and who may become it", self.name),
            "Resources": resources,
        });
        if !outputs.is_empty() {
            template["Outputs"] = Value::Object(outputs);
        }
        Ok(format!("{template:#}\n"))
    }

    /// The AWS CLI commands that create everything, for a POSIX shell, one per line.
    ///
    /// # Errors
    /// The policies are more than a role may have.
    pub fn commands(&self) -> Result<String, TooMany> {
        let names = Names::of(self.environment);
        let mut lines = String::new();
        let mut command = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| shell::quoted(word)).collect();
            // Writing to a string does not fail.
            let _ = writeln!(lines, "aws iam {}", words.join(" "));
        };
        let create = "create-policy";
        if let Some((name, boundary)) = &self.boundary {
            let document = boundary.document().to_string();
            command(&[create, "--policy-name", name, "--policy-document", &document]);
        }
        let policies = self.policy.managed()?;
        for (index, policy) in policies.iter().enumerate() {
            let document = policy.document().to_string();
            let name = self.policy_name(index);
            command(&[create, "--policy-name", &name, "--policy-document", &document]);
        }
        let Some(subject) = &self.subject else {
            return Ok(lines);
        };
        if !self.existing_provider {
            let url = format!("https://{ISSUER}");
            command(&[
                "create-open-id-connect-provider",
                "--url",
                &url,
                "--client-id-list",
                &audience(names),
            ]);
        }
        let document = trust(names, subject).to_string();
        let role = ["--role-name", &self.name];
        command(&[
            "create-role",
            role[0],
            role[1],
            "--assume-role-policy-document",
            &document,
        ]);
        for index in 0..policies.len() {
            let arn = names.iam(&format!("policy/{}", self.policy_name(index)));
            command(&["attach-role-policy", role[0], role[1], "--policy-arn", &arn]);
        }
        Ok(lines)
    }

    fn policy_name(&self, index: usize) -> String {
        format!("{}-{}", self.name, index + 1)
    }

    fn role(&self, subject: &Subject, attached: &[Value]) -> Value {
        let names = Names::of(self.environment);
        let mut role = json!({
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": self.name,
                "Description": format!("Workflows of {subject}: {}", self.name),
                "AssumeRolePolicyDocument": trust(names, subject),
                "ManagedPolicyArns": attached,
            },
        });
        if !self.existing_provider {
            // The trust policy names the provider by its ARN, which implies no dependency.
            role["DependsOn"] = "GitHub".into();
        }
        role
    }
}

/// The ARN of GitHub's OIDC provider in the account.
pub fn provider_arn(environment: &Environment) -> String {
    provider(Names::of(environment))
}

/// An account has only one such provider, which other roles may trust, too. So it stays when this stack is deleted.
fn of_github(names: Names<'_>) -> Value {
    json!({
        "Type": "AWS::IAM::OIDCProvider",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "Url": format!("https://{ISSUER}"),
            "ClientIdList": [audience(names)],
        },
    })
}

fn managed(name: &str, description: &str, policy: &Policy) -> Value {
    json!({
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "ManagedPolicyName": name,
            "Description": description,
            "PolicyDocument": policy.document(),
        },
    })
}

//! PURE: whom of GitHub's workflows a role trusts.

use serde_json::{Value, json};

use super::Names;
use super::subject::{Claims, Subject};

/// GitHub's issuer of tokens.
pub(super) const ISSUER: &str = "token.actions.githubusercontent.com";

/// Whom a token is for that is shown to AWS; in China
/// [another](https://github.com/aws-actions/configure-aws-credentials#configuring-iam-to-trust-github).
pub(super) fn audience(names: Names<'_>) -> String {
    format!("sts.{}", names.domain())
}

/// The ARN of what an account knows GitHub by; there is one in an account.
pub(super) fn provider(names: Names<'_>) -> String {
    names.iam(&format!("oidc-provider/{ISSUER}"))
}

/// The trust policy of a role that workflows become without any key that is kept:
/// <https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services>.
pub fn trust(names: Names<'_>, subject: &Subject) -> Value {
    let (audience, claim) = (format!("{ISSUER}:aud"), format!("{ISSUER}:sub"));
    let sts = self::audience(names);
    let condition = match subject.claims() {
        Claims::Exact(texts) => json!({"StringEquals": {audience: sts, claim: texts}}),
        Claims::Patterns(patterns) => json!({
            "StringEquals": {audience: sts},
            "StringLike": {claim: patterns},
        }),
    };
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "WorkflowsOfGitHub",
            "Effect": "Allow",
            "Principal": {"Federated": provider(names)},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }],
    })
}

//! PURE: who may do more by one template than by another.
//!
//! What a template allows is taken apart into [`Grant`]s: one principal, one action, one resource, under one set of
//! conditions. A grant that only the later template has is a widening, and so is a refusal (`Effect: Deny`) that only the earlier
//! one has. Wildcards are not weighed against each other: `dynamodb:*` in place of `dynamodb:Query` is a grant that was not
//! there, and the one that is left out is none that is new.

mod grant;
mod statements;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

pub use grant::{Effect, Grant};

/// What a change lets somebody do that could not be done before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Widening {
    /// The resource that says so, by its name in the template.
    pub logical_id: String,
    /// What it grants now, or no longer refuses.
    pub grant: Grant,
}

/// Lists what `wanted` allows and `deployed` does not.
pub fn widenings(deployed: &Value, wanted: &Value) -> Vec<Widening> {
    let (old, new) = (grants(deployed), grants(wanted));
    let granted = new
        .difference(&old)
        .filter(|widening| widening.grant.effect == Effect::Allow);
    let no_longer_refused = old
        .difference(&new)
        .filter(|widening| widening.grant.effect == Effect::Deny);
    let mut found: Vec<Widening> = granted.chain(no_longer_refused).cloned().collect();
    found.sort();
    found
}

/// What widenings are accepted by, each resource once: `widen:ApiRole`.
pub fn acceptances(widenings: &[Widening]) -> Vec<String> {
    let resources: BTreeSet<&str> = widenings
        .iter()
        .map(|widening| widening.logical_id.as_str())
        .collect();
    resources
        .into_iter()
        .map(|logical_id| format!("widen:{logical_id}"))
        .collect()
}

fn grants(template: &Value) -> BTreeSet<Widening> {
    let resources = template["Resources"].as_object();
    let resources = resources.into_iter().flatten();
    resources
        .flat_map(|(logical_id, resource)| {
            let grants = statements::of_resource(logical_id, resource);
            grants.into_iter().map(|grant| Widening {
                logical_id: logical_id.clone(),
                grant,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "what `json!` makes is handed on")]
    fn template(resources: Value) -> Value {
        json!({"Resources": resources})
    }

    #[expect(clippy::needless_pass_by_value, reason = "what `json!` makes is handed on")]
    fn role(statement: Value) -> Value {
        template(json!({"ApiRole": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": {"Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "Policies": [{"PolicyName": "api", "PolicyDocument": {"Statement": [statement]}}],
        }}}))
    }

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let widenings = widenings(before, after);
        widenings
            .iter()
            .map(|widening| format!("{}: {}", widening.logical_id, widening.grant))
            .collect()
    }

    fn query(action: &Value, resource: &Value) -> Value {
        json!({"Effect": "Allow", "Action": action, "Resource": resource})
    }

    #[test]
    fn a_new_action_resource_or_role_is_a_widening_and_fewer_are_none() {
        let table = json!({"Fn::GetAtt": ["Events", "Arn"]});
        let before = role(query(&json!(["dynamodb:Query"]), &table));
        let more = role(query(&json!(["dynamodb:Query", "dynamodb:DeleteItem"]), &table));
        assert_eq!(
            told(&before, &more),
            ["ApiRole: ApiRole may dynamodb:DeleteItem on !GetAtt Events.Arn"]
        );
        assert_eq!(told(&more, &before), [""; 0]);
        let elsewhere = role(query(&json!("dynamodb:Query"), &json!("*")));
        assert_eq!(
            told(&before, &elsewhere),
            ["ApiRole: ApiRole may dynamodb:Query on *"]
        );
        assert_eq!(told(&before, &before), [""; 0]);
        assert_eq!(
            told(&template(json!({})), &before),
            [
                "ApiRole: ApiRole may dynamodb:Query on !GetAtt Events.Arn",
                "ApiRole: Service lambda.amazonaws.com may sts:AssumeRole on ApiRole",
            ]
        );
    }

    #[test]
    fn a_condition_that_goes_is_a_widening() {
        let mut conditioned = query(&json!("sqs:SendMessage"), &json!("*"));
        conditioned["Condition"] = json!({"Bool": {"aws:SecureTransport": "true"}});
        assert_eq!(
            told(
                &role(conditioned),
                &role(query(&json!("sqs:SendMessage"), &json!("*")))
            ),
            ["ApiRole: ApiRole may sqs:SendMessage on *"]
        );
    }

    #[test]
    fn a_refusal_that_goes_is_a_widening_and_one_that_comes_is_none() {
        let policy = |statements: Value| {
            template(
                json!({"TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {
                "Topics": [{"Ref": "Topic"}], "PolicyDocument": {"Statement": statements}}}}),
            )
        };
        let refusal = json!({"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": {"Ref": "Topic"},
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
        assert_eq!(
            told(&policy(json!([refusal])), &policy(json!([]))),
            [
                "TopicPolicy: everybody may no longer be refused sns:Publish on !Ref Topic, \
              if {Bool: {aws:SecureTransport: \"false\"}}"
            ]
        );
        assert_eq!(told(&policy(json!([])), &policy(json!([refusal]))), [""; 0]);
    }

    #[test]
    fn a_permission_a_managed_policy_and_a_public_url_are_widenings() {
        let after = template(json!({
            "MayCall": {"Type": "AWS::Lambda::Permission", "Properties": {
                "FunctionName": {"Ref": "Alias"}, "Action": "lambda:InvokeFunctionUrl",
                "Principal": "arn:aws:iam::123456789012:role/orders", "FunctionUrlAuthType": "AWS_IAM"}},
            "Url": {"Type": "AWS::Lambda::Url", "Properties": {"TargetFunctionArn": {"Ref": "Api"}, "AuthType": "NONE"}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}},
        }));
        assert_eq!(
            told(&template(json!({})), &after),
            [
                "MayCall: arn:aws:iam::123456789012:role/orders may lambda:InvokeFunctionUrl on !Ref Alias, \
                 if {FunctionUrlAuthType: \"AWS_IAM\"}",
                "Role: Role may whatever arn:aws:iam::aws:policy/AdministratorAccess allows on *",
                "Url: everybody may call without a signature on !Ref Api",
            ]
        );
    }

    #[test]
    fn what_a_statement_leaves_out_by_not_is_told_as_it_stands() {
        let mut statement = query(&json!("dynamodb:Query"), &json!("*"));
        let members = statement.as_object_mut().unwrap();
        members.remove("Action");
        members.insert("NotAction".into(), json!("iam:*"));
        assert_eq!(
            told(&template(json!({})), &role(statement)).first().unwrap(),
            "ApiRole: ApiRole may everything but iam:* on *"
        );
    }
}

//! PURE: what the resources of a template grant.

use serde_json::{Map, Value};

use super::grant::{Effect, Grant};
use crate::stack::comparison::shown;

const EVERYBODY: &str = "everybody";

/// Takes apart what a resource grants; nothing, if it is of a type that grants nothing.
pub(super) fn of_resource(logical_id: &str, resource: &Value) -> Vec<Grant> {
    let properties = &resource["Properties"];
    match resource["Type"].as_str().unwrap_or_default() {
        "AWS::IAM::Role" => of_role(logical_id, properties),
        "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => {
            of_document(&properties["PolicyDocument"], Some(logical_id), None)
        }
        "AWS::Lambda::Permission" => vec![of_permission(properties)],
        "AWS::Lambda::Url" if properties["AuthType"] == "NONE" => vec![Grant {
            principal: EVERYBODY.to_owned(),
            action: "call without a signature".to_owned(),
            resource: text(&properties["TargetFunctionArn"]),
            condition: None,
            effect: Effect::Allow,
        }],
        "AWS::DynamoDB::Table" => of_document(
            &properties["ResourcePolicy"]["PolicyDocument"],
            None,
            Some(logical_id),
        ),
        // Topic, queue, bucket and key policies, and whatever else has a document for others.
        _ => ["PolicyDocument", "ResourcePolicy", "KeyPolicy"]
            .into_iter()
            .flat_map(|name| of_document(&properties[name], None, Some(logical_id)))
            .collect(),
    }
}

fn of_role(logical_id: &str, properties: &Value) -> Vec<Grant> {
    let trust = of_document(&properties["AssumeRolePolicyDocument"], None, Some(logical_id));
    let inline = list(&properties["Policies"])
        .into_iter()
        .flat_map(|policy| of_document(&policy["PolicyDocument"], Some(logical_id), None));
    let managed = list(&properties["ManagedPolicyArns"])
        .into_iter()
        .map(|arn| Grant {
            principal: logical_id.to_owned(),
            action: format!("whatever {} allows", text(arn)),
            resource: "*".to_owned(),
            condition: None,
            effect: Effect::Allow,
        });
    trust.into_iter().chain(inline).chain(managed).collect()
}

fn of_permission(properties: &Value) -> Grant {
    let conditions = [
        "FunctionUrlAuthType",
        "InvokedViaFunctionUrl",
        "SourceArn",
        "SourceAccount",
        "PrincipalOrgID",
        "EventSourceToken",
    ];
    let conditions: Map<String, Value> = conditions
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), properties.get(name)?.clone())))
        .collect();
    Grant {
        principal: principal(&text(&properties["Principal"])),
        action: text(&properties["Action"]),
        resource: text(&properties["FunctionName"]),
        condition: (!conditions.is_empty()).then(|| shown(&Value::Object(conditions))),
        effect: Effect::Allow,
    }
}

/// Takes a policy document apart. `holder` is whose policy it is, where its statements name no principal; `attached` is what it is
/// attached to, where they name no resource.
fn of_document(document: &Value, holder: Option<&str>, attached: Option<&str>) -> Vec<Grant> {
    let statements = list(&document["Statement"]);
    statements
        .into_iter()
        .flat_map(|statement| of_statement(statement, holder, attached))
        .collect()
}

fn of_statement(statement: &Value, holder: Option<&str>, attached: Option<&str>) -> Vec<Grant> {
    let effect = if statement["Effect"] == "Deny" {
        Effect::Deny
    } else {
        Effect::Allow
    };
    let condition = statement.get("Condition").map(shown);
    let principals = principals(statement, holder);
    let actions = either(statement, "Action", "NotAction", "*");
    let resources = either(statement, "Resource", "NotResource", attached.unwrap_or("*"));
    let mut grants = Vec::new();
    for principal in &principals {
        for action in &actions {
            for resource in &resources {
                grants.push(Grant {
                    principal: principal.clone(),
                    action: action.clone(),
                    resource: resource.clone(),
                    condition: condition.clone(),
                    effect,
                });
            }
        }
    }
    grants
}

/// The values of one of two opposite members.
fn either(statement: &Value, named: &str, all_but: &str, nothing: &str) -> Vec<String> {
    if let Some(value) = statement.get(named) {
        list(value).into_iter().map(text).collect()
    } else if let Some(value) = statement.get(all_but) {
        let excepted: Vec<String> = list(value).into_iter().map(text).collect();
        vec![format!("everything but {}", excepted.join(", "))]
    } else {
        vec![nothing.to_owned()]
    }
}

fn principals(statement: &Value, holder: Option<&str>) -> Vec<String> {
    let of = |value: &Value| match value {
        Value::Object(kinds) if !kinds.keys().any(|kind| kind.starts_with("Fn::") || kind == "Ref") => kinds
            .iter()
            .flat_map(|(kind, names)| {
                list(names).into_iter().map(move |name| match kind.as_str() {
                    "AWS" => principal(&text(name)),
                    _ => format!("{kind} {}", text(name)),
                })
            })
            .collect(),
        other => vec![principal(&text(other))],
    };
    match (statement.get("Principal"), statement.get("NotPrincipal"), holder) {
        (Some(value), _, _) => of(value),
        (None, Some(value), _) => vec![format!("everybody but {}", of(value).join(", "))],
        (None, None, Some(holder)) => vec![holder.to_owned()],
        (None, None, None) => vec![EVERYBODY.to_owned()],
    }
}

fn principal(name: &str) -> String {
    if name == "*" {
        EVERYBODY.to_owned()
    } else {
        name.to_owned()
    }
}

/// A value that may be one or several.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| shown(value), str::to_owned)
}

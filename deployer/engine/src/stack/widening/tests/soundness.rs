//! A change without a widening grants nothing new, as an independent evaluator of policies confirms.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::stack::widening::widenings;

const PRINCIPALS: [&str; 2] = ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"];
const ACTIONS: [&str; 3] = ["s3:Get", "s3:Put", "iam:Pass"];
const RESOURCES: [&str; 2] = ["arn:aws:s3:::x", "arn:aws:s3:::y"];

/// A request to evaluate.
#[derive(Clone, Copy, Debug)]
struct Request {
    principal: &'static str,
    action: &'static str,
    resource: &'static str,
    is_secure: bool,
}

fn requests() -> impl Iterator<Item = Request> {
    PRINCIPALS.into_iter().flat_map(|principal| {
        ACTIONS.into_iter().flat_map(move |action| {
            RESOURCES.into_iter().flat_map(move |resource| {
                [true, false].map(|is_secure| Request {
                    principal,
                    action,
                    resource,
                    is_secure,
                })
            })
        })
    })
}

/// Tells whether a bucket policy allows a request: a denial takes precedence over everything that allows it.
fn allows(document: &Value, request: Request) -> bool {
    let statements = match &document["Statement"] {
        Value::Array(statements) => statements.clone(),
        one => vec![one.clone()],
    };
    let says = |effect: &str| {
        statements
            .iter()
            .any(|statement| statement["Effect"] == effect && matches(statement, request))
    };
    says("Allow") && !says("Deny")
}

fn matches(statement: &Value, request: Request) -> bool {
    let principal = |value: &Value| {
        let names = if value.is_object() { &value["AWS"] } else { value };
        names_it(names, request.principal)
    };
    let holds = statement["Condition"]["Bool"]["aws:SecureTransport"]
        .as_str()
        .is_none_or(|wanted| wanted == request.is_secure.to_string());
    let member = |named: &str, all_but: &str, is: &dyn Fn(&Value) -> bool| match statement.get(named) {
        Some(value) => is(value),
        None => !is(&statement[all_but]),
    };
    holds
        && member("Principal", "NotPrincipal", &principal)
        && member("Action", "NotAction", &|value| names_it(value, request.action))
        && member("Resource", "NotResource", &|value| {
            names_it(value, request.resource)
        })
}

fn names_it(value: &Value, name: &str) -> bool {
    let is_it = |pattern: &Value| {
        let pattern = pattern.as_str().unwrap_or_default();
        match pattern.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == pattern,
        }
    };
    match value {
        Value::Array(patterns) => patterns.iter().any(is_it),
        one => is_it(one),
    }
}

fn one_or_some(values: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(values).prop_map(Value::from),
        prop::sample::subsequence(values, 1..=values.len()).prop_map(Value::from),
    ]
}

fn statement() -> impl Strategy<Value = Value> {
    let either =
        |named: &'static str, all_but: &'static str| prop::sample::select(vec![named, named, all_but]);
    let principal = one_or_some(&[PRINCIPALS[0], PRINCIPALS[1], "*"]);
    (
        any::<bool>(),
        (either("Principal", "NotPrincipal"), principal, any::<bool>()),
        (
            either("Action", "NotAction"),
            one_or_some(&["s3:Get", "s3:Put", "s3:*", "iam:Pass", "*"]),
        ),
        (
            either("Resource", "NotResource"),
            one_or_some(&[RESOURCES[0], RESOURCES[1], "arn:aws:s3:::*", "*"]),
        ),
        prop::option::of(any::<bool>()),
    )
        .prop_map(|(allows, who, what, on, secure)| {
            let mut members = Map::new();
            let effect = if allows { "Allow" } else { "Deny" };
            members.insert("Effect".to_owned(), effect.into());
            let names = if who.2 || who.1.is_array() {
                json!({"AWS": who.1})
            } else {
                who.1
            };
            members.insert(who.0.to_owned(), names);
            members.insert(what.0.to_owned(), what.1);
            members.insert(on.0.to_owned(), on.1);
            if let Some(secure) = secure {
                let condition = json!({"Bool": {"aws:SecureTransport": secure.to_string()}});
                members.insert("Condition".to_owned(), condition);
            }
            Value::Object(members)
        })
}

/// A change of a policy: most changes leave most of it as it is.
fn change() -> impl Strategy<Value = (Vec<Value>, Vec<Value>)> {
    let before = prop::collection::vec(statement(), 1..4);
    (before, statement(), 0..5_u8, any::<prop::sample::Index>()).prop_map(|(before, other, kind, index)| {
        let mut after = before.clone();
        let at = index.index(after.len());
        match kind {
            0 => drop(after.remove(at)),
            1 => after.push(other),
            2 => after[at] = other,
            3 => after.reverse(),
            _ => {
                for name in ["Condition", "NotAction", "Action", "Resource"] {
                    if let (Some(members), Some(value)) = (after[at].as_object_mut(), other.get(name)) {
                        members.insert(name.to_owned(), value.clone());
                    }
                }
            }
        }
        (before, after)
    })
}

fn template(statements: &[Value]) -> Value {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    json!({"Resources": {"Policy": {"Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": "x", "PolicyDocument": document}}}})
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn nobody_may_do_more_where_no_widening_is_told((before, after) in change()) {
        let (old, new) = (template(&before), template(&after));
        let document = |template: &Value| template["Resources"]["Policy"]["Properties"]["PolicyDocument"].clone();
        if widenings(Some(&old), &new).is_empty() {
            for request in requests() {
                let (was, is) = (allows(&document(&old), request), allows(&document(&new), request));
                prop_assert!(was || !is, "{request:?} is allowed now");
            }
        }
    }

    #[test]
    fn each_change_of_an_identity_is_told_unless_it_takes_away(
        name in prop::sample::select(vec!["AssumeRolePolicyDocument", "Policies", "ManagedPolicyArns", "PermissionsBoundary",
            "Path", "RoleName", "Tags", "MaxSessionDuration", "Unheard", "Groups", "LoginProfile"]),
        kind in prop::sample::select(vec!["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::InstanceProfile"]),
        value in prop_oneof![Just(json!("x")), Just(json!(["x"])), Just(json!({"x": 1})), Just(json!(7)), Just(json!({"Ref": "X"}))],
    ) {
        let resource = |properties: Value| json!({"Resources": {"It": {"Type": kind, "Properties": properties}}});
        let found = widenings(Some(&resource(json!({}))), &resource(json!({name: value})));
        prop_assert_ne!(found, []);
    }
}

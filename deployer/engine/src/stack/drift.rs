//! PURE: the drift of a stack from its template.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::Value;

use super::StackResource;

/// A resource whose drift CloudFormation detected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceDrift {
    /// Its logical id.
    pub logical_id: String,
    pub resource_type: String,
    /// Whether it was deleted.
    pub deleted: bool,
    /// The properties that differ.
    pub differences: Vec<PropertyDrift>,
}

/// A property that differs from the template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyDrift {
    /// Its place in the resource's properties, as a JSON pointer.
    pub path: String,
    /// The value in the template; `None` if it has none.
    pub expected: Option<String>,
    /// The actual value; `None` if there is none.
    pub actual: Option<String>,
}

/// Drift that CloudFormation does not see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum UnseenDrift {
    /// An alias points to another version than the one that the stack published.
    Version {
        /// The function's logical id.
        logical_id: String,
        /// The version that the stack published.
        expected: String,
        /// The version that the alias points to.
        actual: String,
    },
    /// The live code is not the code that the template names.
    Code {
        /// The function's logical id.
        logical_id: String,
        /// The Base64 of the SHA-256 in the code's key.
        expected: String,
        /// The Base64 of the live code's SHA-256.
        actual: String,
    },
    /// An environment variable of the live version differs from the template.
    Variable {
        /// The function's logical id.
        logical_id: String,
        /// The variable.
        name: String,
        /// The value in the template; `None` if it has no such variable.
        expected: Option<String>,
        /// The value in the live version; `None` if it has no such variable.
        actual: Option<String>,
    },
    /// The state of an event source mapping differs from the template.
    Mapping {
        /// Its logical id.
        logical_id: String,
        /// `Enabled` or `Disabled`, from the template.
        expected: String,
        /// Its state.
        actual: String,
    },
    /// An event source mapping reads a stream that is no longer written.
    DeadStream {
        /// Its logical id.
        logical_id: String,
        /// The stream that it reads.
        reads: String,
        /// The table's latest stream; `None` if it has none.
        latest: Option<String>,
    },
    /// A resource of the template does not exist.
    Missing {
        /// Its logical id.
        logical_id: String,
    },
    /// The stack's termination protection contradicts its environment.
    TerminationProtection {
        /// The setting of the environment.
        expected: bool,
    },
    /// The stack policy does not protect the irreplaceable resources.
    StackPolicy,
}

/// The expected value of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExpectedVariable {
    /// This value.
    Value(String),
    /// A value that only CloudFormation knows.
    Unknown,
}

/// The environment variables of a function in the template, as far as their values can be known: strings, physical
/// ids of resources, and attributes from `attributes`, which are keyed by `(logical id, attribute)`.
pub(crate) fn expected_variables(
    template: &Value,
    function_id: &str,
    resources: &BTreeMap<String, StackResource>,
    attributes: &BTreeMap<(String, String), String>,
) -> BTreeMap<String, ExpectedVariable> {
    let variables = &template["Resources"][function_id]["Properties"]["Environment"]["Variables"];
    let variables = variables.as_object().into_iter().flatten();
    variables
        .map(|(name, value)| {
            let known = match value {
                // CloudFormation has looked up the value.
                Value::String(text) if text.contains("{{resolve:") => None,
                Value::String(text) => Some(text.clone()),
                Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
                reference => referred(reference, resources, attributes),
            };
            let expected = known.map_or(ExpectedVariable::Unknown, ExpectedVariable::Value);
            (name.clone(), expected)
        })
        .collect()
}

fn referred(
    value: &Value,
    resources: &BTreeMap<String, StackResource>,
    attributes: &BTreeMap<(String, String), String>,
) -> Option<String> {
    if let Some(logical_id) = value["Ref"].as_str() {
        return resources
            .get(logical_id)
            .map(|resource| resource.physical_id.clone());
    }
    let path = match &value["Fn::GetAtt"] {
        Value::Array(path) => (path.first()?.as_str()?, path.get(1)?.as_str()?),
        Value::String(path) => path.split_once('.')?,
        _ => return None,
    };
    attributes.get(&(path.0.to_owned(), path.1.to_owned())).cloned()
}

/// Compares a live version's environment variables with the expected ones.
pub(crate) fn variable_drift(
    function_id: &str,
    expected: &BTreeMap<String, ExpectedVariable>,
    actual: &BTreeMap<String, String>,
) -> Vec<UnseenDrift> {
    let names: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    let drift = |name: &String| {
        let (expected, actual) = (expected.get(name), actual.get(name));
        let expected = match (expected, actual) {
            (Some(ExpectedVariable::Unknown), Some(_)) => return None,
            (Some(ExpectedVariable::Value(expected)), Some(actual)) if expected == actual => return None,
            (Some(ExpectedVariable::Value(expected)), _) => Some(expected.clone()),
            (Some(ExpectedVariable::Unknown), None) => Some("a value that CloudFormation gives".to_owned()),
            (None, _) => None,
        };
        Some(UnseenDrift::Variable {
            logical_id: function_id.to_owned(),
            name: name.clone(),
            expected,
            actual: actual.cloned(),
        })
    };
    names.into_iter().filter_map(drift).collect()
}

/// The hash in a key of code, `code/<binary>/<processor>/<sha256>.zip`, in Lambda's form; `None` if the key contains
/// none.
pub(crate) fn code_sha256_of_key(key: &str) -> Option<String> {
    let hex = key.rsplit('/').next()?.strip_suffix(".zip")?;
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|start| u8::from_str_radix(&hex[start..start + 2], 16).ok())
        .collect();
    bytes.map(|bytes| STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resources() -> BTreeMap<String, StackResource> {
        let topic = StackResource {
            logical_id: "Topic".into(),
            physical_id: "arn:aws:sns:eu-central-1:123456789012:orders".into(),
            resource_type: "AWS::SNS::Topic".into(),
        };
        BTreeMap::from([("Topic".into(), topic)])
    }

    fn expected() -> BTreeMap<String, ExpectedVariable> {
        let template = json!({"Resources": {"Api": {"Properties": {"Environment": {"Variables": {
            "LEVEL": "info",
            "COUNT": 3,
            "TOPIC": {"Ref": "Topic"},
            "STREAM": {"Fn::GetAtt": ["Events", "StreamArn"]},
            "SAME_STREAM": {"Fn::GetAtt": "Events.StreamArn"},
            "OTHER": {"Fn::Sub": "${Topic.TopicName}"},
        }}}}}});
        let attributes =
            BTreeMap::from([(("Events".to_owned(), "StreamArn".to_owned()), "arn:1".to_owned())]);
        expected_variables(&template, "Api", &resources(), &attributes)
    }

    fn actual(changes: &[(&str, Option<&str>)]) -> BTreeMap<String, String> {
        let mut variables: BTreeMap<String, String> = [
            ("LEVEL", "info"),
            ("COUNT", "3"),
            ("TOPIC", "arn:aws:sns:eu-central-1:123456789012:orders"),
            ("STREAM", "arn:1"),
            ("SAME_STREAM", "arn:1"),
            ("OTHER", "whatever"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in changes {
            match value {
                Some(value) => variables.insert((*name).to_owned(), (*value).to_owned()),
                None => variables.remove(*name),
            };
        }
        variables
    }

    fn drift(changes: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>, Option<String>)> {
        let drifts = variable_drift("Api", &expected(), &actual(changes));
        let told = drifts.into_iter().map(|drift| match drift {
            UnseenDrift::Variable {
                name,
                expected,
                actual,
                ..
            } => (name, expected, actual),
            other => panic!("{other:?}"),
        });
        told.collect()
    }

    #[test]
    fn variables_as_the_template_says_are_no_drift() {
        assert_eq!(drift(&[]), []);
        assert_eq!(drift(&[("OTHER", Some("something else"))]), []);
    }

    #[test]
    fn a_variable_that_changed_went_or_came_is_drift() {
        assert_eq!(
            drift(&[("LEVEL", Some("debug"))]),
            [("LEVEL".into(), Some("info".into()), Some("debug".into()))]
        );
        assert_eq!(
            drift(&[("STREAM", Some("arn:2"))]),
            [("STREAM".into(), Some("arn:1".into()), Some("arn:2".into()))]
        );
        assert_eq!(
            drift(&[("COUNT", None)]),
            [("COUNT".into(), Some("3".into()), None)]
        );
        assert_eq!(
            drift(&[("NEW", Some("x"))]),
            [("NEW".into(), None, Some("x".into()))]
        );
        assert_eq!(
            drift(&[("OTHER", None)]),
            [(
                "OTHER".into(),
                Some("a value that CloudFormation gives".into()),
                None
            )]
        );
    }

    #[test]
    fn the_key_of_code_carries_its_hash() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(
            code_sha256_of_key(&format!("code/api/arm64/{hex}.zip")).as_deref(),
            Some("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        );
        for key in [
            "code/api.zip",
            &format!("code/{}.zip", &hex[1..]),
            &format!("{}é.zip", &hex[2..]),
        ] {
            assert_eq!(code_sha256_of_key(key), None, "{key}");
        }
    }
}

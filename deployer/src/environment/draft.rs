//! PURE: writes a new environment file from the parameters that a template leaves open.

use std::fmt::Write as _;

use cfn_template::{OpenParameter, ParameterValue};
use indexmap::IndexMap;

use super::{Architecture, Environment, Profile, default_stack};

/// The column at which comments are wrapped.
const WIDTH: usize = 100;

/// What is known about an environment that has no file yet.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The environment's name.
    pub name: &'a str,
    pub account: &'a str,
    pub region: &'a str,
    /// The template, as a path relative to the file's folder; `None` for the workspace's.
    pub template: Option<&'a str>,
    /// The endpoint of the AWS APIs, if it is not AWS itself.
    pub endpoint: Option<&'a str>,
    /// The environment next to which it is deployed; it takes its profile, architecture and URL pattern from there.
    pub beside: Option<&'a Environment>,
    /// Whether its event log is protected.
    pub protected: bool,
    /// The values of parameters, as given on the command line.
    pub values: &'a IndexMap<String, String>,
    /// The template's parameters that can be set.
    pub parameters: &'a [OpenParameter],
    /// Whether the JSON Schema is in the same folder.
    pub schema: bool,
}

impl Draft<'_> {
    /// Lists the parameters that have neither a value nor a default.
    pub fn missing(&self) -> impl Iterator<Item = &OpenParameter> {
        self.parameters
            .iter()
            .filter(|open| open.default.is_none() && !self.values.contains_key(&open.name))
    }

    /// Writes the file. Everything that keeps its default is a comment, so that the file shows all settings.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if self.schema {
            text.push_str("# yaml-language-server: $schema=./environment.schema.json\n#\n");
        }
        let name = self.name;
        let _ = write!(
            text,
            "# The environment `{name}`. Lines that are commented out show the defaults.
account: {account:?}   # no other account is ever touched
region: {region}
{template}   # relative to this file's folder; by default, the workspace's template
# stack: {stack}   # at most 32 characters
{protected}   # guards the event log: deletion protection, point-in-time recovery, no `push`, no `down`
# watchAlarmsMinutes: 0   # how long after an update of a protected environment its alarms can still roll it back
{profile}   # how the functions are compiled; dev takes the last development build, for an emulator on this machine
{architecture}   # the functions' processor: arm64, x86_64, or host for that of this machine
# executionRole: arn:aws:iam::{account}:role/cloudformation   # the role that CloudFormation assumes; by default, it uses the caller's permissions
# permissionsBoundary: arn:aws:iam::{account}:policy/boundary   # bounds every role of the stack; none by default
{endpoint}   # the endpoint of the AWS APIs, if it is not AWS itself; none by default
{url}   # the pattern of function URLs behind the endpoint; none by default
parameters:{open}
",
            account = self.account,
            region = self.region,
            template = line(
                "template",
                self.template.map(scalar),
                "../templates/event-store.yaml"
            ),
            stack = default_stack(self.template, name),
            protected = line("protected", self.protected.then(|| "true".to_owned()), "false"),
            profile = line("profile", self.profile(), Profile::default().written()),
            architecture = line("architecture", self.architecture(), Architecture::default().written()),
            endpoint = line("endpoint", self.endpoint.map(quoted), "http://127.0.0.1:4566"),
            url = line("url", self.url(), "\"{endpoint}/_aws/lambda-url/{id}/\""),
            open = if self.values.is_empty() { " {}" } else { "" },
        );
        let known = |name: &String| self.parameters.iter().any(|open| open.name == *name);
        for open in self.parameters {
            self.parameter(&mut text, open);
        }
        // Unknown names are written as they are; the template's parser refuses them and suggests the nearest right
        // name.
        for (name, value) in self.values.iter().filter(|(name, _)| !known(name)) {
            let _ = writeln!(text, "  {name}: {}", scalar(value));
        }
        text.push_str("tags: {}   # of the stack and its resources, such as { owner: platform }\n");
        text
    }

    fn profile(&self) -> Option<String> {
        let profile = self.beside?.profile;
        (profile != Profile::default()).then(|| profile.written().to_owned())
    }

    fn architecture(&self) -> Option<String> {
        let architecture = self.beside?.architecture;
        (architecture != Architecture::default()).then(|| architecture.written().to_owned())
    }

    fn url(&self) -> Option<String> {
        let pattern = self.beside?.url.as_ref()?;
        self.endpoint.map(|_| quoted(pattern.as_str()))
    }

    fn parameter(&self, text: &mut String, open: &OpenParameter) {
        let allowed = (!open.allowed.is_empty()).then(|| format!("One of {}.", open.allowed.join(", ")));
        let told: Vec<&str> = open
            .description
            .as_deref()
            .into_iter()
            .chain(allowed.as_deref())
            .collect();
        for line in broken(&told.join(" "), WIDTH) {
            let _ = writeln!(text, "  # {line}");
        }
        let _ = match (self.values.get(&open.name), &open.default) {
            (Some(value), _) if open.is_list => writeln!(text, "  {}: {}", open.name, list(value.split(','))),
            (Some(value), _) => writeln!(text, "  {}: {}", open.name, scalar(value)),
            (None, Some(ParameterValue::Text(value))) => {
                writeln!(text, "  # {}: {}", open.name, scalar(value))
            }
            (None, Some(ParameterValue::List(members))) => {
                let members = members.iter().map(String::as_str);
                writeln!(text, "  # {}: {}", open.name, list(members))
            }
            (None, None) => Ok(()),
        };
    }
}

/// A key with its value, or commented out with its default.
fn line(key: &str, value: Option<String>, otherwise: &str) -> String {
    value.map_or_else(
        || format!("# {key}: {otherwise}"),
        |value| format!("{key}: {value}"),
    )
}

/// Writes a string so that YAML reads the same string back.
fn scalar(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/');
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.chars().all(plain);
    // Quote what YAML reads as a boolean or null, and numbers that would lose a leading zero.
    let is_word =
        !["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_lowercase().as_str());
    if is_plain && is_word && (text == "0" || !text.starts_with('0')) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list<'a>(members: impl Iterator<Item = &'a str>) -> String {
    let members: Vec<String> = members
        .map(|member| scalar(member.trim()))
        .filter(|member| member != "\"\"")
        .collect();
    format!("[{}]", members.join(", "))
}

/// Wraps a text between words.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::environment::Environment;
    use cfn_template::{Artifacts, Template, render};

    const TEMPLATE: &str = "
Parameters:
  Access: { Type: String, AllowedValues: [public, iam], Description: Who may call. }
  Callers: { Type: CommaDelimitedList, Default: '' }
  Note: { Type: String, Default: '' }
Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Note } } }
";

    fn written(values: &[(&str, &str)]) -> (String, usize) {
        let template = Template::parse("template.yaml", TEMPLATE).unwrap();
        let parameters = template.open_parameters();
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let draft = Draft {
            name: "orders",
            account: "012345678901",
            region: "eu-central-1",
            template: None,
            endpoint: None,
            beside: None,
            protected: false,
            values: &values,
            parameters: &parameters,
            schema: true,
        };
        (draft.text(), draft.missing().count())
    }

    #[test]
    fn a_draft_says_all_that_can_be_set() {
        let (text, missing) = written(&[("Access", "iam")]);
        assert_eq!(missing, 0);
        let schema: serde_json::Value = serde_json::from_str(&crate::environment::schema()).unwrap();
        for key in schema["properties"].as_object().unwrap().keys() {
            let written = text
                .lines()
                .any(|line| line.trim_start_matches("# ").starts_with(&format!("{key}:")));
            assert!(written, "`{key}` can be set, and the draft does not say so");
        }
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_parameter_without_default_and_value_is_missing() {
        assert_eq!(written(&[]).1, 1);
    }

    proptest! {
        #[test]
        fn whatever_value_a_parameter_gets_is_read_again(value in "\\PC{0,40}") {
            let (text, _) = written(&[("Access", "iam"), ("Note", &value)]);
            let environment = Environment::parse("orders.yaml", &text, "orders", None).unwrap();
            let template = Template::parse("template.yaml", TEMPLATE).unwrap();
            let rendered = render(&template, &environment.values(), &Artifacts::in_bucket("code")).unwrap();
            prop_assert_eq!(&rendered.parameters()["Note"], &value);
        }
    }
}

//! What a template becomes, and every way in which it can be refused.

mod arns;
mod checked;
mod expressions;
mod loops;
mod properties;
mod recorded;
mod refusals;
mod stored;
mod whole;

use crate::problem::Problems;
use crate::yaml::{self, Entry, Node};
use crate::{Artifacts, ParameterValue, Rendered, Setting, Template, Values, render};

/// A file that sets `parameters`, with the other values of the stack.
fn values_with(parameters: &str) -> Values {
    let file = "environments/staging.yaml";
    let text = format!(
        "# what is set\n#\n#\nparameters:\n  {}\n",
        parameters.replace('\n', "\n  ")
    );
    let root = yaml::parse(file, &text).unwrap();
    let written = root
        .get("parameters")
        .and_then(Node::as_mapping)
        .unwrap_or_default();
    Values {
        file: file.to_owned(),
        settings: written.iter().map(setting).collect(),
        region: "eu-central-1".to_owned(),
        account: "123456789012".to_owned(),
        partition: "aws".to_owned(),
        url_suffix: "amazonaws.com".to_owned(),
        stack: "store".to_owned(),
        environment: "staging".to_owned(),
        processor: "arm64".to_owned(),
        ..Values::default()
    }
}

fn setting(entry: &Entry) -> (String, Setting) {
    let text = |node: &Node| node.as_text().unwrap().to_owned();
    let value = match entry.value.as_sequence() {
        Some(items) => ParameterValue::List(items.iter().map(text).collect()),
        None => ParameterValue::Text(text(&entry.value)),
    };
    let setting = Setting {
        value,
        key_at: entry.at,
        at: entry.value.at,
        members_at: entry
            .value
            .as_sequence()
            .unwrap_or_default()
            .iter()
            .map(|item| item.at)
            .collect(),
    };
    (entry.key.clone(), setting)
}

fn try_render(template: &str, parameters: &str) -> Result<Rendered, Problems> {
    let template = Template::parse("t.yaml", template)?;
    render(
        &template,
        &values_with(parameters),
        &Artifacts::in_bucket("bucket").with("api", "code/api.zip"),
    )
}

fn rendered(template: &str, parameters: &str) -> String {
    try_render(template, parameters)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .json()
        .to_owned()
}

fn refused(template: &str, parameters: &str) -> String {
    try_render(template, parameters).unwrap_err().to_string()
}

/// The properties of the resource `A`.
fn properties_of_a(template: &str, parameters: &str) -> String {
    let rendered = try_render(template, parameters).unwrap_or_else(|problems| panic!("{problems}"));
    rendered.resource("A").unwrap().properties.to_string()
}

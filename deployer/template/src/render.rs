//! PURE: renders a template with values and artifacts to the template that is sent.

use indexmap::IndexMap;

use super::assignment::{Artifacts, Assignment, assign};
use super::body::{self, Body};
use super::document::Template;
use super::fill::Fill;
use super::permissions::one_after_another;
use super::rendered::{Rendered, Supplied};
use super::revision::revision;
use super::rules::Rules;
use super::value::Value;
use crate::problem::{Problem, Problems};
use crate::values::{ParameterValue, Values};
use crate::yaml::{Kind, Node};

/// Renders a template: resolves everything that the values decide, and leaves the rest to AWS.
///
/// The same arguments always give the same bytes. A binary without code gets a placeholder, and
/// [`Rendered::missing_artifacts`] names it.
///
/// # Errors
/// First checks the parameters: reports each that is unknown, missing or not allowed, at its place in the file that
/// sets it, or else in the template. If they are right, checks the template: reports each broken rule, unknown name,
/// reference to a removed resource and wrong call.
pub fn render(template: &Template, values: &Values, artifacts: &Artifacts) -> Result<Rendered, Problems> {
    render_under(Rules::Hold, template, values, artifacts)
}

/// Renders a template that is not going to be deployed. Its rules and the constraints of its parameters must not keep
/// the user from destroying or inspecting what was deployed before, so they are not checked.
///
/// # Errors
/// As [`render`], except for the requirements on values.
pub fn render_without_rules(
    template: &Template,
    values: &Values,
    artifacts: &Artifacts,
) -> Result<Rendered, Problems> {
    render_under(Rules::PassedOver, template, values, artifacts)
}

fn render_under(
    rules: Rules,
    template: &Template,
    values: &Values,
    artifacts: &Artifacts,
) -> Result<Rendered, Problems> {
    let mut assignment = assign(template, values, artifacts, rules)?;
    let mut body = body::evaluate(template, values, &assignment.values, rules)?;
    bound(&mut body, values.permissions_boundary.as_deref());
    if revise(template, &body, &mut assignment)? {
        body = body::evaluate(template, values, &assignment.values, rules)?;
        bound(&mut body, values.permissions_boundary.as_deref());
    }
    one_after_another(&mut body.resources);
    assignment.warnings.extend(std::mem::take(&mut body.warnings));
    let root = root(template, body);
    let parameters = assignment
        .values
        .iter()
        .map(|(name, value)| (name.clone(), joined(value)))
        .collect();
    let Assignment {
        artifact_keys,
        missing_artifacts,
        warnings,
        ..
    } = assignment;
    Ok(Rendered::new(
        root,
        Supplied {
            parameters,
            artifact_keys,
            missing_artifacts,
            warnings,
        },
    ))
}

/// Sets the revisions, and tells whether there are any. A resource that its condition removes has no revision.
fn revise(template: &Template, body: &Body, assignment: &mut Assignment) -> Result<bool, Problems> {
    let mut problems = Problems::default();
    let mut revised = false;
    for (parameter, fill) in &template.fill {
        let Fill::Revision(logical_id) = &fill.value else {
            continue;
        };
        if let Some(revision) = revision(&body.resources, logical_id) {
            assignment
                .values
                .insert(parameter.clone(), ParameterValue::Text(revision));
            revised = true;
        } else if !template
            .section("Resources")
            .iter()
            .any(|entry| entry.key == *logical_id)
        {
            let problem = Problem::new(
                &template.file,
                fill.at,
                format!("unknown resource `{logical_id}`"),
            );
            problems.push(problem.with_nearest(logical_id, body.resources.keys().map(String::as_str)));
        }
    }
    problems.into_result()?;
    Ok(revised)
}

/// Sets the permissions boundary of each role and user that has none of its own.
fn bound(body: &mut Body, boundary: Option<&str>) {
    let Some(boundary) = boundary else { return };
    for resource in body.resources.values_mut() {
        let kind = resource.get("Type").and_then(Value::as_text);
        if !matches!(kind.as_deref(), Some("AWS::IAM::Role" | "AWS::IAM::User")) {
            continue;
        }
        if let Value::Object(members) = resource
            && let Value::Object(properties) = members
                .entry("Properties".to_owned())
                .or_insert_with(|| Value::Object(IndexMap::new()))
        {
            properties
                .entry("PermissionsBoundary".to_owned())
                .or_insert_with(|| Value::text(boundary));
        }
    }
}

/// Assembles the remaining sections of the template, in their order.
fn root(template: &Template, body: Body) -> Value {
    let Body {
        resources, outputs, ..
    } = body;
    let (mut resources, mut outputs) = (Some(resources), Some(outputs));
    let mut root = IndexMap::new();
    for section in template.root.as_mapping().unwrap_or_default() {
        let value = match section.key.as_str() {
            "AWSTemplateFormatVersion" | "Description" => section.value.as_text().map(Value::text),
            "Metadata" => metadata(&section.value),
            "Resources" => resources.take().map(Value::Object),
            "Outputs" => outputs
                .take()
                .filter(|outputs| !outputs.is_empty())
                .map(Value::Object),
            _ => None,
        };
        root.extend(value.map(|value| (section.key.clone(), value)));
    }
    Value::Object(root)
}

/// Drops the metadata that only the deployer or a console's parameter form reads.
fn metadata(node: &Node) -> Option<Value> {
    let mut members = IndexMap::new();
    for entry in node.as_mapping().unwrap_or_default() {
        if !["Deployer", "AWS::CloudFormation::Interface"].contains(&entry.key.as_str()) {
            members.insert(entry.key.clone(), as_written(&entry.value));
        }
    }
    (!members.is_empty()).then_some(Value::Object(members))
}

/// Converts a node without evaluating it: AWS evaluates nothing in the `Metadata` of a template.
fn as_written(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar(scalar) => Value::from_scalar(scalar).unwrap_or_else(|| Value::text(&scalar.text)),
        Kind::Sequence(items) => Value::List(items.iter().map(as_written).collect()),
        Kind::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|entry| (entry.key.clone(), as_written(&entry.value)))
                .collect(),
        ),
    }
}

/// Writes a value in the API's form.
fn joined(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Text(text) => text.clone(),
        ParameterValue::List(items) => items.join(","),
    }
}

//! PURE: evaluation: what an environment decides is put in its place, what AWS decides stays as a call.

use indexmap::IndexMap;

use super::decide::Condition;
use super::document::Template;
use super::function::{Call, Function};
use super::value::{ScalarError, Value};
use crate::environment::{Environment, ParameterValue};
use crate::problem::{Problem, Problems};
use crate::yaml::{Entry, Kind, Location, Node, Scalar};

/// Evaluates one template for one environment.
///
/// A value that is `None` is not there: removed by `AWS::NoValue`, or refused with a problem. Evaluation goes on
/// after a problem, and goes through the branches not taken as well, where only unknown names are reported.
pub(super) struct Evaluator<'t> {
    pub(super) template: &'t Template,
    pub(super) environment: &'t Environment,
    pub(super) parameters: &'t IndexMap<String, ParameterValue>,
    pub(super) conditions: IndexMap<String, Condition>,
    /// The resources, once it is known which there are; none while conditions and rules are decided.
    pub(super) resources: Option<IndexMap<String, Presence>>,
    pub(super) problems: Problems,
    untaken: usize,
}

/// Whether a resource is part of the rendering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Presence {
    Kept,
    /// Its condition is false.
    Removed {
        condition: String,
    },
}

/// What a name stands for.
pub(super) enum Named {
    Text(String),
    List(Vec<String>),
    /// `AWS::NoValue`.
    Nothing,
    /// AWS knows it.
    Open,
    /// Refused with a problem.
    Refused,
}

/// What the deployer knows of a stack before it is deployed, and what is left to AWS.
const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl<'t> Evaluator<'t> {
    /// Prepares an evaluation; no condition and no resource is known yet.
    pub(super) fn new(
        template: &'t Template,
        environment: &'t Environment,
        parameters: &'t IndexMap<String, ParameterValue>,
    ) -> Self {
        Self {
            template,
            environment,
            parameters,
            conditions: IndexMap::new(),
            resources: None,
            problems: Problems::default(),
            untaken: 0,
        }
    }

    /// Evaluates a value.
    pub(super) fn value(&mut self, node: &Node) -> Option<Value> {
        match &node.kind {
            Kind::Scalar(scalar) => self.scalar(node.at, scalar),
            Kind::Sequence(items) => Some(Value::List(
                items.iter().filter_map(|item| self.value(item)).collect(),
            )),
            Kind::Mapping(entries) => match Function::called(entries) {
                Call::None => Some(self.object(entries)),
                Call::Of(function, argument) => self.apply(function, node.at, argument),
                Call::Unknown(entry) => {
                    self.unknown("function", &entry.key, entry.at, Function::names());
                    None
                }
                Call::NotAlone(entry) => {
                    self.refuse(entry.at, format!("`{}` stands beside other keys", entry.key));
                    None
                }
            },
        }
    }

    /// Evaluates what must be a single value known before deployment.
    pub(super) fn literal_text(&mut self, node: &Node, what: &str) -> Option<String> {
        let value = self.value(node)?;
        let text = value.as_text();
        if text.is_none() {
            self.refuse(node.at, format!("{what} is {}", value.noun()));
        }
        text
    }

    /// Goes through a value that is not part of the rendering, for the names in it.
    pub(super) fn untaken(&mut self, node: &Node) {
        self.untaken += 1;
        let _ = self.value(node);
        self.untaken -= 1;
    }

    /// Finds what a name stands for: a parameter, a pseudo parameter or a resource.
    pub(super) fn name(&mut self, name: &str, at: Location) -> Named {
        if let Some(value) = self.parameters.get(name) {
            return match value {
                ParameterValue::Text(text) => Named::Text(text.clone()),
                ParameterValue::List(items) => Named::List(items.clone()),
            };
        }
        match name {
            "AWS::Region" => Named::Text(self.environment.region.to_string()),
            "AWS::AccountId" => Named::Text(self.environment.account.to_string()),
            "AWS::StackName" => Named::Text(self.environment.stack.to_string()),
            "AWS::Partition" => Named::Text(self.environment.region.partition().to_owned()),
            "AWS::NoValue" => Named::Nothing,
            "AWS::NotificationARNs" | "AWS::StackId" | "AWS::URLSuffix" => Named::Open,
            _ if self.resource(name, at) => Named::Open,
            _ => Named::Refused,
        }
    }

    /// Checks that a resource exists and is not removed.
    pub(super) fn resource(&mut self, name: &str, at: Location) -> bool {
        let Some(resources) = &self.resources else {
            self.refuse_unknown_before_resources(name, at);
            return false;
        };
        match resources.get(name) {
            Some(Presence::Kept) => true,
            Some(Presence::Removed { condition }) => {
                let message = format!("`{name}` is not there, because the condition `{condition}` is false");
                self.refuse(at, message);
                false
            }
            None => {
                let names: Vec<String> = self.parameters.keys().chain(resources.keys()).cloned().collect();
                let names = names.iter().map(String::as_str).chain(PSEUDO_PARAMETERS);
                self.unknown("parameter or resource", name, at, names);
                false
            }
        }
    }

    fn refuse_unknown_before_resources(&mut self, name: &str, at: Location) {
        if self
            .template
            .section("Resources")
            .iter()
            .any(|entry| entry.key == name)
        {
            self.refuse(
                at,
                format!("`{name}` is a resource, which is not there yet when this is decided"),
            );
        } else {
            let names: Vec<String> = self.parameters.keys().cloned().collect();
            self.unknown(
                "parameter",
                name,
                at,
                names.iter().map(String::as_str).chain(PSEUDO_PARAMETERS),
            );
        }
    }

    fn scalar(&mut self, at: Location, scalar: &Scalar) -> Option<Value> {
        match Value::from_scalar(scalar) {
            Ok(value) => Some(value),
            Err(ScalarError::Null) => {
                self.refuse(at, "a value is missing");
                None
            }
            Err(ScalarError::Ambiguous) => {
                let message = format!("`{scalar}` is read differently by different versions of YAML");
                let problem = Problem::new(&self.template.file, at, message);
                self.problems
                    .push(problem.with_hint("put it in quotes, or write `true`, `false` or a plain number"));
                None
            }
        }
    }

    fn object(&mut self, entries: &[Entry]) -> Value {
        let mut members = IndexMap::with_capacity(entries.len());
        for entry in entries {
            if let Some(value) = self.value(&entry.value) {
                members.insert(entry.key.clone(), value);
            }
        }
        Value::Object(members)
    }

    fn apply(&mut self, function: Function, at: Location, argument: &Node) -> Option<Value> {
        match function {
            Function::Ref => self.reference(argument),
            Function::GetAtt => self.attribute(at, argument),
            Function::Sub => self.substitute(argument),
            Function::If => self.choose(at, argument),
            Function::FindInMap => self.find_in_map(at, argument),
            Function::Join => self.join(at, argument),
            Function::Select => self.select(at, argument),
            Function::Split => self.split(at, argument),
            Function::Length => self.length(at, argument),
            Function::ToJsonString => self.json_string(at, argument),
            Function::Base64 | Function::Cidr | Function::GetAzs | Function::ImportValue => {
                Some(Value::Call(function, Box::new(self.value(argument)?)))
            }
            Function::And
            | Function::Condition
            | Function::Contains
            | Function::EachMemberEquals
            | Function::EachMemberIn
            | Function::Equals
            | Function::Not
            | Function::Or => {
                self.refuse(
                    at,
                    format!("`{}` decides a condition and is no value", function.name()),
                );
                None
            }
        }
    }

    fn reference(&mut self, argument: &Node) -> Option<Value> {
        let name = self.literal_text(argument, "the name in `Ref`")?;
        match self.name(&name, argument.at) {
            Named::Text(text) => Some(Value::Text(text)),
            Named::List(items) => Some(Value::List(items.into_iter().map(Value::Text).collect())),
            Named::Open => Some(Value::Call(Function::Ref, Box::new(Value::Text(name)))),
            Named::Nothing | Named::Refused => None,
        }
    }

    fn attribute(&mut self, at: Location, argument: &Node) -> Option<Value> {
        let Some([resource, attribute]) = argument.as_sequence() else {
            self.refuse(at, "`Fn::GetAtt` takes a resource and an attribute");
            return None;
        };
        let name = self.literal_text(resource, "the resource of `Fn::GetAtt`")?;
        let attribute = self.literal_text(attribute, "the attribute of `Fn::GetAtt`")?;
        let arguments = Value::List(vec![Value::text(&name), Value::Text(attribute)]);
        self.resource(&name, resource.at)
            .then(|| Value::Call(Function::GetAtt, Box::new(arguments)))
    }

    fn choose(&mut self, at: Location, argument: &Node) -> Option<Value> {
        let Some([condition, then, otherwise]) = argument.as_sequence() else {
            self.refuse(at, "`Fn::If` takes a condition and two values");
            return None;
        };
        let name = self.literal_text(condition, "the condition of `Fn::If`");
        let (taken, untaken) = match name.and_then(|name| self.condition(&name, condition.at)) {
            Some(true) => (then, otherwise),
            Some(false) => (otherwise, then),
            None => {
                self.untaken(then);
                self.untaken(otherwise);
                return None;
            }
        };
        self.untaken(untaken);
        self.value(taken)
    }

    /// Reports a mistake in what is part of the rendering.
    pub(super) fn refuse(&mut self, at: Location, message: impl Into<String>) {
        if self.untaken == 0 {
            self.problems.push(Problem::new(&self.template.file, at, message));
        }
    }

    /// Reports a name that nothing has, wherever it stands.
    pub(super) fn unknown<'a>(
        &mut self,
        what: &str,
        name: &str,
        at: Location,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let problem = Problem::new(&self.template.file, at, format!("unknown {what} `{name}`"));
        self.problems.push(problem.with_nearest(name, known));
    }

    /// Reports what CloudFormation itself would refuse in the template as it lies.
    pub(super) fn needs_language_extensions(&mut self, at: Location, what: &str) {
        if !self.template.language_extensions {
            let message = format!("{what} needs `Transform: AWS::LanguageExtensions`");
            self.refuse(at, message);
        }
    }
}

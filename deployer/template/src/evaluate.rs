//! PURE: evaluation: replaces what is known before a deployment, and keeps what AWS decides as a call.

use indexmap::IndexMap;

use super::decide::Condition;
use super::document::Template;
use super::function::{Call, Function};
use super::names::{Named, dynamic_reference};
use super::refuse::OF_A_STORED_VALUE;
use super::rules::Rules;
use super::value::Value;
use crate::problem::Problems;
use crate::values::{ParameterValue, Values};
use crate::yaml::{Entry, Kind, Location, Node, Scalar};

/// Evaluates one template with one set of values.
///
/// A value may be absent: a property or an item that is `AWS::NoValue` is left out. Where a value is required, its
/// absence is a problem. Evaluation continues after a problem. It also visits the branches that are not taken, but
/// reports only unknown names there.
pub(super) struct Evaluator<'t> {
    pub(super) template: &'t Template,
    pub(super) values: &'t Values,
    pub(super) parameters: &'t IndexMap<String, ParameterValue>,
    pub(super) rules: Rules,
    pub(super) conditions: IndexMap<String, Condition>,
    /// The resources, once their presence is known; `None` while conditions and rules are decided.
    pub(super) resources: Option<IndexMap<String, Presence>>,
    pub(super) problems: Problems,
    /// Beliefs about AWS that are not verified.
    pub(super) warnings: Problems,
    untaken: usize,
    /// Whether an item or member may be left out at the current place.
    may_be_absent: bool,
}

/// The result of an expression.
pub(super) enum Evaluated {
    Value(Value),
    /// `AWS::NoValue`.
    Absent,
    /// Refused with a problem.
    Refused,
}

impl From<Option<Value>> for Evaluated {
    /// A function that returned nothing has already reported why.
    fn from(value: Option<Value>) -> Self {
        value.map_or(Self::Refused, Self::Value)
    }
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

impl<'t> Evaluator<'t> {
    /// Prepares an evaluation, with no condition and no resource known yet.
    pub(super) fn new(
        template: &'t Template,
        values: &'t Values,
        parameters: &'t IndexMap<String, ParameterValue>,
        rules: Rules,
    ) -> Self {
        Self {
            template,
            values,
            parameters,
            rules,
            conditions: IndexMap::new(),
            resources: None,
            problems: Problems::default(),
            warnings: Problems::default(),
            untaken: 0,
            may_be_absent: true,
        }
    }

    /// Evaluates an expression.
    pub(super) fn evaluate(&mut self, node: &Node) -> Evaluated {
        match &node.kind {
            Kind::Scalar(scalar) => self.scalar(node.at, scalar).into(),
            Kind::Sequence(items) => Evaluated::Value(self.list(items)),
            Kind::Mapping(entries) => match Function::called(entries) {
                Call::None => Evaluated::Value(self.object(entries)),
                Call::Of(function, argument) => self.apply(function, node.at, argument),
                Call::Unknown(entry) => {
                    self.unknown("function", &entry.key, entry.at, Function::names());
                    Evaluated::Refused
                }
                Call::NotAlone(entry) => {
                    self.refuse(entry.at, format!("`{}` stands beside other keys", entry.key));
                    Evaluated::Refused
                }
            },
        }
    }

    /// Evaluates a property or an item that is left out if absent; `None` also if it is refused.
    pub(super) fn value(&mut self, node: &Node) -> Option<Value> {
        match self.evaluate(node) {
            Evaluated::Value(value) => Some(value),
            Evaluated::Absent | Evaluated::Refused => None,
        }
    }

    /// Evaluates a required value, whose items and members may be absent.
    pub(super) fn present(&mut self, node: &Node, what: &str) -> Option<Value> {
        let may_be_absent = std::mem::replace(&mut self.may_be_absent, true);
        let evaluated = self.evaluate(node);
        self.may_be_absent = may_be_absent;
        self.there(evaluated, node.at, what)
    }

    /// Evaluates a required value, in which nothing may be absent.
    pub(super) fn whole(&mut self, node: &Node, what: &str) -> Option<Value> {
        let may_be_absent = std::mem::replace(&mut self.may_be_absent, false);
        let evaluated = self.evaluate(node);
        self.may_be_absent = may_be_absent;
        self.there(evaluated, node.at, what)
    }

    fn there(&mut self, evaluated: Evaluated, at: Location, what: &str) -> Option<Value> {
        match evaluated {
            Evaluated::Value(value) => Some(value),
            Evaluated::Refused => None,
            Evaluated::Absent => {
                self.refuse_absent(at, what);
                None
            }
        }
    }

    /// Evaluates a single value that must be known before deployment.
    pub(super) fn literal_text(&mut self, node: &Node, what: &str) -> Option<String> {
        let value = self.present(node, what)?;
        let text = value.as_text();
        if text.is_none() {
            self.refuse(node.at, format!("{what} is {}", value.noun()));
        }
        text
    }

    /// Visits a value that is not part of the rendering, to check the names in it.
    pub(super) fn untaken(&mut self, node: &Node) {
        self.untaken += 1;
        let _ = self.value(node);
        self.untaken -= 1;
    }

    /// Tells whether the current value is not part of the rendering.
    pub(super) fn is_untaken(&self) -> bool {
        self.untaken > 0
    }

    fn scalar(&mut self, at: Location, scalar: &Scalar) -> Option<Value> {
        let value = Value::from_scalar(scalar);
        if value.is_none() {
            self.refuse(at, "a value is missing");
        }
        value
    }

    fn list(&mut self, items: &[Node]) -> Value {
        Value::List(
            items
                .iter()
                .filter_map(|item| self.part(item, "an item"))
                .collect(),
        )
    }

    /// Evaluates a part of a list or an object, which may be absent unless the whole is required.
    fn part(&mut self, node: &Node, what: &str) -> Option<Value> {
        let evaluated = self.evaluate(node);
        if matches!(evaluated, Evaluated::Absent) && self.may_be_absent {
            return None;
        }
        self.there(evaluated, node.at, what)
    }

    fn object(&mut self, entries: &[Entry]) -> Value {
        let mut members = IndexMap::with_capacity(entries.len());
        for entry in entries {
            if let Some(value) = self.part(&entry.value, &format!("`{}`", entry.key)) {
                members.insert(entry.key.clone(), value);
            }
        }
        Value::Object(members)
    }

    fn apply(&mut self, function: Function, at: Location, argument: &Node) -> Evaluated {
        match function {
            Function::Ref => self.reference(argument),
            Function::If => self.choose(at, argument),
            Function::FindInMap => self.find_in_map(at, argument),
            Function::GetAtt => self.attribute(at, argument).into(),
            Function::Sub => self.substitute(argument).into(),
            Function::Join => self.join(at, argument).into(),
            Function::Select => self.select(at, argument).into(),
            Function::Split => self.split(at, argument).into(),
            Function::Length => self.length(at, argument).into(),
            Function::ToJsonString => self.json_string(at, argument).into(),
            Function::Base64 | Function::Cidr | Function::GetAzs | Function::ImportValue => {
                let value = self.whole(argument, &format!("the argument of `{}`", function.name()));
                if value.as_ref().is_some_and(Value::has_reference) {
                    // AWS would apply the function to the reference's text, not to the value that it stands for.
                    let message = format!("`{}` has a value known after deployment only", function.name());
                    self.refuse_with_hint(argument.at, message, OF_A_STORED_VALUE);
                    return Evaluated::Refused;
                }
                value
                    .map(|argument| Value::Call(function, Box::new(argument)))
                    .into()
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
                Evaluated::Refused
            }
        }
    }

    fn reference(&mut self, argument: &Node) -> Evaluated {
        let Some(name) = self.literal_text(argument, "the name in `Ref`") else {
            return Evaluated::Refused;
        };
        Evaluated::Value(match self.name(&name, argument.at) {
            Named::Text(text) => Value::Text(text),
            Named::List(items) => Value::List(items.into_iter().map(Value::Text).collect()),
            Named::Stored(stored) => Value::Stored(dynamic_reference(&stored)),
            Named::Open => Value::Call(Function::Ref, Box::new(Value::Text(name))),
            Named::Nothing => return Evaluated::Absent,
            Named::Refused => return Evaluated::Refused,
        })
    }

    fn attribute(&mut self, at: Location, argument: &Node) -> Option<Value> {
        // The long form accepts `Table.Arn`, too.
        if let Some((resource, attribute)) = argument.as_text().and_then(|text| text.split_once('.')) {
            let (resource, attribute) = (
                Node::text(argument.at, resource),
                Node::text(argument.at, attribute),
            );
            return self.attribute_of(&resource, &attribute);
        }
        let Some([resource, attribute]) = argument.as_sequence() else {
            self.refuse(at, "`Fn::GetAtt` takes a resource and an attribute");
            return None;
        };
        self.attribute_of(resource, attribute)
    }

    fn attribute_of(&mut self, resource: &Node, attribute: &Node) -> Option<Value> {
        let name = self.literal_text(resource, "the resource of `Fn::GetAtt`")?;
        let at = attribute.at;
        let attribute = self.literal_text(attribute, "the attribute of `Fn::GetAtt`")?;
        if attribute.is_empty() {
            self.refuse(at, format!("the attribute of `{name}` in `Fn::GetAtt` is empty"));
            return None;
        }
        let arguments = Value::List(vec![Value::text(&name), Value::Text(attribute)]);
        self.resource(&name, resource.at)
            .then(|| Value::Call(Function::GetAtt, Box::new(arguments)))
    }

    fn choose(&mut self, at: Location, argument: &Node) -> Evaluated {
        let Some([condition, then, otherwise]) = argument.as_sequence() else {
            self.refuse(at, "`Fn::If` takes a condition and two values");
            return Evaluated::Refused;
        };
        let name = self.literal_text(condition, "the condition of `Fn::If`");
        let (taken, untaken) = match name.and_then(|name| self.condition(&name, condition.at)) {
            Some(true) => (then, otherwise),
            Some(false) => (otherwise, then),
            None => {
                self.untaken(then);
                self.untaken(otherwise);
                return Evaluated::Refused;
            }
        };
        self.untaken(untaken);
        self.evaluate(taken)
    }
}

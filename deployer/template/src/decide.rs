//! PURE: conditions, which depend on parameters only and are decided before any resource exists.

use super::evaluate::Evaluator;
use super::function::Function;
use super::value::Value;
use crate::problem::Problem;
use crate::yaml::{Kind, Location, Node};

/// A condition of the template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    /// Not evaluated so far.
    Open(Node),
    /// Being decided; a lookup at this moment is a cycle.
    Underway,
    /// Decided; `None` if it was refused.
    Decided(Option<bool>),
}

/// The context of a decision: rules and conditions may use different functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Condition,
    Rule,
}

impl Evaluator<'_> {
    /// Reads the conditions and decides them all.
    pub(super) fn decide_conditions(&mut self) {
        let template = self.template;
        let entries = self.write_out_entries(template.section("Conditions"));
        let places: Vec<_> = entries
            .iter()
            .map(|entry| (entry.key.clone(), entry.at))
            .collect();
        self.conditions = entries
            .into_iter()
            .map(|entry| (entry.key, Condition::Open(entry.value)))
            .collect();
        for (name, at) in places {
            self.condition(&name, at);
        }
    }

    /// Tells whether a condition holds; `None` if it was refused.
    pub(super) fn condition(&mut self, name: &str, at: Location) -> Option<bool> {
        let Some(condition) = self.conditions.get_mut(name) else {
            let names: Vec<String> = self.conditions.keys().cloned().collect();
            self.unknown("condition", name, at, names.iter().map(String::as_str));
            return None;
        };
        let decided = match std::mem::replace(condition, Condition::Underway) {
            Condition::Open(node) => self.decide(&node, Decision::Condition),
            Condition::Underway => {
                self.refuse(at, format!("the condition `{name}` depends on itself"));
                None
            }
            Condition::Decided(decided) => decided,
        };
        self.conditions
            .insert(name.to_owned(), Condition::Decided(decided));
        decided
    }

    /// Decides a condition expression; `None` if it was refused.
    pub(super) fn decide(&mut self, node: &Node, decision: Decision) -> Option<bool> {
        let called = match &node.kind {
            Kind::Mapping(entries) => match entries.as_slice() {
                [entry] => Some(entry),
                _ => None,
            },
            _ => None,
        };
        let Some(entry) = called else {
            self.refuse(node.at, format!("a condition is a function, not {}", node.noun()));
            return None;
        };
        let argument = &entry.value;
        match (Function::from_name(&entry.key), decision) {
            (Some(Function::Condition), Decision::Condition) => {
                let name = self.literal_text(argument, "the name in `Condition`")?;
                self.condition(&name, argument.at)
            }
            (Some(Function::Equals), _) => self.equals(argument),
            (Some(Function::Not), _) => self.negate(argument, decision),
            (Some(function @ (Function::And | Function::Or)), _) => {
                self.combine(function, argument, decision)
            }
            (Some(Function::Contains), Decision::Rule) => self.contains(argument),
            (Some(Function::EachMemberIn), Decision::Rule) => self.each_member_in(argument),
            (Some(Function::EachMemberEquals), Decision::Rule) => self.each_member_equals(argument),
            (Some(_), _) => {
                self.refuse(entry.at, format!("`{}` decides nothing here", entry.key));
                None
            }
            (None, _) => {
                self.unknown("function", &entry.key, entry.at, Function::names());
                None
            }
        }
    }

    fn negate(&mut self, argument: &Node, decision: Decision) -> Option<bool> {
        let Some([condition]) = argument.as_sequence() else {
            self.refuse(argument.at, "`Fn::Not` takes a list of one condition");
            return None;
        };
        self.decide(condition, decision).map(|holds| !holds)
    }

    fn combine(&mut self, function: Function, argument: &Node, decision: Decision) -> Option<bool> {
        let conditions = argument.as_sequence().unwrap_or_default();
        if !(2..=10).contains(&conditions.len()) {
            self.refuse(
                argument.at,
                format!("`{}` takes a list of 2 to 10 conditions", function.name()),
            );
            return None;
        }
        let decided: Vec<_> = conditions
            .iter()
            .map(|condition| self.decide(condition, decision))
            .collect();
        let decided = decided.into_iter().collect::<Option<Vec<bool>>>()?;
        let holds = |condition: &bool| *condition;
        Some(if function == Function::And {
            decided.iter().all(holds)
        } else {
            decided.iter().any(holds)
        })
    }

    /// CloudFormation compares single values; how it compares lists is not documented.
    fn equals(&mut self, argument: &Node) -> Option<bool> {
        let (left, right) = self.two(Function::Equals, argument)?;
        if let (Some(left), Some(right)) = (left.as_text(), right.as_text()) {
            return Some(left == right);
        }
        let odd = if left.as_text().is_none() { left } else { right };
        let message = format!("`Fn::Equals` compares single values, not {}", odd.noun());
        let problem = Problem::new(&self.template.file, argument.at, message);
        self.problems.push(match odd {
            Value::List(_) => problem.with_hint("compare the members as one text: `!Join [',', !Ref List]`"),
            _ => problem,
        });
        None
    }

    fn contains(&mut self, argument: &Node) -> Option<bool> {
        let (list, text) = self.two(Function::Contains, argument)?;
        Some(members(&list).iter().any(|member| same(member, &text)))
    }

    fn each_member_in(&mut self, argument: &Node) -> Option<bool> {
        let (list, allowed) = self.two(Function::EachMemberIn, argument)?;
        let is_allowed = |member: &Value| members(&allowed).iter().any(|known| same(known, member));
        Some(members(&list).iter().all(is_allowed))
    }

    fn each_member_equals(&mut self, argument: &Node) -> Option<bool> {
        let (list, text) = self.two(Function::EachMemberEquals, argument)?;
        Some(members(&list).iter().all(|member| same(member, &text)))
    }

    /// Evaluates two values that must be known.
    fn two(&mut self, function: Function, argument: &Node) -> Option<(Value, Value)> {
        let Some([left, right]) = argument.as_sequence() else {
            self.refuse(argument.at, format!("`{}` takes two values", function.name()));
            return None;
        };
        let (left, right) = (self.known(function, left), self.known(function, right));
        Some((left?, right?))
    }

    fn known(&mut self, function: Function, node: &Node) -> Option<Value> {
        let value = self.whole(node, &format!("a value of `{}`", function.name()))?;
        if !value.is_literal() || value.has_reference() {
            self.refuse(
                node.at,
                format!("`{}` has a value known after deployment only", function.name()),
            );
            return None;
        }
        Some(value)
    }
}

/// CloudFormation compares strings: `"512"` equals `512`.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (left, right) => match (left.as_text(), right.as_text()) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
    }
}

/// Treats a single value as a list of one.
fn members(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        single => std::slice::from_ref(single),
    }
}

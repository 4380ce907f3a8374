//! PURE: the functions that compute. Their arguments may be known, partly known, or left to AWS.

use super::evaluate::{Evaluated, Evaluator};
use super::function::Function;
use super::refuse::OF_A_STORED_VALUE;
use super::value::Value;
use crate::problem::Problem;
use crate::yaml::{Location, Node};

impl Evaluator<'_> {
    pub(super) fn find_in_map(&mut self, at: Location, argument: &Node) -> Evaluated {
        let (map, first, second, default) = match argument.as_sequence() {
            Some([map, first, second]) => (map, first, second, None),
            Some([map, first, second, options]) => match options.as_mapping() {
                Some([default]) if default.key == "DefaultValue" => {
                    (map, first, second, Some(&default.value))
                }
                _ => {
                    self.refuse(
                        options.at,
                        "the fourth argument of `Fn::FindInMap` is a `DefaultValue`",
                    );
                    return Evaluated::Refused;
                }
            },
            _ => {
                self.refuse(at, "`Fn::FindInMap` takes a map and two keys");
                return Evaluated::Refused;
            }
        };
        let Some(name) = self.literal_text(map, "the map of `Fn::FindInMap`") else {
            return Evaluated::Refused;
        };
        let template = self.template;
        let maps = template.section("Mappings");
        let Some(entry) = maps.iter().find(|entry| entry.key == name) else {
            // AWS documents the default for a missing key only, not for a missing mapping
            // (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-findinmap.html).
            self.unknown(
                "mapping",
                &name,
                map.at,
                maps.iter().map(|entry| entry.key.as_str()),
            );
            return Evaluated::Refused;
        };
        let first_key = self.literal_text(first, "the first key of `Fn::FindInMap`");
        let second_key = self.literal_text(second, "the second key of `Fn::FindInMap`");
        let (Some(first_key), Some(second_key)) = (first_key, second_key) else {
            return Evaluated::Refused;
        };
        match (
            entry
                .value
                .get(&first_key)
                .and_then(|inner| inner.get(&second_key)),
            default,
        ) {
            (Some(found), _) => self.evaluate(found),
            (None, Some(default)) => self.evaluate(default),
            (None, None) => {
                let message = format!("the mapping `{name}` has no `{first_key}`, `{second_key}`");
                // CloudFormation looks up literal keys even in branches that are not taken.
                if [first, second].iter().all(|key| key.as_text().is_some()) {
                    self.problems.push(Problem::new(&template.file, at, message));
                } else {
                    self.refuse(at, message);
                }
                Evaluated::Refused
            }
        }
    }

    pub(super) fn join(&mut self, at: Location, argument: &Node) -> Option<Value> {
        let Some([delimiter, list]) = argument.as_sequence() else {
            self.refuse(at, "`Fn::Join` takes a delimiter and a list");
            return None;
        };
        let delimiter = self.literal_text(delimiter, "the delimiter of `Fn::Join`");
        let items = self.present(list, "the list of `Fn::Join`");
        // A problem in one argument does not stop the check of the other.
        let delimiter = delimiter?;
        let items = match items? {
            Value::List(items) => items,
            open @ Value::Call(..) => {
                return Some(call(Function::Join, [Value::Text(delimiter), open]));
            }
            other => {
                self.refuse(list.at, format!("`Fn::Join` joins a list, not {}", other.noun()));
                return None;
            }
        };
        if let Some(odd) = items
            .iter()
            .find(|item| matches!(item, Value::List(_) | Value::Object(_)))
        {
            self.refuse(
                list.at,
                format!("`Fn::Join` joins single values, not {}", odd.noun()),
            );
            return None;
        }
        match items.iter().map(Value::as_text).collect::<Option<Vec<_>>>() {
            Some(texts) => Some(Value::Text(texts.join(&delimiter))),
            None => Some(call(Function::Join, [Value::Text(delimiter), Value::List(items)])),
        }
    }

    pub(super) fn select(&mut self, at: Location, argument: &Node) -> Option<Value> {
        let Some([index, list]) = argument.as_sequence() else {
            self.refuse(at, "`Fn::Select` takes an index and a list");
            return None;
        };
        let written = self.literal_text(index, "the index of `Fn::Select`");
        let items = self.whole(list, "the list of `Fn::Select`");
        let written = written?;
        // AWS does not document whether it accepts `+1`, `01` or ` 1` as an index.
        let position = written.parse::<usize>().ok();
        let Some(position) = position.filter(|position| position.to_string() == written) else {
            self.refuse(
                index.at,
                format!("the index `{written}` of `Fn::Select` is no whole number"),
            );
            return None;
        };
        match items? {
            Value::List(mut items) if position < items.len() => Some(items.swap_remove(position)),
            Value::List(items) => {
                self.refuse(
                    at,
                    format!("`Fn::Select` takes item {position} of a list of {}", items.len()),
                );
                None
            }
            open @ Value::Call(..) => Some(call(Function::Select, [Value::Text(written), open])),
            other => {
                self.refuse(
                    list.at,
                    format!("`Fn::Select` takes from a list, not {}", other.noun()),
                );
                None
            }
        }
    }

    pub(super) fn split(&mut self, at: Location, argument: &Node) -> Option<Value> {
        let Some([delimiter, text]) = argument.as_sequence() else {
            self.refuse(at, "`Fn::Split` takes a delimiter and a text");
            return None;
        };
        let at = delimiter.at;
        let delimiter = self.literal_text(delimiter, "the delimiter of `Fn::Split`");
        let whole = self.present(text, "the text of `Fn::Split`");
        let delimiter = delimiter?;
        if delimiter.is_empty() {
            self.refuse(at, "the delimiter of `Fn::Split` is empty");
            return None;
        }
        let whole = whole?;
        if whole.has_reference() {
            self.refuse_with_hint(
                text.at,
                "`Fn::Split` splits a text, not one with a value known after deployment only",
                OF_A_STORED_VALUE,
            );
            return None;
        }
        match whole {
            open @ Value::Call(..) => Some(call(Function::Split, [Value::Text(delimiter), open])),
            value => {
                let Some(whole) = value.as_text() else {
                    self.refuse(
                        text.at,
                        format!("`Fn::Split` splits a text, not {}", value.noun()),
                    );
                    return None;
                };
                Some(Value::List(whole.split(&delimiter).map(Value::text).collect()))
            }
        }
    }

    pub(super) fn length(&mut self, at: Location, argument: &Node) -> Option<Value> {
        self.needs_language_extensions(at, "`Fn::Length`");
        match self.whole(argument, "the list of `Fn::Length`")? {
            Value::List(items) => Some(Value::Number(items.len().into())),
            other => {
                self.refuse(
                    argument.at,
                    format!("`Fn::Length` counts a list, not what is {}", other.noun()),
                );
                None
            }
        }
    }

    /// The rendering has no transform, so the string cannot contain values that only AWS knows.
    pub(super) fn json_string(&mut self, at: Location, argument: &Node) -> Option<Value> {
        self.needs_language_extensions(at, "`Fn::ToJsonString`");
        let value = self.whole(argument, "the argument of `Fn::ToJsonString`")?;
        if !value.is_literal() {
            self.refuse_with_hint(
                at,
                "`Fn::ToJsonString` has a value that is known after deployment only",
                "write the text with a `Fn::Sub`: `!Sub '{\"table\":\"${Table}\"}'`",
            );
            return None;
        }
        Some(Value::Text(serde_json::to_string(&value).unwrap_or_default()))
    }
}

fn call<const N: usize>(function: Function, arguments: [Value; N]) -> Value {
    Value::Call(function, Box::new(Value::List(arguments.into())))
}

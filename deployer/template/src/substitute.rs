//! PURE: `Fn::Sub`: fills in known variables and leaves the others to AWS.

use indexmap::IndexMap;

use super::evaluate::Evaluator;
use super::function::Function;
use super::names::{Named, dynamic_reference};
use super::value::Value;
use crate::yaml::{Location, Node};

/// A part of the string of a `Sub`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// Literal text.
    Text(&'t str),
    /// `${!Name}`, which AWS turns into `${Name}`.
    Escaped(&'t str),
    /// `${Name}`.
    Variable(&'t str),
}

/// Splits the string of a `Sub` into its parts; an unclosed `${` is literal text.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        if start > 0 {
            parts.push(Part::Text(&rest[..start]));
        }
        let name = &rest[start + 2..start + length];
        // CloudFormation ignores spaces here: `${ AWS::Region }`.
        let variable = Part::Variable(name.trim_matches(' '));
        parts.push(name.strip_prefix('!').map_or(variable, Part::Escaped));
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// The result of resolving a variable of a `Sub`.
enum Filled {
    Known(String),
    Open,
    Refused,
}

impl Evaluator<'_> {
    pub(super) fn substitute(&mut self, argument: &Node) -> Option<Value> {
        let (template, variables) = match argument.as_sequence() {
            Some([template, variables]) => (template, variables.as_mapping()),
            Some(_) => (argument, None),
            None => (argument, Some([].as_slice())),
        };
        let (Some(text), Some(entries)) = (template.as_text(), variables) else {
            self.refuse(argument.at, "`Fn::Sub` takes a text, or a text and a mapping");
            return None;
        };
        let mut given = IndexMap::new();
        for entry in entries {
            let what = format!("the variable `{}` of `Fn::Sub`", entry.key);
            given.insert(entry.key.as_str(), self.whole(&entry.value, &what));
        }
        let mut written = Written::default();
        let mut refused = false;
        for part in parts(text) {
            match part {
                Part::Text(text) => written.known(text),
                Part::Escaped(name) => written.escaped(name),
                Part::Variable(name) => match self.fill(name, template.at, &given) {
                    Filled::Known(value) => written.known(&value),
                    Filled::Open => written.open(name),
                    Filled::Refused => refused = true,
                },
            }
        }
        if refused {
            return None;
        }
        let (text, names) = match written.finish() {
            Finished::Known(text) => return Some(Value::Text(text)),
            Finished::Open { template, names } => (template, names),
            Finished::Unclosed => {
                self.refuse(
                    template.at,
                    "a text before a variable of `Fn::Sub` ends inside `${`, which CloudFormation would read on",
                );
                return None;
            }
        };
        let open: IndexMap<String, Value> = given
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .filter(|(name, value)| matches!(value, Value::Call(..)) && names.contains(name))
            .collect();
        let text = Value::Text(text);
        Some(Value::Call(
            Function::Sub,
            Box::new(if open.is_empty() {
                text
            } else {
                Value::List(vec![text, Value::Object(open)])
            }),
        ))
    }

    fn fill(&mut self, name: &str, at: Location, given: &IndexMap<&str, Option<Value>>) -> Filled {
        match given.get(name) {
            Some(Some(Value::Call(..))) => return Filled::Open,
            Some(Some(Value::Stored(reference))) => return Filled::Known(reference.clone()),
            Some(Some(value)) => {
                return match value.as_text() {
                    Some(text) => Filled::Known(text),
                    None => self.not_a_text(name, at),
                };
            }
            Some(None) => return Filled::Refused,
            None => {}
        }
        if let Some((resource, attribute)) = name.split_once('.') {
            if attribute.is_empty() {
                self.refuse(at, format!("`${{{name}}}` in `Fn::Sub` names no attribute"));
                return Filled::Refused;
            }
            return if self.resource(resource, at) {
                Filled::Open
            } else {
                Filled::Refused
            };
        }
        match self.name(name, at) {
            Named::Text(text) => Filled::Known(text),
            Named::Stored(stored) => Filled::Known(dynamic_reference(&stored)),
            Named::List(_) | Named::Nothing => self.not_a_text(name, at),
            Named::Open => Filled::Open,
            Named::Refused => Filled::Refused,
        }
    }

    fn not_a_text(&mut self, name: &str, at: Location) -> Filled {
        self.refuse(at, format!("`${{{name}}}` in `Fn::Sub` is no single value"));
        Filled::Refused
    }
}

/// The result so far: known texts and open variables. Two texts never follow each other.
#[derive(Default)]
struct Written(Vec<Piece>);

enum Piece {
    Known(String),
    Open(String),
}

/// The finished argument.
enum Finished {
    /// A literal; nothing is left to AWS.
    Known(String),
    /// A string with variables, and the variables' names.
    Open { template: String, names: Vec<String> },
    /// A known text ends in an unclosed `${` and a variable follows; no `Sub` can express that.
    Unclosed,
}

impl Written {
    /// Joins texts before they are escaped, because `$` and `{Name}` from two sources together form `${Name}`.
    fn known(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Known(known)) => known.push_str(text),
            _ => self.0.push(Piece::Known(text.to_owned())),
        }
    }

    fn escaped(&mut self, name: &str) {
        self.known(&format!("${{{name}}}"));
    }

    fn open(&mut self, name: &str) {
        self.0.push(Piece::Open(name.to_owned()));
    }

    fn finish(self) -> Finished {
        let has_open = self.0.iter().any(|piece| matches!(piece, Piece::Open(_)));
        let (mut template, mut names) = (String::new(), Vec::new());
        let last = self.0.len().saturating_sub(1);
        for (index, piece) in self.0.into_iter().enumerate() {
            match piece {
                Piece::Known(text) if !has_open => template.push_str(&text),
                Piece::Known(text) => {
                    if index < last && ends_inside(&text) {
                        return Finished::Unclosed;
                    }
                    // In a value that was filled in, `${…}` is not a variable.
                    template.push_str(&escaped(&text));
                }
                Piece::Open(name) => {
                    template.extend(["${", &name, "}"]);
                    names.push(name);
                }
            }
        }
        if has_open {
            Finished::Open { template, names }
        } else {
            Finished::Known(template)
        }
    }
}

/// Escapes a text so that nothing in it is a variable. An unclosed `${` stays as it is: AWS removes the `!` of `${!`
/// only if a `}` follows.
fn escaped(text: &str) -> String {
    let (mut escaped, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        escaped.extend([before, "${!", name, "}"]);
        rest = behind;
    }
    escaped + rest
}

/// Tells whether a text ends inside an unclosed `${`.
fn ends_inside(text: &str) -> bool {
    text.rfind("${").is_some_and(|start| !text[start..].contains('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_be_a_variable_is_escaped() {
        for (text, expected) in [
            ("a-${B}/${C}-$", "a-${!B}/${!C}-$"),
            ("${!B}", "${!!B}"),
            ("${a${b}", "${!a${b}"),
            ("a${b${c", "a${b${c"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn the_text_of_a_sub_is_taken_apart() {
        assert_eq!(
            parts("a-${B}/${!C}${D.E}-${"),
            [
                Part::Text("a-"),
                Part::Variable("B"),
                Part::Text("/"),
                Part::Escaped("C"),
                Part::Variable("D.E"),
                Part::Text("-${"),
            ]
        );
    }
}

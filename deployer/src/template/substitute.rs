//! PURE: `Fn::Sub`: known variables are filled in, the rest stays for AWS.

use indexmap::IndexMap;

use super::evaluate::{Evaluator, Named};
use super::function::Function;
use super::value::Value;
use crate::yaml::{Location, Node};

/// A part of the text of a `Sub`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// Text as it is.
    Text(&'t str),
    /// `${!Name}`, which AWS makes `${Name}` of.
    Escaped(&'t str),
    /// `${Name}`.
    Variable(&'t str),
}

/// Takes the text of a `Sub` apart; a `${` that is not closed is text.
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
        parts.push(name.strip_prefix('!').map_or(Part::Variable(name), Part::Escaped));
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// What a variable of a `Sub` turned out to be.
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
            given.insert(entry.key.as_str(), self.value(&entry.value));
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
        if !written.has_open {
            return Some(Value::Text(written.plain));
        }
        let open: IndexMap<String, Value> = given
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .filter(|(name, value)| matches!(value, Value::Call(..)) && written.names.contains(name))
            .collect();
        let text = Value::Text(written.template);
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
            Some(Some(value)) => {
                return match value.as_text() {
                    Some(text) => Filled::Known(text),
                    None => self.not_a_text(name, at),
                };
            }
            Some(None) => return Filled::Refused,
            None => {}
        }
        if let Some((resource, _)) = name.split_once('.') {
            return if self.resource(resource, at) {
                Filled::Open
            } else {
                Filled::Refused
            };
        }
        match self.name(name, at) {
            Named::Text(text) => Filled::Known(text),
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

/// The text written so far: as AWS would write it, and as a template for what AWS has to fill in.
#[derive(Default)]
struct Written {
    plain: String,
    template: String,
    names: Vec<String>,
    has_open: bool,
}

impl Written {
    fn known(&mut self, text: &str) {
        self.plain.push_str(text);
        // What looks like a variable in a value that was filled in is none.
        self.template.push_str(&text.replace("${", "${!"));
    }

    fn escaped(&mut self, name: &str) {
        self.known(&format!("${{{name}}}"));
    }

    fn open(&mut self, name: &str) {
        self.has_open = true;
        self.names.push(name.to_owned());
        self.template.extend(["${", name, "}"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

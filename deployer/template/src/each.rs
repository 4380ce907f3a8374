//! PURE: `Fn::ForEach`, expanded before anything is evaluated.
//!
//! As in `AWS::LanguageExtensions`, the identifier is replaced in the keys of the loop's own fragment (`${X}`, and
//! `&{X}`, which keeps letters and digits only), in the string of a `Sub` (`${X}`) and in a `Ref` to it. Other
//! strings, and keys further down, stay as they are.
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>.

use super::decide::Condition;
use super::evaluate::Evaluator;
use super::rules::Rules;
use super::value::Value;
use crate::problem::{Problem, Problems};
use crate::yaml::{Entry, Kind, Location, Node};

const PREFIX: &str = "Fn::ForEach::";

/// Reports loops that share a name. Names must be unique in the template as written.
pub(super) fn check_names(file: &str, root: &Node, problems: &mut Problems) {
    let mut names: Vec<(&str, Location)> = Vec::new();
    collect_names(root, &mut names);
    for (index, (name, at)) in names.iter().enumerate() {
        if names[..index].iter().any(|(earlier, _)| earlier == name) {
            problems.push(Problem::new(file, *at, format!("the loop `{name}` is repeated")));
        }
    }
}

fn collect_names<'n>(node: &'n Node, names: &mut Vec<(&'n str, Location)>) {
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| collect_names(item, names)),
        Kind::Mapping(entries) => {
            for entry in entries {
                names.extend(entry.key.strip_prefix(PREFIX).map(|name| (name, entry.at)));
                collect_names(&entry.value, names);
            }
        }
    }
}

/// The three arguments of a loop.
struct Loop<'n> {
    identifier: &'n str,
    collection: &'n Node,
    fragment: &'n [Entry],
}

impl Evaluator<'_> {
    /// Expands the loops in a value, at every depth.
    pub(super) fn write_out_loops(&mut self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::Scalar(_) => node.kind.clone(),
            Kind::Sequence(items) => {
                Kind::Sequence(items.iter().map(|item| self.write_out_loops(item)).collect())
            }
            Kind::Mapping(entries) => Kind::Mapping(self.write_out_entries(entries)),
        };
        Node::new(node.at, kind)
    }

    /// Expands the loops among the entries of a mapping, and inside them.
    pub(super) fn write_out_entries(&mut self, entries: &[Entry]) -> Vec<Entry> {
        let mut written: Vec<Entry> = Vec::new();
        for entry in entries {
            let produced = if entry.key.starts_with(PREFIX) {
                self.iterate(entry)
            } else {
                vec![Entry {
                    value: self.write_out_loops(&entry.value),
                    ..entry.clone()
                }]
            };
            for entry in produced {
                if written.iter().any(|known| known.key == entry.key) {
                    self.refuse(entry.at, format!("a loop gives the key `{}` again", entry.key));
                } else {
                    written.push(entry);
                }
            }
        }
        written
    }

    fn iterate(&mut self, entry: &Entry) -> Vec<Entry> {
        self.needs_language_extensions(entry.at, &format!("`{}`", entry.key));
        let Some(Loop {
            identifier,
            collection,
            fragment,
        }) = self.arguments(entry)
        else {
            return Vec::new();
        };
        let mut made: Vec<(String, Entry)> = Vec::new();
        let texts = self.collection(&entry.key, collection);
        if texts == [""] {
            self.warn_of_an_empty_list(entry, collection, identifier, fragment);
            return Vec::new();
        }
        for text in texts {
            let item = Item {
                identifier,
                text: &text,
            };
            for entry in self.write_out_entries(&item.put_into_fragment(fragment)) {
                match made.iter().find(|(_, known)| known.key == entry.key) {
                    Some((before, _)) => self.refuse_as_same(collection, before, &text),
                    None => made.push((text.clone(), entry)),
                }
            }
        }
        made.into_iter().map(|(_, entry)| entry).collect()
    }

    /// CloudFormation reads an empty list parameter as a list of one empty string. *Belief*: it runs the loop once,
    /// or not at all; here the loop makes nothing. Both agree if a condition removes what the loop would make.
    fn warn_of_an_empty_list(
        &mut self,
        entry: &Entry,
        collection: &Node,
        identifier: &str,
        fragment: &[Entry],
    ) {
        let one = Item { identifier, text: "" };
        let is_removed = |made: &Entry| {
            let condition = made.value.get("Condition").and_then(Node::as_text);
            let decided = condition.and_then(|name| self.conditions.get(name));
            matches!(decided, Some(Condition::Decided(Some(false))))
        };
        if self.is_untaken() || one.put_into_fragment(fragment).iter().all(is_removed) {
            return;
        }
        let message = format!(
            "`{}` goes over an empty list, for which CloudFormation may make one pass with an empty text: here it makes none",
            entry.key
        );
        let warning = Problem::new(&self.template.file, collection.at, message);
        self.warnings.push(
            warning.with_hint("give what it makes a `Condition` that is false where the list is empty"),
        );
    }

    /// Two items of a collection give the same key: they are equal, or differ only in characters that a key drops.
    fn refuse_as_same(&mut self, collection: &Node, before: &str, item: &str) {
        if self.is_untaken() || self.rules == Rules::PassedOver {
            return;
        }
        let (message, remedy) = if before == item {
            (format!("`{item}` is listed twice"), "take one of them out")
        } else {
            (
                format!("`{before}` and `{item}` give the same keys, which keep letters and digits alone"),
                "name them otherwise, or take one of them out",
            )
        };
        let problem = self.problem_of(collection, item, message);
        let hint = match &problem.hint {
            Some(place) => format!("{remedy}; {place}"),
            None => remedy.to_owned(),
        };
        self.problems.push(problem.with_hint(hint));
    }

    fn arguments<'n>(&mut self, entry: &'n Entry) -> Option<Loop<'n>> {
        let arguments =
            match entry.value.as_sequence() {
                Some([identifier, collection, fragment]) => identifier
                    .as_text()
                    .zip(fragment.as_mapping())
                    .map(|(identifier, fragment)| Loop {
                        identifier,
                        collection,
                        fragment,
                    }),
                _ => None,
            };
        let Some(arguments) = arguments else {
            let message = format!("`{}` takes an identifier, a collection and a mapping", entry.key);
            self.refuse(entry.value.at, message);
            return None;
        };
        let identifier = arguments.identifier;
        for key in arguments
            .fragment
            .iter()
            .filter(|key| !key.key.starts_with(PREFIX))
        {
            let placeholders = [format!("${{{identifier}}}"), format!("&{{{identifier}}}")];
            if !placeholders
                .iter()
                .any(|placeholder| key.key.contains(placeholder))
            {
                let message = format!(
                    "the key `{}` of `{}` has no `${{{identifier}}}`",
                    key.key, entry.key
                );
                self.refuse(key.at, message);
            }
        }
        Some(arguments)
    }

    fn collection(&mut self, name: &str, node: &Node) -> Vec<String> {
        let node = self.write_out_loops(node);
        let Some(value) = self.whole(&node, &format!("the collection of `{name}`")) else {
            return Vec::new();
        };
        let items = match &value {
            Value::List(items) => items.iter().map(Value::as_text).collect::<Option<Vec<_>>>(),
            _ => None,
        };
        items.unwrap_or_else(|| {
            self.refuse(
                node.at,
                format!("the collection of `{name}` is no list that is known before deployment"),
            );
            Vec::new()
        })
    }
}

/// One value of a loop's identifier.
struct Item<'a> {
    identifier: &'a str,
    text: &'a str,
}

impl Item<'_> {
    fn put_into_fragment(&self, fragment: &[Entry]) -> Vec<Entry> {
        fragment.iter().map(|entry| self.put_into_entry(entry)).collect()
    }

    fn put_into_entry(&self, entry: &Entry) -> Entry {
        if entry.key.starts_with(PREFIX) {
            return Entry {
                value: self.put_into_loop(&entry.value),
                ..entry.clone()
            };
        }
        Entry {
            key: self.put_into_key(&entry.key),
            at: entry.at,
            value: self.put_into(&entry.value),
            plain: entry.plain,
        }
    }

    /// The keys of an inner loop's fragment belong to the outer loop as well.
    fn put_into_loop(&self, node: &Node) -> Node {
        match node.as_sequence() {
            Some([identifier, collection, fragment]) => {
                let fragment = match fragment.as_mapping() {
                    Some(entries) => Node::new(fragment.at, Kind::Mapping(self.put_into_fragment(entries))),
                    None => fragment.clone(),
                };
                let arguments = vec![identifier.clone(), self.put_into(collection), fragment];
                Node::new(node.at, Kind::Sequence(arguments))
            }
            _ => node.clone(),
        }
    }

    fn put_into(&self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::Scalar(_) => return node.clone(),
            Kind::Sequence(items) => Kind::Sequence(items.iter().map(|item| self.put_into(item)).collect()),
            Kind::Mapping(entries) => match entries.as_slice() {
                [entry] if entry.key == "Ref" && entry.value.as_text() == Some(self.identifier) => {
                    return Node::text(node.at, self.text);
                }
                [entry] if entry.key == "Fn::Sub" => Kind::Mapping(vec![Entry {
                    value: self.put_into_sub(&entry.value),
                    ..entry.clone()
                }]),
                entries => Kind::Mapping(entries.iter().map(|entry| self.put_into_nested(entry)).collect()),
            },
        };
        Node::new(node.at, kind)
    }

    fn put_into_nested(&self, entry: &Entry) -> Entry {
        let value = if entry.key.starts_with(PREFIX) {
            self.put_into_loop(&entry.value)
        } else {
            self.put_into(&entry.value)
        };
        Entry {
            value,
            ..entry.clone()
        }
    }

    fn put_into_sub(&self, argument: &Node) -> Node {
        let text = |node: &Node| match node.as_text() {
            Some(text) => Node::text(
                node.at,
                text.replace(&format!("${{{}}}", self.identifier), self.text),
            ),
            None => self.put_into(node),
        };
        match argument.as_sequence() {
            Some([template, variables]) => Node::new(
                argument.at,
                Kind::Sequence(vec![text(template), self.put_into(variables)]),
            ),
            _ => text(argument),
        }
    }

    fn put_into_key(&self, key: &str) -> String {
        let letters: String = self.text.chars().filter(char::is_ascii_alphanumeric).collect();
        key.replace(&format!("${{{}}}", self.identifier), self.text)
            .replace(&format!("&{{{}}}", self.identifier), &letters)
    }
}

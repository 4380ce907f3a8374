//! PURE: from the text of a file to its tree.

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::{Entry, Kind, Location, Node, Scalar};
use crate::problem::{Problem, Problems};

/// Reads one YAML document.
///
/// # Errors
/// Bad YAML at the place where reading ended; every repeated key, alias, key that is no text and tag that is no
/// local one (`!Name`) at its own place.
pub fn parse(file: &str, text: &str) -> Result<Node, Problems> {
    let mut reader = Reader {
        file,
        events: Parser::new_from_str(text),
        problems: Problems::default(),
    };
    let document = reader.document();
    match (document, reader.problems.is_empty()) {
        (Ok(document), true) => Ok(document),
        (Ok(_), false) => Err(reader.problems),
        (Err(Stopped(problem)), _) => {
            reader.problems.push(with_what_is_hidden(problem, text));
            Err(reader.problems)
        }
    }
}

/// Where reading ended in a line with something that nobody sees, that is why, most likely.
fn with_what_is_hidden(problem: Problem, text: &str) -> Problem {
    let line = text.lines().nth(problem.line.saturating_sub(1));
    let hidden = line.and_then(|line| {
        line.chars()
            .find(|letter| *letter != '\t' && is_invisible(*letter))
    });
    match hidden {
        Some(odd) => problem.with_hint(format!(
            "the line holds the invisible character U+{:04X}: put a space in its place",
            u32::from(odd)
        )),
        None => problem,
    }
}

/// Reading cannot go on.
struct Stopped(Problem);

struct Reader<'a> {
    file: &'a str,
    events: Parser<'a, StrInput<'a>>,
    problems: Problems,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Node, Stopped> {
        let mut document = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => break,
                _ if document.is_some() => {
                    return Err(self.stopped(location(span), "a second document starts in the same file"));
                }
                event => document = Some(self.node(event, span)?),
            }
        }
        document.ok_or_else(|| self.stopped(Location::START, "the file is empty"))
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Stopped> {
        let at = location(span);
        let tag = event.tag().and_then(|tag| self.tag(at, tag));
        if event.anchor_id().is_some() {
            self.refuse(at, "anchors are not supported by CloudFormation");
        }
        let core = event.tag().and_then(core_tag);
        let kind = match event {
            Event::Scalar(text, style, ..) => {
                let scalar = Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                };
                self.hidden_key(at, &scalar);
                Kind::Scalar(self.declared(at, core.as_deref(), scalar))
            }
            Event::SequenceStart(..) => {
                self.declared_as(at, core.as_deref(), "seq");
                Kind::Sequence(self.items()?)
            }
            Event::MappingStart(..) => {
                self.declared_as(at, core.as_deref(), "map");
                Kind::Mapping(self.entries()?)
            }
            _ => {
                self.refuse(at, "aliases are not supported by CloudFormation");
                Kind::Sequence(Vec::new())
            }
        };
        Ok(Node { at, tag, kind })
    }

    fn items(&mut self) -> Result<Vec<Node>, Stopped> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn entries(&mut self) -> Result<Vec<Entry>, Stopped> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                (event, span) => self.node(event, span)?,
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            let Kind::Scalar(Scalar { text, plain }) = key.kind else {
                self.refuse(key.at, "a key is not a text");
                continue;
            };
            if let Some(tag) = &key.tag {
                self.refuse(
                    key.at,
                    format!("a key is a text; the tag `!{tag}` of `{text}` has no meaning there"),
                );
                continue;
            }
            if plain && text == "<<" {
                self.refuse(key.at, "merge keys (`<<`) are not supported by CloudFormation");
                continue;
            }
            // In quotes it is meant.
            if plain && let Some(odd) = text.chars().find(|letter| is_invisible(*letter)) {
                let message = format!(
                    "the key `{}` holds the invisible character U+{:04X}",
                    text.escape_debug(),
                    u32::from(odd)
                );
                self.refuse(key.at, message);
                continue;
            }
            if let Some(first) = entries.iter().find(|entry| entry.key == text) {
                let message = format!(
                    "the key `{text}` is repeated; it was first given in line {}",
                    first.at.line
                );
                self.refuse(key.at, message);
                continue;
            }
            entries.push(Entry {
                key: text,
                at: key.at,
                value,
                plain,
            });
        }
    }

    /// A colon that something invisible follows begins no value: what looks like a key would be text.
    fn hidden_key(&mut self, at: Location, scalar: &Scalar) {
        let hidden = scalar.plain.then(|| {
            let mut letters = scalar.text.chars().zip(scalar.text.chars().skip(1));
            letters.find(|(colon, next)| *colon == ':' && is_invisible(*next))
        });
        if let Some(Some((_, odd))) = hidden {
            let before = scalar.text.split(':').next().unwrap_or_default();
            let message = format!(
                "the invisible character U+{:04X} follows `{before}:`, which is no key for it",
                u32::from(odd)
            );
            let problem = Problem::new(self.file, at, message);
            self.problems
                .push(problem.with_hint("put a space in its place, or put the text in quotes"));
        }
    }

    /// A scalar as its core tag says it is to be read: `!!str 12` is a text.
    fn declared(&mut self, at: Location, tag: Option<&str>, scalar: Scalar) -> Scalar {
        let is_so = match tag {
            None => true,
            Some("str") => {
                return Scalar {
                    plain: false,
                    ..scalar
                };
            }
            Some("null") => scalar.is_null(),
            Some("bool") => scalar.plain && matches!(scalar.text.as_str(), "true" | "false"),
            Some("int") => scalar.plain && scalar.text.parse::<i64>().is_ok(),
            Some("float") => scalar.plain && scalar.text.contains('.') && scalar.text.parse::<f64>().is_ok(),
            Some(_) => false,
        };
        if !is_so && let Some(tag) = tag {
            let message = format!("`{}` is read differently with the tag `!!{tag}`", scalar.text);
            let problem = Problem::new(self.file, at, message);
            self.problems
                .push(problem.with_hint("leave the tag out, or use `!!str` for a text"));
        }
        scalar
    }

    /// A list or a mapping may say that it is one.
    fn declared_as(&mut self, at: Location, tag: Option<&str>, kind: &str) {
        if let Some(tag) = tag.filter(|tag| *tag != kind) {
            self.refuse(
                at,
                format!("the tag `!!{tag}` has no meaning in a template or an environment file"),
            );
        }
    }

    fn tag(&mut self, at: Location, tag: &Tag) -> Option<String> {
        if is_non_specific(tag) {
            return None;
        }
        if tag.handle() == "!" {
            return Some(tag.suffix().to_owned());
        }
        if core_tag(tag).is_none() {
            self.refuse(at, format!("unknown tag `{tag}`"));
        }
        None
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Stopped> {
        match self.events.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.bad_yaml(&error)),
            None => Err(self.stopped(Location::START, "the file ends before its document does")),
        }
    }

    fn bad_yaml(&self, error: &ScanError) -> Stopped {
        let marker = error.marker();
        let at = Location {
            line: marker.line(),
            column: marker.col() + 1,
        };
        self.stopped(at, format!("not valid YAML: {}", error.info()))
    }

    fn stopped(&self, at: Location, message: impl Into<String>) -> Stopped {
        Stopped(Problem::new(self.file, at, message))
    }

    fn refuse(&mut self, at: Location, message: impl Into<String>) {
        self.problems.push(Problem::new(self.file, at, message));
    }
}

/// The name of a tag of YAML's own, `str` of `!!str`. `!` alone says that a scalar is a text.
fn core_tag(tag: &Tag) -> Option<String> {
    if tag.is_yaml_core_schema() {
        return Some(tag.suffix().to_owned());
    }
    is_non_specific(tag).then(|| "str".to_owned())
}

fn is_non_specific(tag: &Tag) -> bool {
    let written = format!("{}{}", tag.handle(), tag.suffix());
    written == "!"
}

/// Whether a character looks like a space or like nothing, so that a key would not be what it seems.
fn is_invisible(letter: char) -> bool {
    let is_space = letter.is_whitespace() && letter != ' ';
    is_space
        || letter.is_control()
        || matches!(
            letter,
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
        )
}

fn location(span: Span) -> Location {
    let start = span.tag_start().unwrap_or(span.start);
    Location {
        line: start.line(),
        column: start.col() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse("t.yaml", text).unwrap_err().to_string()
    }

    #[test]
    fn a_tag_is_kept_at_the_place_it_is_written() {
        let root = parse(
            "t.yaml",
            "Value: !GetAtt Table.Arn\nList:\n  - !Sub '${A}'\n  - 12\n",
        )
        .unwrap();
        let value = root.get("Value").unwrap();
        assert_eq!(value.tag.as_deref(), Some("GetAtt"));
        assert_eq!(value.as_text(), Some("Table.Arn"));
        assert_eq!(value.at, Location { line: 1, column: 8 });
        let list = root.get("List").unwrap().as_sequence().unwrap();
        assert_eq!(list[0].at, Location { line: 3, column: 5 });
        assert_eq!(
            list[1].kind,
            Kind::Scalar(Scalar {
                text: "12".to_owned(),
                plain: true
            })
        );
    }

    #[test]
    fn a_value_left_out_is_null_and_an_empty_text_is_not() {
        let root = parse("t.yaml", "a:\nb: ''\n").unwrap();
        assert!(root.get("a").unwrap().is_null());
        assert_eq!(root.get("b").unwrap().as_text(), Some(""));
    }

    #[test]
    fn a_key_that_something_invisible_follows_is_no_text() {
        insta::assert_snapshot!(refused("a:\n  b:\u{a0}c\nd:\n  - e:\u{200b}f\n"), @"
        t.yaml:2:3: the invisible character U+00A0 follows `b:`, which is no key for it
          hint: put a space in its place, or put the text in quotes
        t.yaml:4:5: the invisible character U+200B follows `e:`, which is no key for it
          hint: put a space in its place, or put the text in quotes
        ");
        insta::assert_snapshot!(refused("a: b\nc:\u{a0}d\n"), @"
        t.yaml:2:1: not valid YAML: simple key expected ':'
          hint: the line holds the invisible character U+00A0: put a space in its place
        ");
        let quoted = parse("t.yaml", "a: 'b:\u{a0}c'\nd: e\u{a0}f: g\n");
        assert!(quoted.is_err(), "an invisible character in a key");
        assert!(parse("t.yaml", "a: 'b:\u{a0}c'\n").is_ok());
    }

    #[test]
    fn every_repeated_key_is_named() {
        insta::assert_snapshot!(refused("a: 1\nb: {c: 1, c: 2}\na: 3\n"), @"
        t.yaml:2:11: the key `c` is repeated; it was first given in line 2
        t.yaml:3:1: the key `a` is repeated; it was first given in line 1
        ");
    }

    #[test]
    fn bad_yaml_is_named_with_its_place() {
        insta::assert_snapshot!(refused("a: [1, 2\nb: 3\n"), @"t.yaml:2:2: not valid YAML: illegal placement of ':' indicator");
        insta::assert_snapshot!(refused("a: 1\n  b: 2\n"), @"t.yaml:2:4: not valid YAML: mapping values are not allowed in this context");
        insta::assert_snapshot!(refused(""), @"t.yaml:1:1: the file is empty");
        insta::assert_snapshot!(refused("a: 1\n---\nb: 2\n"), @"t.yaml:3:1: a second document starts in the same file");
    }

    #[test]
    fn what_cloudformation_does_not_read_is_refused() {
        insta::assert_snapshot!(refused("a: &x 1\nb: *x\n? [c]\n: d\n"), @"
        t.yaml:1:7: anchors are not supported by CloudFormation
        t.yaml:2:4: aliases are not supported by CloudFormation
        t.yaml:3:3: a key is not a text
        ");
        insta::assert_snapshot!(refused("a: !e!thing 1\n"), @"t.yaml:1:4: not valid YAML: the handle wasn't declared");
        insta::assert_snapshot!(refused("a: !<tag:example.com,2000:x> 1\n"), @"t.yaml:1:4: unknown tag `tag:example.com,2000:x`");
    }

    #[test]
    fn what_a_key_would_lose_is_refused() {
        insta::assert_snapshot!(refused("a: 1\n!Sub 'b': 2\n<<: {c: 3}\nd\u{a0}: 4\n"), @r#"
        t.yaml:2:1: a key is a text; the tag `!Sub` of `b` has no meaning there
        t.yaml:3:1: merge keys (`<<`) are not supported by CloudFormation
        t.yaml:4:1: the key `d\u{a0}` holds the invisible character U+00A0
        "#);
        let quoted = parse("t.yaml", "'<<': 1\n!!str 12: 2\n").unwrap();
        let keys: Vec<&str> = quoted
            .as_mapping()
            .unwrap()
            .iter()
            .map(|entry| entry.key.as_str())
            .collect();
        assert_eq!(keys, ["<<", "12"]);
    }

    #[test]
    fn a_core_tag_is_kept_or_refused() {
        let root = parse(
            "t.yaml",
            "- !!str 12\n- !!str true\n- !!str 012345678901\n- !!str\n- ! 12\n- !!int 12\n- !!bool true\n- !!seq []\n- !!map {}\n",
        )
        .unwrap();
        let plain: Vec<Option<bool>> = root
            .as_sequence()
            .unwrap()
            .iter()
            .map(|item| match &item.kind {
                Kind::Scalar(scalar) => Some(scalar.plain),
                _ => None,
            })
            .collect();
        let [text, number] = [Some(false), Some(true)];
        assert_eq!(plain, [text, text, text, text, text, number, number, None, None]);
        insta::assert_snapshot!(
            refused("- !!int '12'\n- !!int 1x\n- !!bool yes\n- !!binary aGk=\n- !!set {a}\n- !!omap []\n- !!timestamp 2001-01-01\n"),
            @"
            t.yaml:1:3: `12` is read differently with the tag `!!int`
              hint: leave the tag out, or use `!!str` for a text
            t.yaml:2:3: `1x` is read differently with the tag `!!int`
              hint: leave the tag out, or use `!!str` for a text
            t.yaml:3:3: `yes` is read differently with the tag `!!bool`
              hint: leave the tag out, or use `!!str` for a text
            t.yaml:4:3: unknown tag `tag:yaml.org,2002:binary`
            t.yaml:5:3: unknown tag `tag:yaml.org,2002:set`
            t.yaml:6:3: unknown tag `tag:yaml.org,2002:omap`
            t.yaml:7:3: unknown tag `tag:yaml.org,2002:timestamp`
            "
        );
    }
}

//! PURE: parses the text of a file into a tree.

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::letters::{is_invisible, oddity};
use super::tag::Tagged;
use super::{Entry, Kind, Location, Node, Scalar};
use crate::problem::{Problem, Problems};

/// Reads one YAML document.
///
/// # Errors
/// Bad YAML, at the place where reading ended; and every repeated key, alias, non-string key and tag that is not
/// local (`!Name`), each at its own place.
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

/// Adds a hint if the line at which reading ended contains a misleading character, which is the likely cause.
fn with_what_is_hidden(problem: Problem, text: &str) -> Problem {
    // A missing colon is noticed only at the next line.
    let before = problem.line.saturating_sub(2);
    let lines = text.lines().skip(before).take(problem.line - before);
    match lines.filter_map(oddity).last() {
        Some(hint) => problem.with_hint(hint),
        None => problem,
    }
}

/// A problem after which reading cannot continue.
struct Stopped(Problem);

/// A key that is not yet checked for duplicates.
struct Key {
    text: String,
    at: Location,
    plain: bool,
}

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
        let tagged = Tagged::of(event.tag());
        if event.anchor_id().is_some() {
            self.refuse(at, "anchors are not supported by CloudFormation");
        }
        let kind = match event {
            Event::Scalar(text, style, ..) => {
                let scalar = Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                };
                self.hidden_key(at, &scalar);
                Kind::Scalar(self.declared(at, &tagged, scalar))
            }
            Event::SequenceStart(..) => {
                self.declared_as(at, &tagged, "seq");
                Kind::Sequence(self.items()?)
            }
            Event::MappingStart(..) => {
                self.declared_as(at, &tagged, "map");
                Kind::Mapping(self.entries()?)
            }
            _ => {
                self.refuse(at, "aliases are not supported by CloudFormation");
                Kind::Sequence(Vec::new())
            }
        };
        let tag = match tagged {
            Tagged::Local(name) => Some(name),
            Tagged::Unknown(tag) => {
                self.refuse(at, format!("unknown tag `{tag}`"));
                None
            }
            Tagged::Untagged | Tagged::NonSpecific | Tagged::Core(_) => None,
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
                (event, span) => self.key(event, span)?,
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            let Some(Key { text, at, plain }) = key else {
                continue;
            };
            if let Some(first) = entries.iter().find(|entry| entry.key == text) {
                let message = format!(
                    "the key `{text}` is repeated; it was first given in line {}",
                    first.at.line
                );
                self.refuse(at, message);
                continue;
            }
            entries.push(Entry {
                key: text,
                at,
                value,
                plain,
            });
        }
    }

    /// Reads a key, which must be a string; a tag may say so. `None` if the key was refused.
    fn key(&mut self, event: Event<'a>, span: Span) -> Result<Option<Key>, Stopped> {
        let at = location(span);
        let tagged = Tagged::of(event.tag());
        let Event::Scalar(text, style, anchor, _) = event else {
            // Reads past the value, and reports the mistakes in it.
            self.node(event, span)?;
            self.refuse(at, "a key is not a text");
            return Ok(None);
        };
        let text = text.into_owned();
        let says_text = match tagged {
            Tagged::Untagged => false,
            Tagged::NonSpecific => true,
            Tagged::Core(name) if name == "str" => true,
            Tagged::Local(name) => return Ok(self.tagged_key(at, &text, &format!("!{name}"))),
            Tagged::Core(name) => return Ok(self.tagged_key(at, &text, &format!("!!{name}"))),
            Tagged::Unknown(tag) => return Ok(self.tagged_key(at, &text, &tag)),
        };
        if anchor != 0 {
            self.refuse(at, "anchors are not supported by CloudFormation");
        }
        let plain = style == ScalarStyle::Plain && !says_text;
        if plain && text == "<<" {
            self.refuse(at, "merge keys (`<<`) are not supported by CloudFormation");
            return Ok(None);
        }
        // In quotes, the character is intended.
        if plain && let Some(odd) = text.chars().find(|letter| is_invisible(*letter)) {
            let message = format!(
                "the key `{text}` holds the invisible character U+{:04X}",
                u32::from(odd)
            );
            self.refuse(at, message);
            return Ok(None);
        }
        Ok(Some(Key { text, at, plain }))
    }

    fn tagged_key(&mut self, at: Location, text: &str, tag: &str) -> Option<Key> {
        let message = format!("a key is a text; the tag `{tag}` of `{text}` has no meaning there");
        self.refuse(at, message);
        None
    }

    /// A colon before an invisible character does not end a key: what looks like a key would be text.
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

    /// Reads a scalar as its tag says: `!!str 12` is a string.
    fn declared(&mut self, at: Location, tagged: &Tagged, scalar: Scalar) -> Scalar {
        let tag = match tagged {
            Tagged::NonSpecific => "str",
            Tagged::Core(name) => name,
            Tagged::Untagged | Tagged::Local(_) | Tagged::Unknown(_) => return scalar,
        };
        let is_so = match tag {
            "str" => {
                return Scalar {
                    plain: false,
                    ..scalar
                };
            }
            "null" => scalar.is_null(),
            "bool" => scalar.plain && matches!(scalar.text.as_str(), "true" | "false"),
            "int" => {
                scalar.plain
                    && scalar
                        .text
                        .parse::<i64>()
                        .is_ok_and(|int| int.to_string() == scalar.text)
            }
            "float" => scalar.plain && scalar.text.contains('.') && scalar.text.parse::<f64>().is_ok(),
            _ => false,
        };
        if !is_so {
            let message = format!("`{}` is read differently with the tag `!!{tag}`", scalar.text);
            let problem = Problem::new(self.file, at, message);
            self.problems
                .push(problem.with_hint("leave the tag out, or use `!!str` for a text"));
        }
        scalar
    }

    /// A list or a mapping may carry the tag of its own kind.
    fn declared_as(&mut self, at: Location, tagged: &Tagged, kind: &str) {
        if let Tagged::Core(tag) = tagged
            && tag != kind
        {
            self.refuse(
                at,
                format!("the tag `!!{tag}` has no meaning in a template or an environment file"),
            );
        }
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

fn location(span: Span) -> Location {
    let start = span.tag_start().unwrap_or(span.start);
    Location {
        line: start.line(),
        column: start.col() + 1,
    }
}

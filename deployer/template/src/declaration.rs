//! PURE: the declaration of a parameter, and its constraints.

use super::pattern::Pattern;
use crate::problem::{Problem, Problems};
use crate::values::ParameterValue;
use crate::yaml::{Location, Node};

/// A parameter as the template declares it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declaration {
    /// Where the parameter's name stands.
    pub(super) at: Location,
    kind: Kind,
    /// The default as written, and where it stands.
    pub(super) default: Option<(String, Location)>,
    pub(super) allowed_values: Vec<String>,
    allowed_pattern: Option<AllowedPattern>,
    minimum_value: Option<f64>,
    maximum_value: Option<f64>,
    minimum_length: Option<f64>,
    maximum_length: Option<f64>,
    constraint_description: Option<String>,
}

/// How the parameter's type interprets its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    TextList,
    NumberList,
    /// The name of a parameter in AWS's Parameter Store, which AWS replaces with the stored value.
    Stored,
}

/// A pattern as written, and its meaning if this program can translate it.
#[derive(Debug, Clone)]
struct AllowedPattern {
    written: String,
    at: Location,
    meaning: Result<Pattern, String>,
}

impl PartialEq for AllowedPattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.written, self.at) == (&other.written, other.at)
    }
}

/// A value that a declaration does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotAllowed {
    /// What is wrong with the value.
    pub(super) message: String,
    /// How to correct it, if known.
    pub(super) hint: Option<String>,
}

const KEYS: [&str; 11] = [
    "Type",
    "Default",
    "AllowedValues",
    "AllowedPattern",
    "MinValue",
    "MaxValue",
    "MinLength",
    "MaxLength",
    "ConstraintDescription",
    "Description",
    "NoEcho",
];

impl Declaration {
    /// Reads the declaration of the parameter `name`.
    pub(super) fn read(file: &str, name: &str, at: Location, node: &Node, problems: &mut Problems) -> Self {
        let mut reader = Reader {
            file,
            name,
            node,
            problems,
        };
        reader.unknown_keys();
        reader.secret();
        Self {
            at,
            kind: reader.kind(),
            default: reader.text("Default"),
            allowed_values: reader.texts("AllowedValues"),
            allowed_pattern: reader.text("AllowedPattern").map(|(written, at)| AllowedPattern {
                meaning: Pattern::parse(&written),
                written,
                at,
            }),
            minimum_value: reader.number("MinValue"),
            maximum_value: reader.number("MaxValue"),
            minimum_length: reader.number("MinLength"),
            maximum_length: reader.number("MaxLength"),
            constraint_description: reader.text("ConstraintDescription").map(|(text, _)| text),
        }
    }

    /// Converts a text to what a `Ref` to the parameter yields: the text itself, or the list that it splits into.
    pub(super) fn split(&self, text: &str) -> ParameterValue {
        match self.kind {
            Kind::Text | Kind::Number | Kind::Stored => ParameterValue::Text(text.to_owned()),
            Kind::TextList | Kind::NumberList if text.is_empty() => ParameterValue::List(Vec::new()),
            Kind::TextList | Kind::NumberList => {
                ParameterValue::List(text.split(',').map(|member| member.trim().to_owned()).collect())
            }
        }
    }

    /// A valid value to use where nothing is deployed with it.
    pub(super) fn stand_in(&self) -> String {
        match (self.allowed_values.first(), self.kind) {
            (Some(allowed), _) => allowed.clone(),
            (None, Kind::Number) => self.minimum_value.unwrap_or_default().to_string(),
            (None, Kind::Stored) => "stand-in".to_owned(),
            (None, Kind::Text | Kind::TextList | Kind::NumberList) => String::new(),
        }
    }

    /// Tells whether the parameter is a list.
    pub(super) fn is_list(&self) -> bool {
        matches!(self.kind, Kind::TextList | Kind::NumberList)
    }

    /// Tells whether the value names a parameter in AWS's Parameter Store.
    pub(super) fn is_stored(&self) -> bool {
        self.kind == Kind::Stored
    }

    /// The pattern, if it cannot check this value here, with its place and the reason. CloudFormation checks it.
    pub(super) fn unchecked_pattern(&self, value: &ParameterValue) -> Option<(Location, String)> {
        let AllowedPattern { written, at, meaning } = self.allowed_pattern.as_ref()?;
        let reason = match meaning {
            Err(reason) => Some(reason.clone()),
            Ok(pattern) => members(value).find_map(|member| pattern.is_match(member).err()),
        };
        reason.map(|reason| {
            (
                *at,
                format!("the `AllowedPattern` `{written}` is not checked here: {reason}"),
            )
        })
    }

    /// Checks a value against all declared constraints; for a list, checks each member.
    pub(super) fn check(&self, name: &str, value: &ParameterValue) -> Result<(), NotAllowed> {
        members(value).try_for_each(|text| {
            let fact = match value {
                ParameterValue::Text(_) => format!("the parameter `{name}` is `{text}`"),
                ParameterValue::List(_) => format!("the parameter `{name}` has the member `{text}`"),
            };
            self.check_text(&fact, text)
        })
    }

    fn check_text(&self, subject: &str, text: &str) -> Result<(), NotAllowed> {
        let refused = |fact: String, hint: Option<String>| {
            let message = format!("{subject}, {fact}");
            Err(NotAllowed {
                message,
                hint: self.constraint_description.clone().or(hint),
            })
        };
        if !self.allowed_values.is_empty() && !self.allowed_values.iter().any(|allowed| allowed == text) {
            let allowed: Vec<_> = self
                .allowed_values
                .iter()
                .map(|allowed| format!("`{allowed}`"))
                .collect();
            let hint = format!("allowed are {}", allowed.join(", "));
            return refused("which is not an allowed value".to_owned(), Some(hint));
        }
        if let Some(AllowedPattern {
            written,
            meaning: Ok(pattern),
            ..
        }) = &self.allowed_pattern
            && pattern.is_match(text) == Ok(false)
        {
            return refused(format!("which does not match `{written}`"), None);
        }
        if matches!(self.kind, Kind::Number | Kind::NumberList) {
            let Some(number) = number(text) else {
                return match spelled_otherwise(text) {
                    Some(number) => refused(
                        "a number in a spelling that AWS may not take".to_owned(),
                        Some(format!("write `{number}`")),
                    ),
                    None => refused(
                        "which is not a number".to_owned(),
                        Some("a number is written as `512`, `-1` or `0.5`".to_owned()),
                    ),
                };
            };
            return match (self.minimum_value, self.maximum_value) {
                (Some(minimum), _) if number < minimum => refused(format!("less than {minimum}"), None),
                (_, Some(maximum)) if number > maximum => refused(format!("more than {maximum}"), None),
                _ => Ok(()),
            };
        }
        if self.is_stored() && !is_stored_name(text) {
            return refused(
                "which is not the name of a parameter in the Parameter Store".to_owned(),
                Some("a name has letters, digits and `_.-/`; its newest version is taken".to_owned()),
            );
        }
        let length = f64::from(u32::try_from(text.chars().count()).unwrap_or(u32::MAX));
        match (self.minimum_length, self.maximum_length) {
            (Some(minimum), _) if length < minimum => {
                refused(format!("shorter than {minimum} characters"), None)
            }
            (_, Some(maximum)) if length > maximum => {
                refused(format!("longer than {maximum} characters"), None)
            }
            _ => Ok(()),
        }
    }
}

/// Whether a text can be the name of a parameter in the
/// [Parameter Store](https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html).
/// With any other text, the dynamic reference would be invalid, and AWS would deploy it as a literal string.
fn is_stored_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "_.-/".contains(character))
}

/// The single strings of a value.
fn members(value: &ParameterValue) -> impl Iterator<Item = &str> {
    let members = match value {
        ParameterValue::Text(text) => std::slice::from_ref(text),
        ParameterValue::List(members) => members.as_slice(),
    };
    members.iter().map(String::as_str)
}

/// Reads a number in its only accepted spelling: digits, an optional fraction, an optional minus. The rendering
/// contains the text itself, and AWS refuses a property that is given `5e2` or `+512`.
fn number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_one = digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits);
    if is_one { text.parse().ok() } else { None }
}

/// The number that a text means in another spelling: 12 for `012`, 500 for `5e2`.
fn spelled_otherwise(text: &str) -> Option<f64> {
    let is_spelled_with_digits = text.bytes().any(|byte| byte.is_ascii_digit());
    let number: f64 = text.trim().parse().ok()?;
    (is_spelled_with_digits && number.is_finite()).then_some(number)
}

struct Reader<'a> {
    file: &'a str,
    name: &'a str,
    node: &'a Node,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn unknown_keys(&mut self) {
        let Some(entries) = self.node.as_mapping() else {
            self.refuse(
                self.node.at,
                format!("the parameter `{}` is {}", self.name, self.node.noun()),
            );
            return;
        };
        for entry in entries.iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
            let message = format!("unknown key `{}` of the parameter `{}`", entry.key, self.name);
            self.problems
                .push(Problem::new(self.file, entry.at, message).with_nearest(&entry.key, KEYS));
        }
    }

    /// Refuses secrets: they would be printed, sent and stored with the rendering.
    fn secret(&mut self) {
        if let Some(node) = self.node.get("NoEcho")
            && node.as_text() != Some("false")
        {
            self.refuse(
                node.at,
                format!(
                    "the parameter `{}` is `NoEcho`, which cannot be rendered",
                    self.name
                ),
            );
        }
    }

    fn kind(&mut self) -> Kind {
        let Some((kind, at)) = self.text("Type") else {
            if self.node.as_mapping().is_some() && self.node.get("Type").is_none() {
                self.refuse(
                    self.node.at,
                    format!("the parameter `{}` has no `Type`", self.name),
                );
            }
            return Kind::Text;
        };
        match kind.as_str() {
            "String" => Kind::Text,
            "Number" => Kind::Number,
            "CommaDelimitedList" => Kind::TextList,
            "List<Number>" => Kind::NumberList,
            stored if stored.starts_with("AWS::SSM::Parameter::Value<") => {
                // AWS inserts a list as a single string.
                if stored.contains("List") {
                    let message = format!("the type `{stored}` of `{}` is known to AWS alone", self.name);
                    let problem = Problem::new(self.file, at, message);
                    self.problems
                        .push(problem.with_hint("give the list itself, as a `CommaDelimitedList`"));
                }
                Kind::Stored
            }
            listed if listed.starts_with("List<") && listed.ends_with('>') => Kind::TextList,
            specific if specific.starts_with("AWS::") => Kind::Text,
            unknown => {
                let message = format!("unknown type `{unknown}` of the parameter `{}`", self.name);
                let known = ["String", "Number", "CommaDelimitedList", "List<Number>"];
                self.problems
                    .push(Problem::new(self.file, at, message).with_nearest(unknown, known));
                Kind::Text
            }
        }
    }

    fn text(&mut self, key: &str) -> Option<(String, Location)> {
        let node = self.node.get(key)?;
        let text = node.as_text().map(|text| (text.to_owned(), node.at));
        if text.is_none() {
            self.refuse(
                node.at,
                format!("`{key}` of the parameter `{}` is {}", self.name, node.noun()),
            );
        }
        text
    }

    fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(node) = self.node.get(key) else {
            return Vec::new();
        };
        let texts = node.as_sequence().and_then(|items| {
            items
                .iter()
                .map(|item| item.as_text().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        });
        texts.unwrap_or_else(|| {
            self.refuse(
                node.at,
                format!("`{key}` of the parameter `{}` is no list of texts", self.name),
            );
            Vec::new()
        })
    }

    fn number(&mut self, key: &str) -> Option<f64> {
        let (text, at) = self.text(key)?;
        let number = number(&text);
        if number.is_none() {
            self.refuse(
                at,
                format!(
                    "`{key}` of the parameter `{}` is `{text}`, not a number",
                    self.name
                ),
            );
        }
        number
    }

    fn refuse(&mut self, at: Location, message: impl Into<String>) {
        self.problems.push(Problem::new(self.file, at, message));
    }
}

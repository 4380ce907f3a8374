//! PURE: the shape of an environment file: its keys and the kinds of their values.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::region::Region;
use crate::problem::{Problem, Problems};
use crate::yaml::{Kind, Location, Node};

/// CloudFormation watches rollback triggers for this many minutes at most
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html)).
const LONGEST_WATCH: u8 = 180;

/// An environment: an account, a region and the settings of a stack in it.
#[derive(Debug, Default, JsonSchema)]
#[schemars(title = "Environment", rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvironmentFile {
    /// The only AWS account that is touched: twelve digits, in quotes.
    #[schemars(required, regex(pattern = "^[0-9]{12}$"))]
    pub account: Option<Located<String>>,
    /// The AWS region; it has to have function URLs.
    #[schemars(required, extend("enum" = Region::all().map(Region::as_str).collect::<Vec<_>>()))]
    pub region: Option<Located<String>>,
    /// The name of the stack; `event-store-<environment>` where it is left out.
    #[schemars(length(max = 32), regex(pattern = "^[A-Za-z][A-Za-z0-9-]*$"))]
    pub stack: Option<Located<String>>,
    /// Whether the event log is guarded against removal and replacement.
    pub protected: Option<Located<bool>>,
    /// For how many minutes after an update of a protected environment its alarms still undo it; 0 where it is left out.
    #[schemars(with = "u8", default, extend("maximum" = LONGEST_WATCH))]
    pub watch_alarms_minutes: Option<Located<u8>>,
    /// The processor that the functions run on; `arm64` where it is left out.
    pub architecture: Option<Architecture>,
    /// The template's parameters, less those that the deployer fills in.
    #[schemars(with = "std::collections::BTreeMap<String, ParameterValue>", default)]
    pub parameters: IndexMap<String, Setting>,
    /// The tags of the stack, which its resources inherit; at most fifty.
    #[schemars(with = "std::collections::BTreeMap<String, String>", default, extend("maxProperties" = 50))]
    pub tags: Vec<Tag>,
    /// The ARN of the role that CloudFormation works with instead of the caller's.
    pub execution_role: Option<Located<String>>,
    /// The ARN of the managed policy that bounds every role in the stack.
    pub permissions_boundary: Option<Located<String>>,
    /// Where the AWS APIs are, if it is not AWS that answers them.
    #[schemars(regex(pattern = "^https?://"))]
    pub endpoint: Option<Located<String>>,
    /// How a function URL is reached behind the endpoint: `{endpoint}` and `{id}` are filled in.
    #[schemars(regex(pattern = "\\{id\\}"))]
    pub url: Option<Located<String>>,
}

/// A value and its place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: Location,
}

/// The processor that the functions run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema)]
pub enum Architecture {
    /// AWS's own processors, the cheaper ones.
    #[default]
    #[schemars(rename = "arm64")]
    Arm64,
    /// Intel's and AMD's.
    #[schemars(rename = "x86_64")]
    X86_64,
    /// The one of the machine that the deployer runs on, for an emulator beside it.
    #[schemars(rename = "host")]
    Host,
}

impl Architecture {
    const ALL: [Self; 3] = [Self::Arm64, Self::X86_64, Self::Host];

    /// Names the processor as AWS does, `host` resolved to the one that this program was built for.
    pub fn processor(self) -> &'static str {
        match self {
            Self::Arm64 => "arm64",
            Self::Host if cfg!(target_arch = "aarch64") => "arm64",
            Self::X86_64 | Self::Host => "x86_64",
        }
    }

    fn written(self) -> &'static str {
        match self {
            Self::Host => "host",
            named => named.processor(),
        }
    }
}

/// What a file gives a parameter, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: ParameterValue,
    /// Where its name stands.
    pub key_at: Location,
    /// Where the value stands.
    pub at: Location,
}

/// The value of a parameter: CloudFormation knows texts and lists of texts only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// A text; a number or truth value as it is written.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// A tag and its places in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_at: Location,
    /// The value.
    pub value: Located<String>,
}

impl EnvironmentFile {
    /// The keys of a file in the order of the documentation.
    pub(super) const KEYS: [&'static str; 12] = [
        "account",
        "region",
        "stack",
        "protected",
        "watchAlarmsMinutes",
        "architecture",
        "parameters",
        "tags",
        "executionRole",
        "permissionsBoundary",
        "endpoint",
        "url",
    ];

    /// The keys that no file does without.
    pub(super) const REQUIRED: [&'static str; 2] = ["account", "region"];

    /// Takes a file apart, reporting unknown keys, missing keys, missing values and values of the wrong kind.
    pub(super) fn read(file: &str, root: &Node, problems: &mut Problems) -> Self {
        let mut reader = Reader { file, problems };
        let mut read = Self::default();
        let Some(entries) = root.as_mapping() else {
            reader.refuse(
                root.at,
                format!("an environment is a mapping, not {}", root.noun()),
            );
            return read;
        };
        for entry in entries {
            let (key, value) = (entry.key.as_str(), &entry.value);
            match key {
                "account" => read.account = reader.text(key, value),
                "region" => read.region = reader.text(key, value),
                "stack" => read.stack = reader.text(key, value),
                "protected" => read.protected = reader.flag(key, value),
                "watchAlarmsMinutes" => read.watch_alarms_minutes = reader.minutes(key, value),
                "architecture" => read.architecture = reader.architecture(key, value),
                "parameters" => read.parameters = reader.parameters(value),
                "tags" => read.tags = reader.tags(value),
                "executionRole" => read.execution_role = reader.text(key, value),
                "permissionsBoundary" => read.permissions_boundary = reader.text(key, value),
                "endpoint" => read.endpoint = reader.text(key, value),
                "url" => read.url = reader.text(key, value),
                unknown => {
                    let problem = Problem::new(file, entry.at, format!("unknown key `{unknown}`"));
                    reader.problems.push(problem.with_nearest(unknown, Self::KEYS));
                }
            }
        }
        for required in Self::REQUIRED {
            if root.get(required).is_none() {
                reader.refuse(Location::START, format!("the key `{required}` is missing"));
            }
        }
        read
    }
}

struct Reader<'a> {
    file: &'a str,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn text(&mut self, key: &str, node: &Node) -> Option<Located<String>> {
        self.untagged(node);
        let text = node.as_text().map(|text| Located {
            value: text.to_owned(),
            at: node.at,
        });
        if text.is_none() {
            self.refuse_kind(node, &format!("`{key}`"), "a text");
        }
        text
    }

    fn flag(&mut self, key: &str, node: &Node) -> Option<Located<bool>> {
        self.untagged(node);
        let value = match &node.kind {
            Kind::Scalar(scalar) if scalar.plain && scalar.text == "true" => true,
            Kind::Scalar(scalar) if scalar.plain && scalar.text == "false" => false,
            Kind::Scalar(scalar) if !scalar.is_null() => {
                self.refuse(node.at, format!("`{key}` is `true` or `false`, not `{scalar}`"));
                return None;
            }
            _ => {
                self.refuse_kind(node, &format!("`{key}`"), "`true` or `false`");
                return None;
            }
        };
        Some(Located { value, at: node.at })
    }

    fn minutes(&mut self, key: &str, node: &Node) -> Option<Located<u8>> {
        let written = self.text(key, node)?;
        match written.value.parse() {
            Ok(value) if value <= LONGEST_WATCH => Some(Located {
                value,
                at: written.at,
            }),
            _ => {
                let message = format!(
                    "`{key}` is a number from 0 to {LONGEST_WATCH}, not `{}`",
                    written.value
                );
                self.refuse(written.at, message);
                None
            }
        }
    }

    fn architecture(&mut self, key: &str, node: &Node) -> Option<Architecture> {
        let written = self.text(key, node)?;
        let known = Architecture::ALL
            .into_iter()
            .find(|known| known.written() == written.value);
        if known.is_none() {
            let message = format!("`{key}` is `arm64`, `x86_64` or `host`, not `{}`", written.value);
            let problem = Problem::new(self.file, written.at, message);
            self.problems
                .push(problem.with_nearest(&written.value, Architecture::ALL.map(Architecture::written)));
        }
        known
    }

    fn parameters(&mut self, node: &Node) -> IndexMap<String, Setting> {
        let mut parameters = IndexMap::new();
        let Some(entries) = node.as_mapping() else {
            self.refuse_kind(node, "`parameters`", "a mapping");
            return parameters;
        };
        for entry in entries {
            if let Some(value) = self.parameter(&entry.key, &entry.value) {
                let setting = Setting {
                    value,
                    key_at: entry.at,
                    at: entry.value.at,
                };
                parameters.insert(entry.key.clone(), setting);
            }
        }
        parameters
    }

    fn parameter(&mut self, name: &str, node: &Node) -> Option<ParameterValue> {
        self.untagged(node);
        match &node.kind {
            Kind::Scalar(scalar) if !scalar.is_null() => Some(ParameterValue::Text(scalar.text.clone())),
            Kind::Sequence(items) => {
                let members = items
                    .iter()
                    .map(|item| self.member(name, item))
                    .collect::<Vec<_>>();
                members
                    .into_iter()
                    .collect::<Option<Vec<_>>>()
                    .map(ParameterValue::List)
            }
            _ => {
                self.refuse_kind(node, &format!("the parameter `{name}`"), "a text or a list");
                None
            }
        }
    }

    fn member(&mut self, name: &str, node: &Node) -> Option<String> {
        self.untagged(node);
        match node.as_text() {
            None => {
                self.refuse_kind(node, &format!("a member of the list `{name}`"), "a text");
                None
            }
            Some(text) if text.contains(',') => {
                // CloudFormation takes a list as one text and splits it at its commas.
                self.refuse(
                    node.at,
                    format!("a member of the list `{name}` has a comma: `{text}`"),
                );
                None
            }
            Some(text) => Some(text.to_owned()),
        }
    }

    fn tags(&mut self, node: &Node) -> Vec<Tag> {
        let Some(entries) = node.as_mapping() else {
            self.refuse_kind(node, "`tags`", "a mapping");
            return Vec::new();
        };
        let mut tags = Vec::new();
        for entry in entries {
            if let Some(value) = self.text(&format!("tags.{}", entry.key), &entry.value) {
                tags.push(Tag {
                    key: entry.key.clone(),
                    key_at: entry.at,
                    value,
                });
            }
        }
        tags
    }

    fn untagged(&mut self, node: &Node) {
        if let Some(tag) = &node.tag {
            self.refuse(node.at, format!("`!{tag}` has no meaning in an environment file"));
        }
    }

    fn refuse_kind(&mut self, node: &Node, what: &str, expected: &str) {
        if node.is_null() {
            self.refuse(node.at, format!("{what} has no value"));
        } else {
            self.refuse(node.at, format!("{what} is {expected}, not {}", node.noun()));
        }
    }

    fn refuse(&mut self, at: Location, message: impl Into<String>) {
        self.problems.push(Problem::new(self.file, at, message));
    }
}

impl<T: JsonSchema> JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl JsonSchema for ParameterValue {
    fn schema_name() -> Cow<'static, str> {
        "ParameterValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text, number or truth value, or a list of them.",
            "type": ["string", "number", "boolean", "array"],
            "items": { "type": ["string", "number", "boolean"] },
        })
    }
}

//! PURE: the shape of an environment file: its keys and the kinds of their values.

mod reader;
mod value;

use cfn_template::Setting;
use indexmap::IndexMap;
use schemars::JsonSchema;

use self::reader::Reader;
pub use self::value::Located;
use self::value::ParameterSchema;
pub(super) use self::value::Tag;
use self::value::TagValue;
use super::architecture::Architecture;
use super::profile::Profile;
use super::region::{PATTERN, Region};
use cfn_template::problem::{Problem, Problems};
use cfn_template::yaml::{Location, Node};

/// The longest time, in minutes, that CloudFormation monitors rollback triggers
/// ([reference](https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackConfiguration.html)).
const LONGEST_WATCH: u8 = 180;

/// An environment: an account, a region and the settings of a stack in it.
#[derive(Debug, Default, JsonSchema)]
#[schemars(title = "Environment", rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvironmentFile {
    /// The only AWS account that may be touched: twelve digits, in quotes.
    #[schemars(required, regex(pattern = "^[0-9]{12}$"))]
    pub account: Option<Located<String>>,
    /// The AWS region; it must support Lambda function URLs.
    #[schemars(required, extend("anyOf" = [
        {"enum": Region::known().collect::<Vec<_>>()},
        {"pattern": PATTERN},
    ]))]
    pub region: Option<Located<String>>,
    /// The template to deploy, as a path relative to this file's folder; by default, the workspace's template.
    #[schemars(length(min = 1))]
    pub template: Option<Located<String>>,
    /// The name of the stack; by default `event-store-<environment>`. With a `template`, its file name takes the place of `event-store`,
    /// unless the environment's name already begins with it.
    #[schemars(length(max = 32), regex(pattern = "^[A-Za-z][A-Za-z0-9-]*$"))]
    pub stack: Option<Located<String>>,
    /// Whether the event log is protected from deletion and replacement.
    pub protected: Option<Located<bool>>,
    /// How many minutes after an update of a protected environment its alarms can still roll it back; 0 by default.
    #[schemars(with = "u8", default, extend("maximum" = LONGEST_WATCH))]
    pub watch_alarms_minutes: Option<Located<u8>>,
    /// The processor that the functions run on; `arm64` by default.
    pub architecture: Option<Architecture>,
    /// How the functions are compiled; `release` by default. `dev` is for an emulator on this machine.
    #[schemars(with = "Option<Profile>")]
    pub profile: Option<Located<Profile>>,
    /// The template's parameters, except those that the deployer fills in.
    #[schemars(with = "std::collections::BTreeMap<String, ParameterSchema>", default)]
    pub parameters: IndexMap<String, Setting>,
    /// The tags of the stack, which its resources inherit; at most fifty.
    #[schemars(with = "std::collections::BTreeMap<String, TagValue>", default, extend("maxProperties" = 50))]
    pub tags: Vec<Tag>,
    /// The ARN of the role that CloudFormation assumes; by default, it uses the caller's permissions.
    pub execution_role: Option<Located<String>>,
    /// The ARN of the managed policy that is the permissions boundary of every role in the stack.
    pub permissions_boundary: Option<Located<String>>,
    /// The endpoint of the AWS APIs, if it is not AWS itself.
    #[schemars(regex(pattern = "^https?://"))]
    pub endpoint: Option<Located<String>>,
    /// The pattern of function URLs behind the endpoint: `{endpoint}` and `{id}` are filled in.
    #[schemars(regex(pattern = "\\{id\\}"))]
    pub url: Option<Located<String>>,
}

impl EnvironmentFile {
    /// The keys of a file in the order of the documentation.
    pub(super) const KEYS: [&'static str; 14] = [
        "account",
        "region",
        "template",
        "stack",
        "protected",
        "watchAlarmsMinutes",
        "architecture",
        "profile",
        "parameters",
        "tags",
        "executionRole",
        "permissionsBoundary",
        "endpoint",
        "url",
    ];

    /// The keys that every file needs.
    pub(super) const REQUIRED: [&'static str; 2] = ["account", "region"];

    /// Reads a file, and reports unknown keys, missing keys, missing values and values of the wrong kind.
    pub(super) fn read(file: &str, root: &Node, problems: &mut Problems) -> Self {
        let mut reader = Reader { file, problems };
        let mut read = Self::default();
        reader.untagged(root);
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
                "account" => read.account = reader.digits(key, value),
                "region" => read.region = reader.text(key, value),
                "template" => read.template = reader.text(key, value),
                "stack" => read.stack = reader.text(key, value),
                "protected" => read.protected = reader.flag(key, value),
                "watchAlarmsMinutes" => read.watch_alarms_minutes = reader.minutes(key, value),
                "architecture" => read.architecture = reader.architecture(key, value),
                "profile" => read.profile = reader.profile(key, value),
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

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
    /// The AWS region; the stack needs one that has function URLs.
    #[schemars(required, extend("anyOf" = [
        {"enum": Region::known().collect::<Vec<_>>()},
        {"pattern": PATTERN},
    ]))]
    pub region: Option<Located<String>>,
    /// The template that is deployed, as a path from the folder of this file; that of the workspace where it is left out.
    #[schemars(length(min = 1))]
    pub template: Option<Located<String>>,
    /// The name of the stack. Where it is left out, `event-store-<environment>`; with a `template`, that one's name in the place of
    /// `event-store`, unless the environment's name begins with it.
    #[schemars(length(max = 32), regex(pattern = "^[A-Za-z][A-Za-z0-9-]*$"))]
    pub stack: Option<Located<String>>,
    /// Whether the event log is guarded against removal and replacement.
    pub protected: Option<Located<bool>>,
    /// For how many minutes after an update of a protected environment its alarms still undo it; 0 where it is left out.
    #[schemars(with = "u8", default, extend("maximum" = LONGEST_WATCH))]
    pub watch_alarms_minutes: Option<Located<u8>>,
    /// The processor that the functions run on; `arm64` where it is left out.
    pub architecture: Option<Architecture>,
    /// How the functions are compiled; `release` where it is left out. `dev` is for an emulator on this machine.
    #[schemars(with = "Option<Profile>")]
    pub profile: Option<Located<Profile>>,
    /// The template's parameters, less those that the deployer fills in.
    #[schemars(with = "std::collections::BTreeMap<String, ParameterSchema>", default)]
    pub parameters: IndexMap<String, Setting>,
    /// The tags of the stack, which its resources inherit; at most fifty.
    #[schemars(with = "std::collections::BTreeMap<String, TagValue>", default, extend("maxProperties" = 50))]
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

    /// The keys that no file does without.
    pub(super) const REQUIRED: [&'static str; 2] = ["account", "region"];

    /// Takes a file apart, reporting unknown keys, missing keys, missing values and values of the wrong kind.
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

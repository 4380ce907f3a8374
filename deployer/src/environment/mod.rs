//! PURE: `environments/<name>.yaml`, read into an [`Environment`].
//!
//! The file is read twice over: `file` takes its shape apart and is what the JSON Schema is generated from;
//! this module gives each value its meaning. Both go on after a mistake, so that all are reported at once.

mod address;
mod architecture;
mod draft;
mod file;
mod name;
mod profile;
mod region;
mod schema;
mod tags;
mod values;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use cfn_template::problem::{Problem, Problems};
use cfn_template::yaml::{self, Location};
use cfn_template::{ParameterValue, Setting};
use indexmap::IndexMap;

pub use address::{Endpoint, UrlPattern};
pub use architecture::Architecture;
pub use draft::Draft;
pub use file::{EnvironmentFile, Located};
pub use name::{AccountId, EnvironmentName, Instance, NameError, PolicyArn, RoleArn, StackName};
pub use profile::Profile;
pub use region::{Partition, Region};
pub use schema::schema;

/// Where a stack is deployed, and with what settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// The file it was read from, as the user named it.
    pub file: String,
    /// The name of the file without its extension.
    pub name: EnvironmentName,
    /// The separate copy this is, if any.
    pub instance: Option<Instance>,
    /// The only account that may be touched.
    pub account: AccountId,
    pub region: Region,
    /// The template that the file names, as a path from the file's folder.
    pub template: Option<String>,
    /// The stack, an instance's suffix included.
    pub stack: StackName,
    /// Whether the event log is guarded against removal.
    pub protected: bool,
    /// For how many minutes after an update of a protected environment its alarms still undo it.
    pub watch_alarms_minutes: u8,
    /// The processor that the functions run on.
    pub architecture: Architecture,
    /// How the functions are compiled.
    pub profile: Profile,
    /// The template's parameters that the file sets, in its order.
    pub parameters: IndexMap<String, Setting>,
    /// The tags of the stack and, through it, of its resources.
    pub tags: IndexMap<String, String>,
    /// The role that CloudFormation works with instead of the caller's.
    pub execution_role: Option<RoleArn>,
    /// The permissions boundary of every role in the stack.
    pub permissions_boundary: Option<PolicyArn>,
    /// Where the AWS APIs are, if it is not AWS that answers them.
    pub endpoint: Option<Endpoint>,
    /// How a function URL is reached behind an endpoint.
    pub url: Option<UrlPattern>,
    /// What is odd in the file, and stands in nobody's way.
    pub warnings: Problems,
}

impl Environment {
    /// Reads the environment `name` from the text of its file.
    ///
    /// With an instance, the stack is a separate copy: its name gets the instance as a suffix.
    ///
    /// # Errors
    /// All problems of the file at once, each with its line and the nearest right spelling.
    pub fn parse(file: &str, text: &str, name: &str, instance: Option<&Instance>) -> Result<Self, Problems> {
        let root = yaml::parse(file, text)?;
        let mut problems = Problems::default();
        let written = EnvironmentFile::read(file, &root, &mut problems);
        let mut meaning = Meaning { file, problems };

        let name = meaning.of(&Located {
            value: name.to_owned(),
            at: Location::START,
        });
        let account = meaning.optional(written.account.as_ref());
        let region = meaning.optional(written.region.as_ref());
        let template = meaning.template(written.template.clone());
        let stack = meaning.stack(written.stack.as_ref(), template.as_ref(), name.as_ref(), instance);
        let protected = meaning.protected(written.protected, instance);
        let execution_role = meaning.optional(written.execution_role.as_ref());
        let permissions_boundary = meaning.optional(written.permissions_boundary.as_ref());
        let endpoint = meaning.optional(written.endpoint.as_ref());
        let profile = meaning.profile(&written);
        let url = meaning.url(written.url.as_ref(), written.endpoint.is_some());
        for (arn, what) in [
            (written.execution_role.as_ref(), "role"),
            (written.permissions_boundary.as_ref(), "boundary"),
        ] {
            meaning.own(arn, what, region.as_ref(), account.as_ref());
        }
        let warnings = meaning.unknown_region(region.as_ref(), written.region.as_ref());
        let tags = tags::check(file, written.tags, &mut meaning.problems);

        match (name, account, region, stack, meaning.problems.is_empty()) {
            (Some(name), Some(account), Some(region), Some(stack), true) => Ok(Self {
                file: file.to_owned(),
                name,
                instance: instance.cloned(),
                account,
                region,
                template: template.map(|template| template.value),
                stack,
                protected,
                watch_alarms_minutes: written.watch_alarms_minutes.map_or(0, |minutes| minutes.value),
                architecture: written.architecture.unwrap_or_default(),
                profile,
                parameters: written.parameters,
                tags,
                execution_role,
                permissions_boundary,
                endpoint,
                url,
                warnings,
            }),
            _ => Err(meaning.problems),
        }
    }

    /// The ids that the file holds of accounts and of what is in them: account ids and ARNs.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let named = [self.account.as_str()].into_iter().chain(
            [
                self.execution_role.as_ref().map(RoleArn::as_str),
                self.permissions_boundary.as_ref().map(PolicyArn::as_str),
            ]
            .into_iter()
            .flatten(),
        );
        let values = self.parameters.values().flat_map(|setting| match &setting.value {
            ParameterValue::Text(text) => std::slice::from_ref(text),
            ParameterValue::List(texts) => texts.as_slice(),
        });
        let is_account = |text: &str| text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit());
        let ids = values
            .chain(self.tags.values())
            .flat_map(|text| text.split(',').map(str::trim))
            .filter(move |text| text.starts_with("arn:") || is_account(text));
        named.chain(ids)
    }

    /// The environment's name, and behind a slash an instance's: what its stack is tagged with.
    pub fn full_name(&self) -> String {
        match &self.instance {
            Some(instance) => format!("{}/{instance}", self.name),
            None => self.name.to_string(),
        }
    }

    /// Where the artifacts' own stack goes: the same account and region, but one stack for all environments in them,
    /// so that nothing of this one is left in it.
    #[must_use]
    pub fn of_artifacts(&self) -> Self {
        Self {
            instance: None,
            stack: StackName::of_artifacts(),
            protected: false,
            parameters: IndexMap::new(),
            tags: IndexMap::new(),
            permissions_boundary: None,
            url: None,
            ..self.clone()
        }
    }

    /// Names the bucket of the artifacts, which all stacks of an account and region share.
    pub fn artifact_bucket(&self) -> String {
        format!("event-store-artifacts-{}-{}", self.account, self.region)
    }
}

/// Gives single values their meaning.
struct Meaning<'a> {
    file: &'a str,
    problems: Problems,
}

impl Meaning<'_> {
    fn of<T>(&mut self, written: &Located<String>) -> Option<T>
    where
        T: FromStr<Err: fmt::Display + Hint>,
    {
        match written.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let problem = Problem::new(self.file, written.at, error.to_string());
                self.problems.push(match error.hint() {
                    Some(hint) => problem.with_hint(hint),
                    None => problem,
                });
                None
            }
        }
    }

    fn optional<T>(&mut self, written: Option<&Located<String>>) -> Option<T>
    where
        T: FromStr<Err: fmt::Display + Hint>,
    {
        written.and_then(|written| self.of(written))
    }

    /// AWS makes regions more often than this program is made.
    fn unknown_region(&self, region: Option<&Region>, written: Option<&Located<String>>) -> Problems {
        match (region, written) {
            (Some(region), Some(written)) if !region.is_known() => {
                let message = format!("whether the region `{region}` has function URLs is not known here");
                Problem::new(self.file, written.at, message)
                    .with_hint("if it has none, AWS refuses the stack before it makes anything")
                    .into()
            }
            _ => Problems::default(),
        }
    }

    /// A role and a boundary are those of the account, or of AWS in its partition
    /// ([`iam:PassRole`](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html)).
    fn own(
        &mut self,
        written: Option<&Located<String>>,
        what: &str,
        region: Option<&Region>,
        account: Option<&AccountId>,
    ) {
        let Some(Located { value, at }) = written else {
            return;
        };
        let mut parts = value.split(':');
        let (Some("arn"), Some(partition), of) = (parts.next(), parts.next(), parts.nth(2)) else {
            return;
        };
        if let Some(region) = region
            && partition != region.partition().name
        {
            let here = region.partition().name;
            self.refuse(
                *at,
                format!("the {what} is in the partition `{partition}`, the region `{region}` in `{here}`"),
            );
        }
        if let (Some(of), Some(account)) = (of, account)
            && of != "aws"
            && of != account.as_str()
        {
            self.refuse(
                *at,
                format!("the {what} is in the account `{of}`, the environment in `{account}`"),
            );
        }
    }

    /// A path: whether anything is there is not known yet.
    fn template(&mut self, written: Option<Located<String>>) -> Option<Located<String>> {
        let written = written?;
        if Path::new(&written.value).file_stem().is_none() {
            self.refuse(
                written.at,
                format!("`template` names a file, not `{}`", written.value),
            );
            return None;
        }
        Some(written)
    }

    fn stack(
        &mut self,
        written: Option<&Located<String>>,
        template: Option<&Located<String>>,
        name: Option<&EnvironmentName>,
        instance: Option<&Instance>,
    ) -> Option<StackName> {
        let mut stack = match (written, name) {
            (Some(written), _) => written.clone(),
            (None, name) => Located {
                value: default_stack(template.map(|template| template.value.as_str()), name?.as_str()),
                at: template.map_or(Location::START, |template| template.at),
            },
        };
        if let Some(instance) = instance {
            stack.value = format!("{}-{instance}", stack.value);
        }
        self.of(&stack)
    }

    fn protected(&mut self, written: Option<Located<bool>>, instance: Option<&Instance>) -> bool {
        let Some(Located { value: true, at }) = written else {
            return false;
        };
        if let Some(instance) = instance {
            let problem = Problem::new(
                self.file,
                at,
                format!("a protected environment has no instance `{instance}`"),
            );
            self.problems
                .push(problem.with_hint("leave out `--instance`, or choose another environment"));
        }
        true
    }

    /// A development build runs where it was linked, which is neither Lambda nor a place for a log of record.
    fn profile(&mut self, written: &EnvironmentFile) -> Profile {
        let Some(Located { value, at }) = written.profile else {
            return Profile::default();
        };
        if value == Profile::Dev {
            if written.architecture != Some(Architecture::Host) || written.endpoint.is_none() {
                let problem = Problem::new(
                    self.file,
                    at,
                    "`profile: dev` is for an emulator on this machine alone",
                );
                self.problems.push(
                    problem.with_hint("give `architecture: host` and `endpoint`, or leave `profile` out"),
                );
            }
            if written.protected.is_some_and(|protected| protected.value) {
                self.refuse(at, "a protected environment takes no development build");
            }
        }
        value
    }

    fn url(&mut self, written: Option<&Located<String>>, endpoint: bool) -> Option<UrlPattern> {
        let written = written?;
        if !endpoint {
            self.refuse(written.at, "`url` is given without `endpoint`");
        }
        self.of(written)
    }

    fn refuse(&mut self, at: Location, message: impl Into<String>) {
        self.problems.push(Problem::new(self.file, at, message));
    }
}

/// The stack of an environment whose file names none: `event-store-staging`; of the template `../templates/orders.yaml`, `orders-staging`,
/// be the environment's name `staging` or `orders-staging`.
fn default_stack(template: Option<&str>, environment: &str) -> String {
    let Some(stem) = template.and_then(|template| Path::new(template).file_stem()?.to_str()) else {
        return format!("event-store-{environment}");
    };
    match environment.strip_prefix(stem) {
        Some(rest) if rest.is_empty() || rest.starts_with('-') => environment.to_owned(),
        _ => format!("{stem}-{environment}"),
    }
}

/// An error that may know what was meant.
pub(crate) trait Hint {
    /// What would put it right, where that is known.
    fn hint(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests;

//! PURE: `environments/<name>.yaml`, read into an [`Environment`].
//!
//! The file is read in two steps: `file` defines its shape, from which the JSON Schema is generated; this module
//! interprets the values. Both continue after a mistake, so that all mistakes are reported at once.

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
    /// The file, as the user named it.
    pub file: String,
    /// The file's name without its extension.
    pub name: EnvironmentName,
    /// The separate copy that this is, if any.
    pub instance: Option<Instance>,
    /// The only account that may be touched.
    pub account: AccountId,
    pub region: Region,
    /// The template that the file names, as a path relative to the file's folder.
    pub template: Option<String>,
    /// The name of the stack, including an instance's suffix.
    pub stack: StackName,
    /// Whether the event log is protected from deletion.
    pub protected: bool,
    /// How many minutes after an update of a protected environment its alarms can still roll it back.
    pub watch_alarms_minutes: u8,
    /// The processor that the functions run on.
    pub architecture: Architecture,
    /// How the functions are compiled.
    pub profile: Profile,
    /// The template's parameters that the file sets, in file order.
    pub parameters: IndexMap<String, Setting>,
    /// The tags of the stack, which its resources inherit.
    pub tags: IndexMap<String, String>,
    /// The role that CloudFormation assumes instead of using the caller's permissions.
    pub execution_role: Option<RoleArn>,
    /// The permissions boundary of every role in the stack.
    pub permissions_boundary: Option<PolicyArn>,
    /// The endpoint of the AWS APIs, if it is not AWS itself.
    pub endpoint: Option<Endpoint>,
    /// The pattern of function URLs behind an endpoint.
    pub url: Option<UrlPattern>,
    /// Oddities in the file that do not prevent a deployment.
    pub warnings: Problems,
}

impl Environment {
    /// Reads the environment `name` from the text of its file.
    ///
    /// With an instance, the stack is a separate copy, whose name ends in the instance.
    ///
    /// # Errors
    /// All problems of the file at once, each with its line and the nearest correct spelling.
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

    /// The account ids in the file, and the ARNs of resources in accounts.
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

    /// The environment's name, followed by a slash and the instance, if any. The stack is tagged with it.
    pub fn full_name(&self) -> String {
        match &self.instance {
            Some(instance) => format!("{}/{instance}", self.name),
            None => self.name.to_string(),
        }
    }

    /// Where the restoring of this one's log is drilled: an instance of its own, which protected environments have, too.
    ///
    /// # Errors
    /// The name of its stack would be too long.
    pub fn of_drill(&self) -> Result<Self, NameError> {
        let instance = Instance::of_drill();
        Ok(Self {
            stack: format!("{}-{instance}", self.stack).parse()?,
            instance: Some(instance),
            protected: false,
            watch_alarms_minutes: 0,
            // That role is for the environment's own names.
            execution_role: None,
            ..self.clone()
        })
    }

    /// The environment of the artifacts' own stack: the same account and region, but none of the settings that belong
    /// to this environment alone, because all environments there share that stack.
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

    /// The name of the artifact bucket, which all stacks in an account and region share.
    pub fn artifact_bucket(&self) -> String {
        format!("event-store-artifacts-{}-{}", self.account, self.region)
    }
}

/// Interprets the single values.
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

    /// AWS may add regions between releases of this program.
    fn unknown_region(&self, region: Option<&Region>, written: Option<&Located<String>>) -> Problems {
        match (region, written) {
            (Some(region), Some(written)) if !region.is_known() => {
                let message = format!("it is not known here whether the region `{region}` has function URLs");
                Problem::new(self.file, written.at, message)
                    .with_hint("if it has none, AWS refuses the stack before it makes anything")
                    .into()
            }
            _ => Problems::default(),
        }
    }

    /// A role and a boundary belong to the environment's account, or to AWS in its partition
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

    /// Reads a path; the file itself is not checked here.
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

    /// A development build runs only on the machine that linked it: neither on Lambda nor in production.
    fn profile(&mut self, written: &EnvironmentFile) -> Profile {
        let Some(Located { value, at }) = written.profile else {
            return Profile::default();
        };
        if value == Profile::Dev {
            if written.architecture != Some(Architecture::Host) || written.endpoint.is_none() {
                let problem = Problem::new(
                    self.file,
                    at,
                    "`profile: dev` is only for an emulator on this machine",
                );
                self.problems.push(
                    problem.with_hint("give `architecture: host` and `endpoint`, or leave `profile` out"),
                );
            }
            if written.protected.is_some_and(|protected| protected.value) {
                self.refuse(at, "a protected environment cannot use a development build");
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

/// The default stack name: `event-store-staging`; with the template `../templates/orders.yaml`, `orders-staging`,
/// whether the environment is called `staging` or `orders-staging`.
fn default_stack(template: Option<&str>, environment: &str) -> String {
    let Some(stem) = template.and_then(|template| Path::new(template).file_stem()?.to_str()) else {
        return format!("event-store-{environment}");
    };
    match environment.strip_prefix(stem) {
        Some(rest) if rest.is_empty() || rest.starts_with('-') => environment.to_owned(),
        _ => format!("{stem}-{environment}"),
    }
}

/// An error that may have a hint.
pub(crate) trait Hint {
    /// How to correct it, if known.
    fn hint(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests;

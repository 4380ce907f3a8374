//! `deployer policy`.

use cfn_deploy::shell;
use cfn_template::Rendered;
use clap::{Args, ValueEnum};

use super::error::{CommandError, ErrorKind};
use super::stack_template::StackTemplate;
use crate::environment::{Environment, NameError};
use crate::policy::{
    Access, Instances, Names, Policy, Subject, UnknownTypes, boundary, boundary_arn, boundary_name, caller,
    ci, diff, drill, execution, key_policy, provider_arn, trust,
};
use crate::settings::Settings;
use crate::ui::Ui;

/// Print the minimal IAM policy for a role
///
/// Exact actions on exact names of this environment. Without an `executionRole`, CloudFormation uses the permissions
/// of the principal that runs the deployer, and `operator` includes them.
///
/// `--format template` prints a CloudFormation template of the policies, the boundary of the environment's roles and, with `--oidc`, the role
/// that GitHub's workflows become. It needs neither credentials nor network.
#[derive(Args, Debug)]
pub struct PolicyArgs {
    /// Whom the policy is for
    #[arg(long = "for", value_enum, value_name = "WHO")]
    party: Party,

    /// How it is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Json)]
    format: Format,

    /// The workflows of a GitHub repository, of one environment or branch if that is said, that become the role:
    /// `OWNER/REPO:environment:NAME`, `OWNER/REPO:ref:refs/heads/BRANCH`, `OWNER/REPO:pull_request`; `OWNER@ID/REPO@ID` has GitHub's own
    /// numbers, which GitHub sends for repositories that were made, renamed or moved since mid-2026. With `--format json`, whom the role trusts is printed instead of what it may do
    #[arg(long, value_name = "OWNER/REPO")]
    oidc: Option<Subject>,

    /// The account has an identity provider for GitHub's tokens already
    #[arg(long)]
    existing_provider: bool,

    /// For all instances of the environment whose names begin so, such as `pr-`
    #[arg(long, value_name = "PREFIX")]
    instances: Option<Instances>,
}

/// Whom a policy is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Party {
    /// For running the deployer, by a person or CI; `ci` is the same.
    #[value(alias = "ci")]
    Operator,
    /// For comparing without changes, as for a pull request.
    Diff,
    /// For running `drill`.
    Drill,
    /// The environment's `executionRole`, which CloudFormation assumes.
    ExecutionRole,
    /// For calling a store with IAM access.
    Caller,
    /// The key that `KmsKeyArn` names: a policy of the key itself.
    Key,
}

/// Tells whether a word names the party of a policy.
pub fn is_party(word: &str) -> bool {
    Party::from_str(word, false).is_ok()
}

/// How a policy is printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Format {
    /// Policies as IAM takes them, one after another, of which each fits into a managed policy.
    Json,
    /// Commands of the AWS command line, to be pasted into a shell.
    Shell,
    /// A CloudFormation template.
    Template,
}

/// Why a request makes no sense.
#[derive(Debug, thiserror::Error)]
enum PolicyError {
    /// The role is assumed by AWS services, or by nobody.
    #[error("`--oidc` is for roles that workflows assume: `--for operator`, `diff` or `caller`")]
    NotForWorkflows,
    /// A key has exactly one policy.
    #[error(
        "the policy of a key is put on the key itself, as `aws kms put-key-policy` does: leave out `--format`"
    )]
    OfTheKey,
    /// An instance has no drill, because its log is deleted with it.
    #[error("an instance has no drill: leave out `--instance` and `--instances`")]
    OfInstance,
    /// One instance is not a group of instances.
    #[error("`--instance` means one and `--instances` all with a prefix: leave one of them out")]
    OneOrMany,
}

/// The output that was requested, and for whom.
struct Asked<'a> {
    args: &'a PolicyArgs,
    /// The chosen environment.
    base: &'a Environment,
    /// The chosen environment, or the example of its instances.
    environment: &'a Environment,
    rendered: &'a Rendered,
    bucket: (&'a str, &'a Rendered),
    /// Where the environment's log is restored in a drill.
    beside: Option<(Environment, Rendered)>,
}

pub(super) fn run(args: &PolicyArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let base = &settings.environment;
    if matches!(args.party, Party::ExecutionRole | Party::Key) && args.oidc.is_some() {
        return Err(usage(PolicyError::NotForWorkflows));
    }
    if args.party == Party::Key && args.format != Format::Json {
        return Err(usage(PolicyError::OfTheKey));
    }
    if args.instances.is_some() && base.instance.is_some() {
        return Err(usage(PolicyError::OneOrMany));
    }
    let template = StackTemplate::parse(settings, ui)?;
    if let Some(subject) = args.oidc.as_ref().filter(|subject| subject.is_whole_repository()) {
        ui.note(&format!(
            "every workflow of `{subject}` is trusted, on whatever branch: `{subject}:environment:NAME` trusts fewer"
        ));
    }
    if let (Some(subject), Format::Json) = (&args.oidc, args.format) {
        ui.note(&format!(
            "the account has to know GitHub as `{}`: `--format template` makes that, too",
            provider_arn(base)
        ));
        ui.data(&format!("{:#}\n", trust(Names::of(base), subject)));
        return Ok(());
    }
    let example = args.instances.as_ref().map(|instances| instances.example(base));
    let environment = &example
        .transpose()
        .map_err(usage)?
        .unwrap_or_else(|| base.clone());
    let rendered = template.render_for(environment)?;
    let (bucket_stack, bucket) = template.render_bucket()?;
    let beside = match args.party {
        Party::Drill if base.instance.is_none() && args.instances.is_none() => {
            let beside = base.of_drill().map_err(usage)?;
            let rendered = template.render_for(&beside)?;
            Some((beside, rendered))
        }
        _ => None,
    };
    let asked = Asked {
        beside,
        args,
        base,
        environment,
        rendered: &rendered,
        bucket: (bucket_stack.as_str(), &bucket),
    };
    if args.party == Party::Key {
        ui.data(&key_policy(environment, &rendered).map_err(usage)?);
        return Ok(());
    }
    let policy = asked.policy()?;
    let policy = match &args.instances {
        Some(instances) => instances.all(base, policy),
        None => policy,
    };
    asked.warn(ui);
    match args.format {
        Format::Json => {
            let policies = policy.managed().map_err(usage)?;
            if policies.len() > 1 {
                ui.note(&format!(
                    "{} policies, because a managed policy holds {} characters: a role gets them all; `--format template` makes them with the role, `--format shell` prints the commands",
                    policies.len(),
                    Policy::MANAGED_SIZE
                ));
            }
            for policy in &policies {
                ui.data(&policy.json());
            }
        }
        Format::Shell => ui.data(&asked.access(&template, policy)?.commands().map_err(usage)?),
        Format::Template => {
            let access = asked.access(&template, policy)?;
            ui.data(&access.template().map_err(usage)?);
            ui.note(&format!(
                "it is a stack of its own: `aws cloudformation deploy --template-file {} --stack-name {} --region {} --capabilities CAPABILITY_NAMED_IAM`, or `deployer up --template` with an environment of its own",
                "FILE",
                shell::quoted(&access.name),
                base.region
            ));
        }
    }
    Ok(())
}

impl<'a> Asked<'a> {
    fn policy(&self) -> Result<Policy, CommandError> {
        let (environment, rendered) = (self.environment, self.rendered);
        let stack = environment.stack.as_str();
        Ok(match self.args.party {
            Party::Operator => ci(environment, rendered, self.bucket).map_err(unknown)?,
            Party::Diff => diff(environment, rendered),
            Party::Drill => {
                let (beside, rendered_beside) = self
                    .beside
                    .as_ref()
                    .ok_or_else(|| usage(PolicyError::OfInstance))?;
                drill(environment, rendered, (beside, rendered_beside), self.bucket).map_err(unknown)?
            }
            Party::ExecutionRole => {
                execution(environment, &[(stack, rendered), self.bucket]).map_err(unknown)?
            }
            Party::Caller => caller(Names::of(environment), stack, rendered).map_err(usage)?,
            Party::Key => Policy::default(),
        })
    }

    /// Warns of dangers of the printed policy.
    fn warn(&self, ui: &Ui) {
        let makes_roles = matches!(
            self.args.party,
            Party::Operator | Party::Drill | Party::ExecutionRole
        );
        if makes_roles && self.environment.permissions_boundary.is_none() {
            ui.note(&format!(
                "the environment names no boundary, so whoever has this may give a role of the stack any permission: write `permissionsBoundary: {}` into `{}` and deploy what `--for operator --format template` prints",
                boundary_arn(self.base),
                self.base.file
            ));
        }
    }

    fn access<'b>(&self, template: &StackTemplate<'_>, policy: Policy) -> Result<Access<'b>, CommandError>
    where
        'a: 'b,
    {
        let base = self.base;
        let party = match (self.args.party, &self.args.instances) {
            (Party::Operator, None) => "ci",
            (Party::Operator, Some(_)) => "preview",
            (Party::Diff, _) => "diff",
            (Party::Drill, _) => "drill",
            (Party::ExecutionRole, _) => "cloudformation",
            (Party::Caller | Party::Key, _) => "caller",
        };
        let wanted = base.permissions_boundary.as_ref().map(ToString::to_string);
        let own = boundary_arn(base);
        // Under another name, the boundary belongs to somebody else; instances use the environment's.
        let made = self.args.party == Party::Operator
            && base.instance.is_none()
            && self.args.instances.is_none()
            && wanted.is_none_or(|wanted| wanted == own);
        let boundary = if made {
            Some((boundary_name(base), whole_boundary(base, template)?))
        } else {
            None
        };
        Ok(Access {
            environment: base,
            name: format!("deployer-{party}-{}", base.stack),
            policy,
            boundary,
            subject: self.args.oidc.clone(),
            existing_provider: self.args.existing_provider,
        })
    }
}

/// A boundary that holds the roles of the environment's drill, too: a protected environment has no other instance.
fn with_drill(
    environment: &Environment,
    template: &StackTemplate<'_>,
    own: Policy,
) -> Result<Policy, CommandError> {
    // Where there is no room for its name, or for an instance at all, there is no drill.
    let Ok(beside) = environment.of_drill() else {
        return Ok(own);
    };
    let Ok(rendered) = template.render_for(&beside) else {
        return Ok(own);
    };
    Ok(own.merged(boundary(&beside, &rendered).map_err(usage)?))
}

/// The boundary of the environment's roles and, because all share one, of its instances' roles.
fn whole_boundary(environment: &Environment, template: &StackTemplate<'_>) -> Result<Policy, CommandError> {
    let own = boundary(environment, &template.render_for(environment)?).map_err(usage)?;
    if environment.protected {
        return with_drill(environment, template, own);
    }
    let all = Instances::any().map_err(usage::<NameError>)?;
    let Ok(example) = all.example(environment) else {
        // An instance's name would make the stack's name too long.
        return Ok(own);
    };
    // If instances are impossible, for example because of reserved concurrency, only the environment's own roles
    // matter.
    let Ok(rendered) = template.render_for(&example) else {
        return Ok(own);
    };
    let of_example = boundary(&example, &rendered).map_err(usage)?;
    Ok(own.merged(all.all(environment, of_example)))
}

fn unknown(error: UnknownTypes) -> CommandError {
    usage(error)
        .hint(
            "`aws cloudformation describe-type --type RESOURCE --type-name TYPE` tells it, under `handlers`",
        )
        .hint("print the policy of a template without these resources, and allow beside it what they take")
}

fn usage<E: std::error::Error + Send + Sync + 'static>(error: E) -> CommandError {
    CommandError::new(ErrorKind::Usage, error)
}

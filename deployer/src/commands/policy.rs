//! `deployer policy`.

use clap::{Args, ValueEnum};

use super::error::{CommandError, ErrorKind};
use super::stack_template::StackTemplate;
use crate::policy::{Names, Policy, Subject, caller, ci, execution, trust};
use crate::settings::Settings;
use crate::ui::Ui;

/// Print the least that somebody has to be allowed by IAM
///
/// Exact actions on exact names of this environment, as JSON. `ci` runs the deployer; `deployer` is the role that CloudFormation works with
/// (`executionRole`); `caller` uses the store when its access is IAM. Without an `executionRole` CloudFormation works with the
/// permissions of whoever runs the deployer, and `ci` includes them. It needs neither credentials nor network.
#[derive(Args, Debug)]
pub struct PolicyArgs {
    /// Whom the policy is for
    #[arg(long = "for", value_enum, value_name = "WHO")]
    party: Party,

    /// Print instead whom the role trusts: the workflows of a GitHub repository, of one environment or branch if that is said:
    /// `OWNER/REPO:environment:NAME`, `OWNER/REPO:ref:refs/heads/BRANCH`, `OWNER/REPO:pull_request`
    #[arg(long, value_name = "OWNER/REPO")]
    oidc: Option<Subject>,
}

/// Whom a policy is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Party {
    /// Whoever runs the deployer.
    Ci,
    /// The role that CloudFormation works with.
    Deployer,
    /// Who uses the store.
    Caller,
}

pub(super) fn run(args: &PolicyArgs, settings: &Settings, ui: &Ui) -> Result<(), CommandError> {
    let environment = &settings.environment;
    let names = Names::of(environment);
    if let Some(subject) = &args.oidc {
        if subject.is_whole_repository() {
            ui.note(&format!("every workflow of `{subject}` is trusted, on whatever branch: `{subject}:environment:NAME` trusts fewer"));
        }
        ui.data(&trust(names, subject));
        return Ok(());
    }
    let template = StackTemplate::parse(settings)?;
    let rendered = template.render(&[])?;
    let stack = environment.stack.as_str();
    let usage = |error| CommandError::new(ErrorKind::Usage, error);
    let execution = || -> Result<Policy, CommandError> {
        let (bucket_stack, bucket) = template.render_bucket()?;
        execution(environment, &[(stack, &rendered), (bucket_stack, &bucket)])
            .map_err(|error| CommandError::new(ErrorKind::Usage, error))
    };
    let policy = match args.party {
        Party::Ci => {
            let (bucket_stack, _) = template.render_bucket()?;
            let direct = ci(environment, &rendered, bucket_stack);
            match environment.execution_role {
                Some(_) => direct,
                None => direct.and(execution()?),
            }
        }
        Party::Deployer => execution()?,
        Party::Caller => caller(names, stack, &rendered).map_err(usage)?,
    };
    if policy.size() > Policy::MANAGED_SIZE {
        ui.note(&format!(
            "{} characters are more than the {} of a managed policy: put it into the role itself (`aws iam put-role-policy`)",
            policy.size(),
            Policy::MANAGED_SIZE
        ));
    }
    ui.data(&policy.json());
    Ok(())
}

//! `deployer doctor`.

use cfn_deploy::stack::Blueprint;
use cfn_deploy::{Boundary, Code, Examination, Finding, Severity, examine};
use cfn_template::Rendered;
use clap::Args;

use super::Ended;
use super::code::{Code as FunctionCode, CodeArgs};
use super::connection::Connection;
use super::error::{CommandError, ErrorKind};
use super::format::FormatArgs;
use super::stack_template::StackTemplate;
use crate::artifact::Build;
use crate::environment::Environment;
use crate::policy::{Policy, boundary_arn, ci, direct};
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::{Silent, Ui};

/// Find what would make a deployment fail, and what puts it right
///
/// Looks at the credentials, the account, the region, the tools, the artifact bucket, the stack's state, names that are taken, the roles
/// that are let in, and the permissions of the caller, as far as IAM can simulate them. Changes nothing. Ends with exit code 1 if a
/// deployment would fail.
#[derive(Args, Debug)]
#[command(mut_arg("json", |json| json.help("Print the findings as JSON on stdout, one object a line")))]
pub struct DoctorArgs {
    /// Where the functions' code would come from.
    #[command(flatten)]
    code: CodeArgs,

    #[command(flatten)]
    pub(super) format: FormatArgs,
}

pub(super) async fn run(
    args: &DoctorArgs,
    settings: &Settings,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<Ended, CommandError> {
    let environment = &settings.environment;
    let template = StackTemplate::parse(settings, ui)?;
    let rendered = template.render(&[])?;
    let (examination, unsaid) = examination(settings, &template, &rendered)?;
    let cloud = Connection::reach(settings, ui).await?;
    let looked_at = async {
        futures::join!(
            code(&args.code, &template, settings, process_env),
            examine(cloud.aws(), &examination)
        )
    };
    let (tools, examined) = Box::pin(cloud.unless_interrupted(looked_at)).await?;
    // An environment file with a region without function URLs is refused when it is read.
    let region = if environment.region.is_known() {
        Finding::fine(
            Code::Region,
            format!("`{}` has function URLs", environment.region),
        )
    } else {
        Finding::new(
            Code::Region,
            Severity::Warning,
            format!(
                "it is not known here whether `{}` has function URLs",
                environment.region
            ),
            "look it up in the documentation of Lambda",
        )
    };
    let mut findings = vec![region];
    findings.extend(tools);
    findings.extend(examined);
    findings.extend(unsaid);
    ui.findings(&findings);
    // In the wrong account, the user has learned that already and must see nothing of other runs.
    let mut reporter = Silent;
    if let Ok(session) = cloud.session(&mut reporter).await {
        cloud.tell_unfinished(&session).await;
    }
    let ill = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if ill { Ended::Unhealthy } else { Ended::Healthy })
}

fn examination(
    settings: &Settings,
    template: &StackTemplate<'_>,
    rendered: &Rendered,
) -> Result<(Examination, Option<Finding>), CommandError> {
    let environment = &settings.environment;
    let (bucket_stack, bucket) = template.render_bucket()?;
    let (policy, unsaid) = match ci(environment, rendered, (bucket_stack.as_str(), &bucket)) {
        Ok(policy) => (policy, None),
        Err(unknown) => {
            let finding = Finding::new(
                Code::Permissions,
                Severity::Warning,
                unknown.to_string(),
                "`aws cloudformation describe-type --type RESOURCE --type-name TYPE` tells it; what the deployer itself calls is known",
            );
            (
                direct(environment, rendered, bucket_stack.as_str()),
                Some(finding),
            )
        }
    };
    let blueprint =
        Blueprint::read(rendered.json()).map_err(|error| CommandError::new(ErrorKind::Usage, error))?;
    let examination = Examination {
        account: environment.account.to_string(),
        environment: environment.full_name(),
        stack: environment.stack.to_string(),
        bucket: environment.artifact_bucket(),
        callers: blueprint.callers.clone(),
        blueprint,
        boundary: bounding(environment, rendered),
        actions: simulated(&policy),
    };
    Ok((examination, unsaid))
}

/// The boundary of the roles. An emulator's roles need none.
fn bounding(environment: &Environment, rendered: &Rendered) -> Option<Boundary> {
    let makes_roles = rendered
        .resources()
        .iter()
        .any(|resource| resource.kind == "AWS::IAM::Role");
    match &environment.permissions_boundary {
        _ if !makes_roles => None,
        Some(arn) => Some(Boundary::Named(arn.to_string())),
        None if environment.endpoint.is_some() => None,
        None => Some(Boundary::Lacking(boundary_arn(environment))),
    }
}

/// The statements that IAM can simulate. A condition would need context values, so statements with one are left out.
/// The unknown end of a name is replaced by a possible one.
fn simulated(policy: &Policy) -> Vec<(Vec<String>, Vec<String>)> {
    let unconditional = policy
        .statements()
        .iter()
        .filter(|statement| statement.condition.is_none());
    unconditional
        .map(|statement| {
            let named = |resource: &String| {
                if resource == "*" {
                    resource.clone()
                } else {
                    resource.replace('*', "doctor")
                }
            };
            (
                statement.actions.iter().cloned().collect(),
                statement.resources.iter().map(named).collect(),
            )
        })
        .collect()
}

/// Checks whether there is code to deploy: built artifacts, or the tools to build them.
async fn code(
    args: &CodeArgs,
    template: &StackTemplate<'_>,
    settings: &Settings,
    process_env: &ProcessEnv,
) -> Vec<Finding> {
    match args.find(template, settings) {
        Ok(FunctionCode::ToBuild) => tools(template, settings, process_env).await,
        Ok(FunctionCode::Found(artifacts)) => {
            let found = format!("the code of {} functions is there", artifacts.len());
            vec![Finding::fine(Code::Tools, found)]
        }
        Err(error) => {
            let remedy = error.hints.join("; ");
            vec![Finding::new(
                Code::Tools,
                Severity::Error,
                error.source.to_string(),
                remedy,
            )]
        }
    }
}

/// Checks whether functions can be built here.
async fn tools(template: &StackTemplate<'_>, settings: &Settings, process_env: &ProcessEnv) -> Vec<Finding> {
    if template.binaries().is_empty() {
        return vec![Finding::fine(
            Code::Tools,
            "the template has no functions to build",
        )];
    }
    let Ok(workspace) = settings.workspace() else {
        return vec![Finding::new(
            Code::Tools,
            Severity::Error,
            "nothing can be built outside of a workspace",
            "deploy what was built with `up --artifacts DIR`",
        )];
    };
    let (binaries, machine) = (template.binaries(), process_env.machine());
    let build = Build {
        workspace,
        binaries: &binaries,
        processor: template.processor(),
        profile: template.profile(),
        machine: &machine,
    };
    let lacks = build.lacks().await;
    if lacks.is_empty() {
        return vec![Finding::fine(
            Code::Tools,
            format!("functions can be built for {}", template.processor()),
        )];
    }
    lacks
        .into_iter()
        .map(|lack| {
            let error = CommandError::from(lack);
            let remedy = error
                .hints
                .first()
                .cloned()
                .unwrap_or_else(|| "deploy what was built with `up --artifacts DIR`".to_owned());
            Finding::new(
                Code::Tools,
                Severity::Error,
                error.source.to_string(),
                format!("{remedy}; or look at what was built elsewhere with `--artifacts DIR`"),
            )
        })
        .collect()
}

//! `deployer diff`.

use cfn_deploy::stack::guard::Accepted;
use cfn_deploy::{Asking, diff};
use clap::Args;

use super::Ended;
use super::code::CodeArgs;
use super::connection::Connection;
use super::deployment::deployment;
use super::error::CommandError;
use super::format::FormatArgs;
use super::stack_template::StackTemplate;
use crate::process_env::ProcessEnv;
use crate::settings::Settings;
use crate::ui::Ui;

/// Show what `up` would change, property by property
///
/// The deployed template is compared with the rendering, and CloudFormation is asked what it would replace, by a change set that is
/// not executed and does not stay. Permissions that widen and changes that `up` would refuse are set apart.
#[derive(Args, Debug)]
#[command(mut_arg("json", |json| json.help("Print the difference as JSON")))]
pub struct DiffArgs {
    /// Where the functions' code comes from.
    #[command(flatten)]
    code: CodeArgs,

    /// Compare the templates only, and do not ask CloudFormation what it would replace
    #[arg(long)]
    no_change_set: bool,

    #[command(flatten)]
    pub(super) format: FormatArgs,

    /// End with exit code 2 if there is a difference
    #[arg(long)]
    exit_code: bool,
}

pub(super) async fn run(
    args: &DiffArgs,
    settings: &Settings,
    process_env: &ProcessEnv,
    ui: &Ui,
) -> Result<Ended, CommandError> {
    let template = StackTemplate::parse(settings, ui)?;
    // Configuration mistakes are reported before anything is built or AWS is called.
    template.render(&[])?;
    let bucket = template.bucket()?;
    let code = args.code.find(&template, settings)?;
    let cloud = Connection::reach(settings, ui).await?;
    let mut reporter = ui.clone();
    let mut session = cloud.session(&mut reporter).await?;
    let artifacts = code.get(&template, settings, process_env, &cloud, ui).await?;
    let rendered = template.render(&artifacts)?;
    let deployment = deployment(
        &settings.environment,
        (&rendered, template.value_sources()),
        artifacts,
        bucket,
        Accepted::default(),
    )?;
    let asking = if args.no_change_set {
        Asking::Templates
    } else {
        Asking::ChangeSet
    };
    let diff = diff(&mut session, &deployment, asking)
        .await
        .map_err(|error| cloud.hints().deploy(error))?;
    ui.difference(&diff);
    if !args.format.is_json() {
        cloud.tell(&diff.unfinished);
    }
    Ok(if args.exit_code && !diff.is_empty() {
        Ended::Differing
    } else {
        Ended::Healthy
    })
}
